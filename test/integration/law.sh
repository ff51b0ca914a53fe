#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# test/integration/law.sh LINE: the relocation law against the kernel. A good livepatch for the newest stock kernel of LINE is
# broken in one place after the other (law/mutations): klp-verify must name the rule, and the booted kernel must do what
# doc/relocation-law.md says it does. Then the livepatch modules of the kernel's own samples and selftests, which have to
# pass, and signatures.

set -Eeuo pipefail
export LC_ALL=C
HERE=$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")
TOP=${HERE%/test/integration}
BIN=${KPATCH_BIN:-$TOP/build/bin}
OPT_DEBUG=0
# shellcheck source=kpatch-build/lib/log.sh
source "$TOP/kpatch-build/lib/log.sh"
# shellcheck source=kpatch-build/lib/packages.sh
source "$TOP/kpatch-build/lib/packages.sh"
# shellcheck source=kpatch-build/lib/vm.sh
source "$TOP/kpatch-build/lib/vm.sh"
install_traps

LINE=${1:?usage: test/integration/law.sh LINE}
OUT=${KPATCH_TEST_DIR:-$TOP/build/integration}/$LINE-law
NUMBER=0 FAILED=0
STAGED=()

result() {
	NUMBER=$((NUMBER + 1))
	if [[ $1 != ok ]]; then FAILED=1; fi
	echo "$1 $NUMBER - $LINE law: $2"
}
check() {
	local name=$1
	shift
	if "$@"; then result ok "$name"; else result "not ok" "$name"; fi
}
kbuild() {
	if ! make -s -j "$(nproc)" -C "$TARGET_HEADERS" CONFIG_DEBUG_INFO_BTF_MODULES= KCFLAGS=-g0 "$@" >>"$OUT/build.log" 2>&1; then
		tail -n 30 "$OUT/build.log" | sed 's/^/#   /'
		die "a module of the test does not build; see $OUT/build.log"
	fi
}

# verify KO REPORT: exit code of klp-verify
verify() {
	local status=0
	"$BIN/klp-verify" "$1" --vmlinux "$TARGET_IMAGE" --symbols "$TARGET_KALLSYMS" --symvers "$TARGET_SYMVERS" \
		--modules "$OUT/modules" --json >"$2" 2>"$2.err" || status=$?
	return "$status"
}

# has_verdict KO EXIT RULES: klp-verify ends with EXIT, having named just these rules; its JSON is well-formed
has_verdict() {
	local status=0 rules
	verify "$1" "$1.json" || status=$?
	rules=$(jq -r '[.findings[].rule] | unique | join(" ")' "$1.json") || { echo "#   bad JSON"; return 1; }
	if [[ $status == "$2" && $rules == "$3" ]]; then return 0; fi
	echo "#   klp-verify ${1##*/}: exit code $status instead of $2; rules: $rules instead of $3"
	jq -c '.findings[]' "$1.json" | head -n 5 | sed 's/^/#   /'
	return 1
}

build_target() {
	mkdir -p "$OUT/target" "$OUT/modules"
	cp "$HERE/law/law-target.c" "$OUT/target/"
	echo 'obj-m := law-target.o' >"$OUT/target/Makefile"
	kbuild "M=$OUT/target" modules
	objcopy --strip-debug "$OUT/target/law-target.ko" "$OUT/modules/law-target.ko"
}

# The same link as that of the pipeline (lib/module.sh).
build_good() {
	local parts=$OUT/parts link=$OUT/link
	mkdir -p "$parts" "$link" "$OUT/good"
	cp "$HERE/law/law-patch.c" "$TOP/kmod/patch/klp-records.h" "$parts/"
	echo 'obj-m := law-patch.o' >"$parts/Makefile"
	kbuild "M=$parts" law-patch.o
	cp "$TOP"/kmod/patch/{Kbuild,patch-hook.c,klp-records.h,patch.lds} "$link/"
	: >"$link/klp-info.h"
	objcopy --strip-debug -R .ibt_endbr_seal -R .rela.ibt_endbr_seal -R .modinfo "$parts/law-patch.o" "$link/klp-diff.o"
	kbuild "M=$link" KLP_STEP=hook KLP_NAME=livepatch-law KLP_REPLACE=0 patch-hook.o
	objcopy --strip-debug -R .ibt_endbr_seal -R .rela.ibt_endbr_seal "$link/patch-hook.o" "$link/klp-hook.o"
	kbuild "M=$link" KLP_STEP=module KLP_NAME=livepatch-law KLP_REPLACE=0 modules
	objcopy --strip-debug "$link/livepatch-law.ko"
	"$BIN/create-klp-module" "$link/livepatch-law.ko" "$OUT/good/livepatch-law.ko"
}

# stage NAME: into the machine
stage() {
	vm_add "$VM" "$OUT/$1/livepatch-law.ko" "$1/livepatch-law.ko"
	STAGED+=("$1")
}

mutate_all() {
	local name rule what log args exit
	while IFS='|' read -r name rule what log args; do
		if [[ $name == "#"* ]]; then continue; fi
		mkdir -p "$OUT/$name"
		args=${args/@600/$(printf 'y%.0s' {1..600})}
		# shellcheck disable=SC2086 # several arguments
		if ! "$OUT/mutate" "$OUT/good/livepatch-law.ko" "$OUT/$name/livepatch-law.ko" $args 2>"$OUT/$name/mutate.log"; then
			result "not ok" "$name: can't be made"
			sed 's/^/#   /' "$OUT/$name/mutate.log"
			continue
		fi
		if [[ $rule == - ]]; then rule="" exit=0; else exit=2; fi
		check "$name: klp-verify ${rule:+names }${rule:-can not tell}" has_verdict "$OUT/$name/livepatch-law.ko" $exit "$rule"
		stage "$name"
		if [[ $log ]]; then printf '%s\n' "$log" >"$VM/root/vm/$name/log"; fi
		echo "$name $what" >>"$VM/root/vm/list"
		DOES[$name]=$what
	done <"$HERE/law/mutations"
}

# The kernel's own livepatches; what is no livepatch among them lacks only the mark.
check_samples() {
	local dir=$OUT/samples file name rules
	mkdir -p "$dir"
	cp "$TARGET_SOURCE"/samples/livepatch/*.c "$dir/"
	find "$TARGET_SOURCE/lib/livepatch" "$TARGET_SOURCE/tools/testing/selftests/livepatch/test_modules" -name '*.c' \
		-exec cp -t "$dir" '{}' + 2>/dev/null || true
	(cd "$dir" && printf 'obj-m += %s\n' *.c | sed 's/\.c$/.o/' >Makefile)
	kbuild "M=$dir" modules
	for file in "$dir"/*.ko; do
		name=${file##*/}
		objcopy --strip-debug "$file"
		if [[ $(modinfo -F livepatch "$file") == Y ]]; then
			check "the kernel's $name passes" has_verdict "$file" 0 ""
		else
			check "the kernel's $name, no livepatch, breaks only L11" has_verdict "$file" 2 L11
		fi
	done
}

sign() {
	local signer
	signer=$(find "${TARGET_HEADERS%/usr/src/*}/usr/lib" -name sign-file -type f -print -quit)
	mkdir -p "$OUT/signed"
	openssl req -new -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=throw-away" -keyout "$OUT/signed/key.pem" \
		-out "$OUT/signed/cert.pem" 2>>"$OUT/build.log"
	"$signer" sha256 "$OUT/signed/key.pem" "$OUT/signed/cert.pem" "$OUT/good/livepatch-law.ko" "$OUT/signed/livepatch-law.ko"
}

rm -rf -- "$OUT"
mkdir -p -- "$OUT"
vm_require
"$TOP/kpatch-build/kpatch-build" -a "$LINE" --print-target >"$OUT/target.log"
grep '^TARGET_' "$OUT/target.log" >"$OUT/target.sh"
# shellcheck source=/dev/null
source "$OUT/target.sh"
declare -A DOES=()

build_target
build_good
cc -std=gnu11 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -I"$TOP/create-diff-object" -I"$TOP/test/unit" -o "$OUT/mutate" \
	"$HERE/law/mutate.c" "$TOP/test/unit/livepatch-fixture.c" "$BIN/../libklp.a" \
	-lelf -lzstd -llzma -lz -llz4 -llzo2 -lZydis -lZycore -lcmocka
VM=$OUT/vm
vm_prepare "$VM"
vm_add "$VM" "$HERE/law/guest.sh" main
vm_add "$VM" "$OUT/modules/law-target.ko" law-target.ko
vm_add_module "$VM" "$TARGET_MODULES_DIR" minix
: >"$VM/root/vm/list"

check "the good module passes" has_verdict "$OUT/good/livepatch-law.ko" 0 ""
stage good
mutate_all
sign
check "the signed module passes" has_verdict "$OUT/signed/livepatch-law.ko" 0 ""
stage signed
check_samples

DOES[good]="works, before and after its module" DOES[signed]="loads with the signature of an unknown key"
DOES[enforced-unsigned]="refused without a signature under sig_enforce"
DOES[enforced-unknown-key]="refused with an unknown key under sig_enforce"
STAGED+=(enforced-unsigned enforced-unknown-key)
status=0
vm_boot "$VM" "$TARGET_IMAGE" 400 || status=$?
for name in "${STAGED[@]}"; do
	if grep -q "^@law $name ok" "$VM/results"; then
		result ok "$name: the kernel: ${DOES[$name]}"
	else
		result "not ok" "$name: the kernel: ${DOES[$name]}"
		tr -d '\r' <"$VM/results" | grep -B 14 "^@law $name " | sed 's/^/#   /' || true
	fi
done
if ((status == 99)); then
	echo "# the machine failed: $VM_WHY; its console is in $VM/console"
	tail -n 30 "$VM/console" | tr -d '\r' | sed 's/^/#   /'
fi
echo "1..$NUMBER"
exit $FAILED
