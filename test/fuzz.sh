#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# test/fuzz.sh BIN COUNT [FIRST]: create-klp-module and klp-verify, built with sanitizers, read COUNT broken files each. They may
# say whatever they want, but must end by themselves with 0, 1 or 2, within seconds, and no sanitizer may complain. What
# create-klp-module writes must be what it writes when it is run on that again. The files are those of the unit tests with
# some bytes changed; FIRST and the following numbers say which bytes, so a failure can be repeated.

set -Eeuo pipefail
export LC_ALL=C
# Messages are compared as whole lines.
export COLUMNS=10000
TOP=$(cd -- "$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")/.." && pwd)
BIN=${1:?usage: test/fuzz.sh BIN COUNT [FIRST]} COUNT=${2:?} FIRST=${3:-0}
MUTATE=$BIN/../test/integration/relocation-rules/mutate
T=$(mktemp -d)
trap 'rm -rf -- "$T"' EXIT
# Else a sanitizer would end the program with 1, as an error does.
export ASAN_OPTIONS=exitcode=99:detect_leaks=1:max_allocation_size_mb=4096 UBSAN_OPTIONS=exitcode=99:print_stacktrace=1
declare -A NAMES=() FAILED=()

# runs WHAT SEED COMMAND...: it may end with 0, 1 or 2
runs() {
	local what=$1 seed=$2 status=0
	shift 2
	timeout 20 "$@" >"$T/output" 2>&1 || status=$?
	NAMES[$what $status]=$((${NAMES[$what $status]:-0} + 1))
	if ((status > 2)); then
		FAILED[$what]+=" $seed"
		sed "s/^/#   $what, seed $seed, exit code $status: /" "$T/output" | head -n 25
	fi
	return "$status"
}

for name in linked-module kernel kernel-twin module-a module-b; do cc -c -o "$T/$name.o" "$TOP/test/unit/data/$name.S"; done
ld -Ttext=0xffffffff81000000 -e 0 -o "$T/vmlinux" "$T/kernel.o" "$T/kernel-twin.o"
mkdir "$T/modules" "$T/broken"
cp "$T/module-a.o" "$T/modules/mod-a.ko"
cp "$T/module-b.o" "$T/modules/mod_b.ko"
"$BIN/create-klp-module" "$T/linked-module.o" "$T/good.ko"

# verify WHAT SEED MODULE VMLINUX MODULES
verify() { runs "$1" "$2" "$BIN/klp-verify" "$3" --vmlinux "$4" --symvers "$TOP/test/unit/data/Module.symvers" --modules "$5" || true; }

for ((seed = FIRST; seed < FIRST + COUNT; seed++)); do
	flips=$((1 + seed % 3))
	"$MUTATE" "$T/linked-module.o" "$T/linked.ko" flip "$seed" "$flips"
	if runs create-klp-module "$seed" "$BIN/create-klp-module" "$T/linked.ko" "$T/out.ko"; then
		if ! runs "create-klp-module again" "$seed" "$BIN/create-klp-module" "$T/out.ko" "$T/again.ko" ||
			! cmp "$T/out.ko" "$T/again.ko"; then
			FAILED["create-klp-module again"]+=" $seed"
		fi
		verify "klp-verify of what it made" "$seed" "$T/out.ko" "$T/vmlinux" "$T/modules"
	fi
	"$MUTATE" "$T/good.ko" "$T/verified.ko" flip "$seed" "$flips"
	verify klp-verify "$seed" "$T/verified.ko" "$T/vmlinux" "$T/modules"
	if ((seed % 4 == 0)); then
		"$MUTATE" "$T/vmlinux" "$T/broken-vmlinux" flip "$seed" "$flips"
		verify "klp-verify, broken kernel" "$seed" "$T/good.ko" "$T/broken-vmlinux" "$T/modules"
		"$MUTATE" "$T/module-b.o" "$T/broken/mod_b.ko" flip "$seed" "$flips"
		verify "klp-verify, broken module of the target" "$seed" "$T/good.ko" "$T/vmlinux" "$T/broken"
	fi
done

number=0
for what in create-klp-module "create-klp-module again" "klp-verify of what it made" klp-verify "klp-verify, broken kernel" \
	"klp-verify, broken module of the target"; do
	number=$((number + 1))
	counts=""
	for status in 0 1 2; do counts+=" ${NAMES[$what $status]:-0}x$status"; done
	if [[ ${FAILED[$what]:-} ]]; then
		echo "not ok $number - fuzz: $what: seeds${FAILED[$what]}"
	else
		echo "ok $number - fuzz: $what:$counts"
	fi
done
((${#FAILED[@]} == 0))
