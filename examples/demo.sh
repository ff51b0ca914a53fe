#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# make demo: builds examples/meminfo.patch for the newest stock 6.12 kernel, boots that kernel in a virtual machine, and
# shows the file that the patch changes before, while and after the livepatch is loaded.

set -Eeuo pipefail
export LC_ALL=C
TOP=$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")/..
TOP=$(realpath -- "$TOP")
SERIES=${1:-6.12}
PATCH=$TOP/examples/meminfo.patch
OUT=$TOP/build/demo
OPT_DEBUG=0
# shellcheck source=kpatch-build/lib/log.sh
source "$TOP/kpatch-build/lib/log.sh"
# shellcheck source=kpatch-build/lib/arch.sh
source "$TOP/kpatch-build/lib/arch.sh"
# shellcheck source=kpatch-build/lib/packages.sh
source "$TOP/kpatch-build/lib/packages.sh"
# shellcheck source=kpatch-build/lib/vm.sh
source "$TOP/kpatch-build/lib/vm.sh"
install_traps

demo_packages() {
	# Says what it installs; without root, what to install. Nothing to add to that.
	if ! "$TOP/kpatch-build/install-packages" build run vm; then exit 1; fi
	STAGE_SUMMARY="everything that is needed is installed"
}

demo_programs() {
	local log=$TOP/build/demo-build.log
	mkdir -p -- "$TOP/build"
	if ! long_run "$log" demo_programs_progress make -C "$TOP" -j "$(nproc)" all; then
		show_file "$log"
		die "the programs do not compile, see above"
	fi
	STAGE_SUMMARY="built in build/bin"
}
demo_programs_progress() { REPLY=$(tail -n 1 "$TOP/build/demo-build.log"); }

demo_script() {
	cat <<-'EOS'
		. ./vm-guest.sh
		show() { say; say "$*"; grep '^Mem' /proc/meminfo | sed 's/^/    /'; }
		log_mark
		show "\$ grep ^Mem /proc/meminfo           (before)"
		klp_load /vm/livepatch-meminfo.ko || exit 1
		show "\$ insmod livepatch-meminfo.ko; grep ^Mem /proc/meminfo"
		klp_unload livepatch_meminfo || exit 1
		show "\$ echo 0 > /sys/kernel/livepatch/livepatch_meminfo/enabled; rmmod livepatch_meminfo; grep ^Mem /proc/meminfo"
		say
		log_check
	EOS
}

demo_boot() {
	local status=0
	vm_require
	vm_prepare "$OUT/vm"
	vm_add "$OUT/vm" "$OUT/livepatch-meminfo.ko" livepatch-meminfo.ko
	demo_script >"$OUT/vm/root/vm/main"
	vm_boot "$OUT/vm" "$TARGET_IMAGE" 300 demo_progress || status=$?
	if ((status == 99)); then die "the kernel was booted, but $VM_WHY; its console output is in $OUT/vm/console"; fi
	STAGE_SUMMARY="$TARGET_RELEASE in a virtual machine: loaded, observed, unloaded"
	DEMO_STATUS=$status
}
demo_progress() {
	REPLY=$(tail -n 1 "$OUT/vm/console" | tr -d '\r' | cut -c 1-90)
	REPLY=${REPLY:-starting qemu}
}

stage packages demo_packages
stage programs demo_programs
mkdir -p -- "$OUT"
rm -f -- "$OUT/livepatch-meminfo.ko"
echo
echo "Patch: examples/meminfo.patch"
sed -n '/^@@/,$p' "$PATCH" | sed 's/^/    /'
echo
# It says itself what went wrong.
"$TOP/kpatch-build/kpatch-build" -a "$SERIES" -o "$OUT" "$PATCH" || exit
"$TOP/kpatch-build/kpatch-build" -a "$SERIES" --print-target 2>/dev/null | grep '^TARGET_' >"$OUT/target.sh"
# shellcheck source=/dev/null
source "$OUT/target.sh"
stage boot demo_boot
tr -d '\r' <"$OUT/vm/results" | grep -v "^$VM_DONE"
if ((DEMO_STATUS)); then die "the livepatch did not do its work, see above; the console is in $OUT/vm/console"; fi
echo "The kernel log is clean. The module: $OUT/livepatch-meminfo.ko"
