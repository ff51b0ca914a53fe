#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# test/integration/callbacks.sh SERIES: what the author of a patch has the kernel call (callbacks/order.patch), in both forms of a
# livepatch; with a newer one, of another version of its state, that replaces it.

# shellcheck source=test/integration/common.sh
source "$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")/common.sh"

SERIES=${1:?usage: test/integration/callbacks.sh SERIES}
OUT=${KPATCH_TEST_DIR:-$TOP/build/integration}/$SERIES-callbacks
NAME="$SERIES callbacks"

rm -rf -- "$OUT"
mkdir -p -- "$OUT"/{one,per-object}
vm_require
target_prepare

declare -A STATES=(
	[load]="in order when the livepatch is loaded and unloaded; its shadow variable is freed"
	[module]="in order when the module comes and goes, twice"
	[refused-load]="a pre_patch callback stops the load, what was done before is undone, and it loads later"
	[refused-module]="a pre_patch callback stops the module, which loads later, with its late relocations"
	[replaced]="a livepatch that replaces another is called, not the other; an older state is refused"
	[per-object]="the part for a module is called by itself; a refused one is not tried again and again"
	[log]="the kernel log is clean")

# The newer one patches the kernel alone.
sed '/^--- a.drivers/,$d; s/\.version = 2/.version = 3/' "$HERE/callbacks/order.patch" >"$OUT/newer.patch"

# build DIR NAME PATCH [OPTION...]
build() { "$TOP/kpatch-build/kpatch-build" -a "$TARGET_RELEASE" -n "$2" -o "$OUT/$1" "${@:4}" "$3" >"$LOG" 2>&1; }

# run FORM STATE...: in the machine
run() {
	local form=$1 vm=$OUT/vm-$1 status=0 file
	shift
	vm_prepare "$vm"
	vm_add "$vm" "$HERE/callbacks/guest.sh" main
	vm_add_module "$vm" "$TARGET_MODULES_DIR" dummy
	for file in "$OUT/$form"/*.ko; do vm_add "$vm" "$file" "${file##*/}"; done
	echo "FORM=$form" >"$vm/root/vm/settings"
	vm_boot "$vm" "$BOOTED" 300 || status=$?
	states_judge "$form" "$vm" "$status" "$@"
}

LOG=$OUT/one.log
check_logged "one: it is built" build one livepatch-callbacks "$HERE/callbacks/order.patch"
LOG=$OUT/newer.log
check_logged "one: the newer one is built" build one livepatch-newer "$OUT/newer.patch"
if ((!FAILED)); then run one load module refused-load refused-module replaced log; fi
LOG=$OUT/per-object.log
check_logged "per-object: it is built" build per-object livepatch-callbacks "$HERE/callbacks/order.patch" --per-object
if ((!FAILED)); then run per-object per-object log; fi
echo "1..$NUMBER"
exit $FAILED
