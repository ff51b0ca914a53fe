#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Point 4: the patch first, then kvm and kvm-amd; a virtual machine runs a few instructions; the live text of the patch is
# what relocations, alternatives and paravirt patching should give.
# shellcheck source=test/integration/modules/guest-common.sh
. /vm/guest-common.sh

kvm_load()
{
	local ko

	while read -r ko; do
		[ -d "/sys/module/$(klp_name "$ko")" ] || module_load "$(basename "$ko" .ko)" || return
	done < /vm/modules/kvm_amd.order
}
kvm_unload() { module_unload kvm_amd && module_unload kvm; }

# runs ANSWER: a machine can be made and run, and the patched or the plain function answers
runs()
{
	/vm/kvm-run > /run/kvm 2>&1
	[ "$(tr '\n' ' ' < /run/kvm)" = "answer $1 result 7 halted " ] || { cat /run/kvm; fail "$2"; }
}

# The other patched function tells of each processor that it starts on. Some kernels start when the module is loaded, and its part
# comes after that: one processor is made to start again.
started()
{
	if [ "$FORM" = per-object ]; then
		echo 0 > /sys/devices/system/cpu/cpu1/online && echo 1 > /sys/devices/system/cpu/cpu1/online || return
	fi
	dmesg | tail -n "+$1" | grep -q 'patched, on processor' || fail "the patched function of kvm-amd did not run"
}

patch_first()
{
	local lines

	patch_load kvmfix || return
	lines=$(dmesg | wc -l)
	kvm_load && runs 4711 "patched before the modules came" && started "$lines" && text_is_right kvmfix || return
	patch_unload kvmfix && runs 0 "after the patch was unloaded" || return
	kvm_unload
}

module_first()
{
	local lines

	kvm_load && runs 0 "without a patch" && patch_load kvmfix || return
	runs 4711 "patched after the modules came" && text_is_right kvmfix || return
	kvm_unload || return
	lines=$(dmesg | wc -l)
	kvm_load && runs 4711 "modules loaded again" && started "$lines" && text_is_right kvmfix || return
	kvm_unload && patch_unload kvmfix
}

log_mark
point patch-first patch_first
point module-first module_first
point log log_check
