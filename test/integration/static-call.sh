#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# test/integration/static-call.sh SERIES: static calls are switched in each state of a patch whose functions make them, in the
# booted stock kernel of SERIES, and the right target must answer each time.
#
# Three kinds of calls: one that a module defines (static-call/klp-static-call.c is added to the kernel's source, built with
# its headers, and patched by the whole pipeline); one of vmlinux whose key is exported (a tracepoint); and those of vmlinux
# whose keys are not (cond_resched() and might_resched(), switched as the boot parameter preempt= does it).

# shellcheck source=test/integration/common.sh
source "$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")/common.sh"

SERIES=${1:?usage: test/integration/static-call.sh SERIES}
OUT=${KPATCH_TEST_DIR:-$TOP/build/integration}/$SERIES-static-call
NAME="$SERIES static call"

rm -rf -- "$OUT"
mkdir -p -- "$OUT"/{build,modules/kernel/drivers/misc}
vm_require
target_prepare

SOURCE=${TARGET_SOURCE%/*/*}/test-source/static-call_${TARGET_SOURCE##*/}
source_with "$SOURCE" <(echo "obj-m += klp-static-call.o") "$HERE/static-call/klp-static-call.c"
cp -- "$HERE/static-call/klp-static-call.c" "$OUT/build/"
echo 'obj-m := klp-static-call.o' >"$OUT/build/Makefile"
MODULE=$OUT/modules/kernel/drivers/misc/klp-static-call.ko
status=0
make -s -C "$TARGET_HEADERS" "M=$OUT/build" CONFIG_DEBUG_INFO_BTF_MODULES= modules >"$OUT/build.log" 2>&1 &&
	objcopy --strip-debug "$OUT/build/klp-static-call.ko" "$MODULE" &&
	"$TOP/kpatch-build/kpatch-build" -s "$SOURCE" -c "$TARGET_CONFIG" -v "$TARGET_IMAGE" --symvers "$TARGET_SYMVERS" \
		--modules "$OUT/modules" -n livepatch-static-call -o "$OUT" "$HERE/static-call/module.patch" \
		>>"$OUT/build.log" 2>&1 || status=$?
if ((status)); then
	result "not ok" "build, the call of a module"
	explain "$OUT/build.log"
	echo "1..$NUMBER"
	exit 1
fi
result ok "build, the call of a module"
status=0
"$TOP/kpatch-build/kpatch-build" -a "$TARGET_RELEASE" -n livepatch-vmlinux -o "$OUT" "$HERE/static-call/vmlinux.patch" \
	>"$OUT/build.log" 2>&1 || status=$?
if ((status)); then
	result "not ok" "build, calls of vmlinux"
	explain "$OUT/build.log"
	echo "1..$NUMBER"
	exit 1
fi
result ok "build, calls of vmlinux"

VM=$OUT/vm
vm_prepare "$VM"
vm_add "$VM" "$HERE/static-call/guest.sh" main
vm_add "$VM" "$MODULE" klp-static-call.ko
vm_add "$VM" "$OUT/livepatch-static-call.ko" livepatch-static-call.ko
vm_add "$VM" "$OUT/livepatch-vmlinux.ko" livepatch-vmlinux.ko
vm_add_module "$VM" "$TARGET_MODULES_DIR" minix
vm_boot "$VM" "$BOOTED" 300 || status=$?
# shellcheck disable=SC2034
declare -A STATES=(
	[module-first]="of a module, patched after it was loaded, the right target answers before, in between and after"
	[patch-first]="of a module, patched before it is loaded, the right target answers"
	[vmlinux]="of vmlinux, exported and not, the right target answers before, in between and after"
	[log]="the kernel log is clean"
)
states_judge "" "$VM" "$status" module-first patch-first vmlinux log
echo "1..$NUMBER"
exit $FAILED
