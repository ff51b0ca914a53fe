#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# test/integration/static-key.sh LINE: static keys that a module defines, a tracepoint and a pr_debug() of its own. A small
# module (static-key/) is added to the source of the newest stock kernel of LINE and built with its headers; the whole
# pipeline then patches the function that tests them all. In the booted kernel they are switched in each state.

set -Eeuo pipefail
export LC_ALL=C
HERE=$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")
TOP=${HERE%/test/integration}
OPT_DEBUG=0
# shellcheck source=kpatch-build/lib/log.sh
source "$TOP/kpatch-build/lib/log.sh"
# shellcheck source=kpatch-build/lib/packages.sh
source "$TOP/kpatch-build/lib/packages.sh"
# shellcheck source=kpatch-build/lib/vm.sh
source "$TOP/kpatch-build/lib/vm.sh"
install_traps

LINE=${1:?usage: test/integration/static-key.sh LINE}
OUT=${KPATCH_TEST_DIR:-$TOP/build/integration}/$LINE-static-key
NUMBER=0 FAILED=0
result() {
	NUMBER=$((NUMBER + 1))
	if [[ $1 != ok ]]; then FAILED=1; fi
	echo "$1 $NUMBER - $LINE static keys of a module: $2"
}
explain() { tr -d '\r' <"$1" | tail -n 30 | sed 's/^/#   /'; }

# The kernel's source with the module in it: beside the source in the cache, hard links but for the changed files, whose
# dates are fixed, so that its build tree is found in the cache again.
make_source() {
	local dir=$1 makefile=drivers/misc/Makefile file
	if [[ ! -d $dir ]]; then
		rm -rf -- "$dir.new"
		mkdir -p -- "$dir.new"
		cp -al -- "$TARGET_SOURCE/." "$dir.new/"
		mv -- "$dir.new" "$dir"
	fi
	{
		cat -- "$TARGET_SOURCE/$makefile"
		echo "obj-m += klp-static-key.o"
	} >"$OUT/Makefile"
	install -m 644 -- "$OUT/Makefile" "$dir/$makefile.new"
	touch -d @1 -- "$dir/$makefile.new"
	for file in klp-static-key.c klp-static-key-trace.h; do
		install -m 644 -- "$HERE/static-key/$file" "$dir/drivers/misc/$file"
		touch -d @1 -- "$dir/drivers/misc/$file"
	done
	mv -f -- "$dir/$makefile.new" "$dir/$makefile"
}

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
"$TOP/kpatch-build/kpatch-build" -a "$LINE" --print-target >"$OUT/target.log"
grep '^TARGET_' "$OUT/target.log" >"$OUT/target.sh"
# shellcheck source=/dev/null
source "$OUT/target.sh"

SOURCE=${TARGET_SOURCE%/*}/test-static-key_${TARGET_SOURCE##*/}
MODULE=$OUT/modules/kernel/drivers/misc/klp-static-key.ko
make_source "$SOURCE"
status=0
make_module >"$OUT/build.log" 2>&1 &&
	"$TOP/kpatch-build/kpatch-build" -s "$SOURCE" -c "$TARGET_CONFIG" -v "$TARGET_IMAGE" --symvers "$TARGET_SYMVERS" \
		--modules "$OUT/modules" -n livepatch-static-key -o "$OUT" "$HERE/static-key/module.patch" \
		>>"$OUT/build.log" 2>&1 || status=$?
if ((status)); then
	result "not ok" "build"
	explain "$OUT/build.log"
	echo "1..$NUMBER"
	exit 1
fi
result ok "build"
if grep -q '^ *klp-static-key.o: static keys are tested at run time, for the sake of old_off, .*pr_debug(), .*starts_off, .*trace_klp_static_key_asked()' "$OUT/build.log"; then
	result ok "the output says that they are tested at run time"
else
	result "not ok" "the output says that they are tested at run time"
	explain "$OUT/build.log"
fi
# keys_set() has no jump label, and value_get() is the only function that the patch changes.
if grep -q '1 changed and 0 new function' "$OUT/build.log"; then
	result ok "nothing else changes by that"
else
	result "not ok" "nothing else changes by that"
	explain "$OUT/build.log"
fi
if readelf -SW "$OUT/livepatch-static-key.ko" | grep __jump_table >/dev/null; then
	result "not ok" "no jump label is left"
else
	result ok "no jump label is left"
fi

VM=$OUT/vm
vm_prepare "$VM"
vm_add "$VM" "$HERE/static-key/guest.sh" main
vm_add "$VM" "$MODULE" klp-static-key.ko
vm_add "$VM" "$OUT/livepatch-static-key.ko" livepatch-static-key.ko
vm_boot "$VM" "$TARGET_IMAGE" 600 || status=$?
declare -A STATES=(
	[on]="on when the patch is loaded, toggled while patched, right before and after"
	[off]="off when the patch is loaded, toggled while patched, right before and after"
	[patch-first]="the module is loaded after the patch, its keys are as they start, and toggle"
	[tracepoint]="the tracepoint fires when enabled, before, during and after the patch, and not else"
	[debug]="pr_debug() prints when enabled through dynamic debug, before, during and after the patch, and not else"
	[log]="the kernel log is clean")
for state in on off tracepoint debug patch-first log; do
	if grep -q "^@ok $state" "$VM/results"; then result ok "${STATES[$state]}"; else result "not ok" "${STATES[$state]}"; fi
done
if ((FAILED)); then
	explain "$VM/results"
	if ((status == 99)); then echo "#   the machine: $VM_WHY"; fi
fi
echo "1..$NUMBER"
exit $FAILED
