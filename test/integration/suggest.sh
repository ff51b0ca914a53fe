#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# test/integration/suggest.sh SERIES: a patch that changes initial values (suggest/values.patch) is refused; what --suggest writes for it is
# built with it, as it says, and does in the machine what the patch meant.

# shellcheck source=test/integration/common.sh
source "$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")/common.sh"
KPATCH_BUILD=${KPATCH_BUILD:-$TOP/kpatch-build/kpatch-build}

SERIES=${1:?usage: test/integration/suggest.sh SERIES}
OUT=${KPATCH_TEST_DIR:-$TOP/build/integration}/$SERIES-suggest
NAME="$SERIES suggested callbacks"
PATCH=$HERE/suggest/values.patch SUGGESTED=$OUT/values-callback.patch

rm -rf -- "$OUT"
mkdir -p -- "$OUT"
vm_require
target_prepare

declare -A STATES=(
	[load]="a limit, a table's entry and a module's operations are as the patch has them, and as before when it is unloaded"
	[module]="the module's when it comes after the livepatch, twice"
	[refused]="what somebody else has set stops the livepatch, and nothing is written"
	[kept]="what somebody sets later stays when the livepatch goes"
	[earlier]="what an earlier version has written is taken over"
	[log]="the kernel log is clean")

# build LOG STATUS OPTION...: with that exit code
build() {
	local status=0
	"$KPATCH_BUILD" -a "$TARGET_RELEASE" -n livepatch-values -o "$OUT" "${@:3}" >"$1" 2>&1 || status=$?
	((status == $2))
}

LOG=$OUT/suggest.log
check_logged "the patch alone is refused, and a second one written" build "$LOG" 2 --suggest "$PATCH"
if ((!FAILED)); then
	LOG=$OUT/build.log
	read -ra options < <(sed -n 's/^.*, with the options: //p' "$SUGGESTED")
	# The tests call nothing of dummy when it is unloaded, so the address is nobody's.
	check_logged "both are built, with the options that it names: ${options[*]}" \
		build "$LOG" 0 "${options[@]}" --accept address-kept:dummy_validate_strict "$PATCH" "$SUGGESTED"
fi
if ((!FAILED)); then
	status=0
	vm_prepare "$OUT/vm"
	vm_add "$OUT/vm" "$HERE/suggest/guest.sh" main
	vm_add_module "$OUT/vm" "$TARGET_MODULES_DIR" dummy
	vm_add "$OUT/vm" "$OUT/livepatch-values.ko" livepatch-values.ko
	vm_boot "$OUT/vm" "$BOOTED" 200 || status=$?
	states_judge "in the machine" "$OUT/vm" "$status" load module refused kept earlier log
fi
echo "1..$NUMBER"
exit "$FAILED"
