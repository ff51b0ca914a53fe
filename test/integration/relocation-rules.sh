#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# test/integration/relocation-rules.sh SERIES: the relocation rules against the kernel. A good livepatch for the newest stock kernel of SERIES is
# broken in one place after the other (relocation-rules/mutations): klp-verify must name the rule, and the booted kernel must do what
# doc/relocation-rules.md says it does. Then the livepatch modules of the kernel's own samples and selftests, which have to
# pass, and signatures.

# shellcheck source=test/integration/common.sh
source "$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")/common.sh"
BIN=${KPATCH_BIN:-$TOP/build/bin}

make -s -C "$TOP" build/test/integration/relocation-rules/{mutate,enroll}
SERIES=${1:?usage: test/integration/relocation-rules.sh SERIES}
OUT=${KPATCH_TEST_DIR:-$TOP/build/integration}/$SERIES-relocation-rules
NAME="$SERIES relocation rules"
STAGED=()
MUTATE=$BIN/../test/integration/relocation-rules/mutate
ENROLL=$BIN/../test/integration/relocation-rules/enroll

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
	"$BIN/klp-verify" "$1" --vmlinux "$TARGET_VMLINUX" --symbols "$TARGET_KALLSYMS" --symvers "$TARGET_SYMVERS" \
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
	cp "$HERE/relocation-rules/rules-target.c" "$OUT/target/"
	echo 'obj-m := rules-target.o' >"$OUT/target/Makefile"
	kbuild "M=$OUT/target" modules
	objcopy --strip-debug "$OUT/target/rules-target.ko" "$OUT/modules/rules-target.ko"
}

# The same link as that of the pipeline (lib/module.sh).
build_good() {
	local parts=$OUT/parts link=$OUT/link
	mkdir -p "$parts" "$link" "$OUT/good"
	cp "$HERE"/relocation-rules/rules-{patch.c,sites.S} "$TOP/kmod/patch/klp-records.h" "$parts/"
	printf '%s\n' 'obj-m := rules-patch.o rules-sites.o' 'OBJECT_FILES_NON_STANDARD_rules-sites.o := y' >"$parts/Makefile"
	kbuild "M=$parts" rules-patch.o rules-sites.o
	ld -r -o "$parts/rules.o" "$parts"/rules-{patch,sites}.o
	cp -r "$TOP"/kmod/patch/* "$link/"
	echo '#define KLP_REPLACE 0' >"$link/klp-info.h"
	objcopy --strip-debug -R .ibt_endbr_seal -R .rela.ibt_endbr_seal -R .modinfo "$parts/rules.o" "$link/klp-diff.o"
	kbuild "M=$link" KLP_NAME=livepatch-rules modules
	objcopy --strip-debug "$link/livepatch-rules.ko"
	"$BIN/create-klp-module" "$link/livepatch-rules.ko" "$OUT/good/livepatch-rules.ko"
}

# stage NAME: into the machine
stage() {
	vm_add "$VM" "$OUT/$1/livepatch-rules.ko" "$1/livepatch-rules.ko"
	STAGED+=("$1")
}

# fill ARGUMENTS: @56 is so many letters, @CRC=SYMBOL the CRC of an export
fill() {
	REPLY=$1
	while [[ $REPLY =~ @([0-9]+) ]]; do
		REPLY=${REPLY/"${BASH_REMATCH[0]}"/$(printf "%${BASH_REMATCH[1]}s" "" | tr ' ' y)}
	done
	if [[ $REPLY =~ @CRC=([a-z0-9_]+) ]]; then
		REPLY=${REPLY/"${BASH_REMATCH[0]}"/$(awk -F '\t' -v name="${BASH_REMATCH[1]}" '$2 == name { print $1 }' "$TARGET_SYMVERS")}
	fi
}

mutate_all() {
	local name rule what log shows args exit
	while IFS='|' read -r name rule what log shows args; do
		if [[ $name == "#"* || ($name == *@* && ${name#*@} != "$SERIES") ]]; then continue; fi
		name=${name%@*}
		mkdir -p "$OUT/$name"
		fill "$args"
		# shellcheck disable=SC2086 # several arguments
		if ! "$MUTATE" "$OUT/good/livepatch-rules.ko" "$OUT/$name/livepatch-rules.ko" $REPLY 2>"$OUT/$name/mutate.log"; then
			result "not ok" "$name: can't be made"
			sed 's/^/#   /' "$OUT/$name/mutate.log"
			continue
		fi
		if [[ $rule == - ]]; then rule="" exit=0; else exit=2; fi
		check "$name: klp-verify ${rule:+names }${rule:-can not tell}" has_verdict "$OUT/$name/livepatch-rules.ko" $exit "$rule"
		stage "$name"
		if [[ $log ]]; then printf '%s\n' "$log" >"$VM/root/vm/$name/log"; fi
		if [[ $shows ]]; then printf '%s\n' "$shows" >"$VM/root/vm/$name/shows"; fi
		echo "$name $what" >>"$VM/root/vm/list"
		DOES[$name]=$what
	done <"$HERE/relocation-rules/mutations"
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

# sign NAME: the good module, signed with a new key
sign() {
	local signer dir=$OUT/$1
	signer=$(find "${TARGET_HEADERS%/usr/src/*}/usr/lib" -name sign-file -type f -print -quit)
	mkdir -p "$dir"
	openssl req -new -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$1" -keyout "$dir/key.pem" -out "$dir/cert.pem" \
		2>>"$OUT/build.log"
	"$signer" sha256 "$dir/key.pem" "$dir/cert.pem" "$OUT/good/livepatch-rules.ko" "$dir/livepatch-rules.ko"
}

# The keys of a stock kernel are compiled in; more come from the firmware's db alone, so this machine has a firmware with one.
boot_enforced() {
	local vm=$OUT/vm-enforced flash=$OUT/vm-enforced/variables.fd name status=0
	vm_prepare "$vm"
	vm_add "$vm" "$HERE/relocation-rules/enforced.sh" main
	for name in good signed trusted; do vm_add "$vm" "$OUT/$name/livepatch-rules.ko" "$name/livepatch-rules.ko"; done
	openssl x509 -in "$OUT/trusted/cert.pem" -outform DER -out "$OUT/trusted/cert.der"
	"$ENROLL" "$OUT/trusted/cert.der" /usr/share/OVMF/OVMF_VARS_4M.fd "$flash"
	VM_OPTIONS=(-drive "if=pflash,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd"
		-drive "if=pflash,format=raw,file=$flash")
	VM_APPEND=module.sig_enforce=1
	vm_boot "$vm" "$TARGET_IMAGE" 200 || status=$?
	for name in enforced-unsigned enforced-unknown-key enforced-trusted-key; do
		judge "$vm" "$name" "$status"
	done
}

# judge VM NAME STATUS: what the machine said of one module
judge() {
	if grep -q "^@rules $2 ok" "$1/results"; then
		result ok "$2: the kernel: ${DOES[$2]}"
		return
	fi
	result "not ok" "$2: the kernel: ${DOES[$2]}"
	tr -d '\r' <"$1/results" | grep -B 14 "^@rules $2 " | sed 's/^/#   /' || true
	if (($3 == 99)); then echo "#   the machine failed: $VM_WHY; its console is in $1/console"; fi
}

rm -rf -- "$OUT"
mkdir -p -- "$OUT"
vm_require
target_prepare
declare -A DOES=()

build_target
build_good
VM=$OUT/vm
vm_prepare "$VM"
vm_add "$VM" "$HERE/relocation-rules/guest.sh" main
vm_add "$VM" "$OUT/modules/rules-target.ko" rules-target.ko
: >"$VM/root/vm/list"

check "the good module passes" has_verdict "$OUT/good/livepatch-rules.ko" 0 ""
stage good
mutate_all
sign signed
check "the signed module passes" has_verdict "$OUT/signed/livepatch-rules.ko" 0 ""
stage signed
check_samples

DOES[good]="works, before and after its module" DOES[signed]="loads with the signature of an unknown key"
DOES[enforced-unsigned]="refused without a signature under sig_enforce"
DOES[enforced-unknown-key]="refused with an unknown key under sig_enforce"
DOES[enforced-trusted-key]="works with a key of the firmware under sig_enforce"
status=0
vm_boot "$VM" "$BOOTED" 600 || status=$?
for name in "${STAGED[@]}"; do judge "$VM" "$name" "$status"; done
if ((status == 99)); then tail -n 30 "$VM/console" | tr -d '\r' | sed 's/^/#   /'; fi
sign trusted
boot_enforced
echo "1..$NUMBER"
exit $FAILED
