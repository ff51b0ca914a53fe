#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# test/integration/sympos.sh SERIES: names that the stock kernel of SERIES has more than once. The sympos that klp-place
# gives each symbol is its place among those of that name in kallsyms order (kallsyms-equal.sh shows that this order is the
# running kernel's). And the kernel itself, asked as a livepatch asks it, resolves each name and sympos to the address
# that klp-place says: a module refers to all static functions of ambiguous name, and is loaded with nokaslr.

# shellcheck source=test/integration/common.sh
source "$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")/common.sh"

SERIES=${1:?usage: test/integration/sympos.sh SERIES}
OUT=${KPATCH_TEST_DIR:-$TOP/build/integration}/$SERIES-sympos
NAME="$SERIES sympos of ambiguous names"
stop() {
	result "not ok" "$1"
	explain "$2"
	echo "1..$NUMBER"
	exit 1
}

rm -rf -- "$OUT"
mkdir -p -- "$OUT/build"
vm_require
target_prepare

"$TOP/build/bin/klp-place" kallsyms "$TARGET_IMAGE" >"$OUT/kallsyms"
"$TOP/build/bin/klp-place" kallsyms --sympos "$TARGET_IMAGE" >"$OUT/sympos"
awk 'NR == FNR { n[$3]++; next } { print $1, $3, (n[$3] > 1 ? ++at[$3] : 0) }' "$OUT/kallsyms" "$OUT/kallsyms" >"$OUT/counted"
names=$(awk '$3 == 1' "$OUT/sympos" | wc -l)
if ! diff "$OUT/counted" "$OUT/sympos" >"$OUT/diff" || ((names < 1000)); then
	stop "as in kallsyms" "$OUT/diff"
fi
result ok "as in kallsyms ($names names)"

# All symbols of each name that a static function has, and that others have too.
awk 'NR == FNR { if ($2 == "t") static[$3] = 1; next }
	$3 && $2 in static { print $1, $2 "," $3 }' "$OUT/kallsyms" "$OUT/sympos" >"$OUT/list"
awk '{
	printf "\t.weak \".klp.sym.vmlinux.%s\"\n\t.quad \".klp.sym.vmlinux.%s\", 0x%s, %df\n", $2, $2, $1, NR
	text = text sprintf("%d:\t.asciz \"%s\"\n", NR, $2)
}
BEGIN { print "\t.data\n\t.balign 8\n\t.globl sympos\nsympos:" }
END { print "\t.globl sympos_end\nsympos_end:\n\t.section .rodata.str1.1,\"aMS\",@progbits,1\n" text }' \
	"$OUT/list" >"$OUT/build/table.S"
cp -- "$HERE/sympos/sympos.c" "$OUT/build/main.c"
printf 'obj-m := sympos.o\nsympos-y := main.o table.o\nOBJECT_FILES_NON_STANDARD_table.o := y\n' >"$OUT/build/Makefile"
make -s -C "$TARGET_HEADERS" "M=$OUT/build" CONFIG_DEBUG_INFO_BTF_MODULES= modules >"$OUT/build.log" 2>&1 &&
	"$TOP/build/bin/create-klp-module" "$OUT/build/sympos.ko" "$OUT/sympos.ko" >>"$OUT/build.log" 2>&1 ||
	stop "the kernel resolves them to the same addresses" "$OUT/build.log"

count=$(wc -l <"$OUT/list")
VM=$OUT/vm
vm_prepare "$VM"
vm_add "$VM" "$OUT/sympos.ko" sympos.ko
cat >"$VM/root/vm/main" <<'END'
. ./vm-guest.sh
log_mark
start=$(now)
insmod sympos.ko || { log_since | tail -n 5; exit 1; }
say "$(cat /sys/module/sympos/parameters/result) agree ($(($(now) - start)) s)"
log_since | grep 'sympos: '
log_check
END
# shellcheck disable=SC2034 # read by vm_boot
VM_APPEND=nokaslr
status=0
vm_boot "$VM" "$BOOTED" 300 || status=$?
if ((status == 99)); then echo "the machine: $VM_WHY" >>"$VM/results"; fi
if ((status)) || ! grep "^$count of $count agree " "$VM/results" >/dev/null; then
	stop "the kernel resolves them to the same addresses" "$VM/results"
fi
result ok "the kernel resolves $count of static functions to the same addresses"
echo "1..$NUMBER"
exit $FAILED
