#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# test/integration/oot.sh SERIES: a module from outside the tree (oot/module), of two objects, one in a subdirectory, with flags, headers and
# a static key of its own; it needs another one (oot/base). Both are built with the headers of the newest stock kernel of SERIES, the
# pipeline patches the first one, and the booted kernel loads module and livepatch in both orders. And --suggest writes a variable of it.

# shellcheck source=test/integration/common.sh
source "$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")/common.sh"

SERIES=${1:?usage: test/integration/oot.sh SERIES}
OUT=${KPATCH_TEST_DIR:-$TOP/build/integration}/$SERIES-oot
NAME="$SERIES module from outside the tree"
RUNS="$OUT/as it runs"

rm -rf -- "$OUT"
mkdir -p -- "$OUT" "$RUNS"
vm_require
target_prepare

# make_module NAME
make_module() {
	make -s -C "$TARGET_HEADERS" "M=$OUT/$1" CONFIG_DEBUG_INFO_BTF_MODULES= modules && objcopy --strip-debug "$OUT/$1"/*.ko
}
cp -r -- "$HERE"/oot/{base,module} "$OUT/"
for part in base module; do
	if ! make_module "$part" >"$OUT/$part.log" 2>&1; then
		explain "$OUT/$part.log"
		die "the module of the test does not build"
	fi
	cp -- "$OUT/$part"/*.ko "$RUNS/"
done
xz -- "$RUNS/klp-oot.ko"
state() { (cd -- "$OUT/module" && find . -printf '%p %T@ %C@ %m\n' | sort); }
state >"$OUT/before"

# build FORM [OPTION|PATCH...]
build() {
	local form=$1
	LOG=$OUT/$form.log
	shift
	"$TOP/kpatch-build/kpatch-build" -a "$TARGET_RELEASE" -m "$RUNS/klp-oot.ko.xz" --oot-module-src "$OUT/module" -n livepatch-oot -o "$OUT" "$@" \
		>"$LOG" 2>&1
}
# suggest: another initial value is refused, and a patch that writes it is made of that
suggest() {
	local status=0
	(cd -- "$OUT/module" && sed 's/^int klp_oot_step = KLP_OOT_STEP;/int klp_oot_step = KLP_OOT_STEP + 4;/' sub/part.c |
		diff -u --label a/sub/part.c --label b/sub/part.c sub/part.c -) >"$OUT/step.patch" || (($? == 1)) || return
	build suggest --suggest "$OUT/step.patch" || status=$?
	((status == 2)) && grep -q 'klp_oot_step: refused: .*\[data-changed\]' "$LOG"
}
same_state() { state | cmp - "$OUT/before"; }

declare -A STATES=(
	[module-first]="the livepatch is loaded after the module: code of both objects is patched, data and the static key are the module's"
	[patch-first]="the module is loaded after the livepatch, removed and loaded again"
	[log]="the kernel log is clean")

# run FORM KO STATE...: in the machine
run() {
	local form=$1 ko=$2 vm=$OUT/vm-$1 status=0
	shift 2
	vm_prepare "$vm"
	vm_add "$vm" "$HERE/oot/guest.sh" main
	vm_add "$vm" "$OUT/module/klp-oot.ko" klp-oot.ko
	vm_add "$vm" "$OUT/base/klp-oot-base.ko" klp-oot-base.ko
	vm_add "$vm" "$OUT/$ko" livepatch-oot.ko
	printf 'NAME=%s\nSTATES="%s"\n' "$(modinfo -F name "$OUT/$ko")" "$*" >"$vm/root/vm/settings"
	vm_boot "$vm" "$BOOTED" 300 || status=$?
	states_judge "$form" "$vm" "$status" "$@"
}

check_logged "one: it is built" build one "$HERE/oot/module.patch"
check_logged "one: a function of each object is changed, and that of the new source file and two callbacks are new" grep '2 changed and 3 new function' "$LOG"
check_logged "one: the source was only read" same_state
if ((!FAILED)); then run one livepatch-oot.ko module-first patch-first log; fi
# With the driver's own boot test, which loads what the module needs.
printf '[ "$(cat /sys/module/klp_oot/parameters/value)" = "patched 603 %s" ]\n' 2 >"$OUT/value.test"
check_logged "per-object: it is built, and the boot test of the driver passes" build per-object --per-object "--boot-test=$OUT/value.test" "$HERE/oot/module.patch"
check_logged "suggest: a patch that writes another initial value to the module is made" suggest
printf '[ "$(cut -d " " -f 1,2 /sys/module/klp_oot/parameters/value)" = "plain 207" ]\n' >"$OUT/step.test"
check_logged "suggest: the livepatch with it is built, and writes the value while it is loaded" build suggested \
	--without data-changed "--boot-test=$OUT/step.test" "$OUT/step.patch" "$OUT/step-callback.patch"
echo "1..$NUMBER"
exit $FAILED
