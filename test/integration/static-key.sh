#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# test/integration/static-key.sh SERIES: static keys that a module defines, a tracepoint and a pr_debug() of its own. A small
# module (static-key/) is added to the source of the newest stock kernel of SERIES and built with its headers; the whole
# pipeline then patches the function that tests them all, in both forms of a livepatch. In the booted kernel they are switched in
# each state.

# shellcheck source=test/integration/common.sh
source "$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")/common.sh"

SERIES=${1:?usage: test/integration/static-key.sh SERIES}
OUT=${KPATCH_TEST_DIR:-$TOP/build/integration}/$SERIES-static-key
NAME="$SERIES static keys of a module"

# As the target's own build would have made it, names of files (in the descriptor of the pr_debug()) included. Tracepoints
# want a header by its path from include/trace.
make_module() {
	local dir=$OUT/build/drivers/misc
	mkdir -p -- "$dir" "$OUT/build/include/trace"
	cp -- "$HERE"/static-key/klp-static-key{.c,-trace.h} "$dir/"
	echo 'obj-m := klp-static-key.o' >"$dir/Makefile"
	make -s -C "$TARGET_HEADERS" "M=$dir" "KCPPFLAGS=-I$OUT/build/include/trace -fmacro-prefix-map=$OUT/build/=" \
		CONFIG_DEBUG_INFO_BTF_MODULES= modules &&
		objcopy --strip-debug "$dir/klp-static-key.ko" "$MODULE"
}

rm -rf -- "$OUT"
mkdir -p -- "$OUT"/{build,modules/kernel/drivers/misc}
vm_require
target_prepare

SOURCE=${TARGET_SOURCE%/*/*}/test-source/static-key_${TARGET_SOURCE##*/}
MODULE=$OUT/modules/kernel/drivers/misc/klp-static-key.ko
source_with "$SOURCE" <(echo "obj-m += klp-static-key.o") "$HERE"/static-key/klp-static-key{.c,-trace.h}
if ! make_module >"$OUT/module.log" 2>&1; then
	explain "$OUT/module.log"
	die "the module of the test does not build"
fi

has_jump_labels() { readelf -SW "$1" | grep __jump_table; }
no_jump_labels() { ! has_jump_labels "$1"; }

# build FORM MODULE [OPTION...]
build() {
	local form=$1 ko=$2
	shift 2
	if ! "$TOP/kpatch-build/kpatch-build" -s "$SOURCE" -c "$TARGET_CONFIG" -v "$TARGET_IMAGE" --symvers "$TARGET_SYMVERS" \
		--modules "$OUT/modules" -n livepatch-static-key -o "$OUT" "$@" "$HERE/static-key/module.patch" >"$LOG" 2>&1; then
		return 1
	fi
	# keys_set() has no jump label, and value_get() is the only function that the patch changes.
	check_logged "$form: one function is changed, and none is new" grep '1 changed and 0 new function' "$LOG"
	if [[ $form == one ]]; then
		check_logged "$form: the output says that they are tested at run time" \
			grep '^ *klp-static-key.o: static keys are tested at run time, because of old_off, .*pr_debug(), .*starts_off, .*trace_klp_static_key_asked()' "$LOG"
		check_logged "$form: no jump label is left" no_jump_labels "$OUT/$ko"
	else
		check_logged "$form: they are jump labels, as in the module itself" has_jump_labels "$OUT/$ko"
	fi
}

declare -A STATES=(
	[on]="on when the patch is loaded, toggled while patched, right before and after"
	[off]="off when the patch is loaded, toggled while patched, right before and after"
	[patch-first]="the module is loaded after the patch (per-object: before its part), its keys are as they start, and toggle"
	[tracepoint]="the tracepoint fires when enabled, before, during and after the patch, and not else"
	[debug]="pr_debug() prints when enabled through dynamic debug, before, during and after the patch, and not else"
	[going]="a part that comes while its module goes is refused, and does no harm"
	[log]="the kernel log is clean")

# run FORM MODULE: in the machine
run() {
	local form=$1 ko=$2 vm=$OUT/vm-$1 status=0 states=(on off tracepoint debug patch-first log)
	if [[ $form != one ]]; then states+=(going); fi
	vm_prepare "$vm"
	vm_add "$vm" "$HERE/static-key/guest.sh" main
	vm_add "$vm" "$MODULE" klp-static-key.ko
	vm_add "$vm" "$OUT/$ko" "$ko"
	echo "FORM=$form" >"$vm/root/vm/settings"
	vm_boot "$vm" "$BOOTED" 600 || status=$?
	states_judge "$form" "$vm" "$status" "${states[@]}"
}

for form in one per-object; do
	LOG=$OUT/$form.log ko=livepatch-static-key.ko option=()
	if [[ $form == per-object ]]; then ko=livepatch-static-key--klp_static_key.ko option=(--per-object); fi
	if build "$form" "$ko" "${option[@]}"; then
		run "$form" "$ko"
	else
		result "not ok" "$form: build"
		explain "$LOG"
	fi
done
echo "1..$NUMBER"
exit $FAILED
