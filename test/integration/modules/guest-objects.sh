#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Point 2: one patch for the kernel and two modules, of which one is never loaded.
# shellcheck source=test/integration/modules/guest-common.sh
. /vm/guest-common.sh

value=/sys/module/klp_refer/parameters/value

without_never()
{
	patch_load objects || return
	grep -q 'patched version' /proc/version || { fail "the kernel: $(cat /proc/version)"; return; }
	module_load klp-base && module_load klp-refer || return
	grep -q '^patched ' $value || { fail "klp-refer: $(cat $value)"; return; }
	if [ "$FORM" = one ] && [ ! -d /sys/kernel/livepatch/objects/klp_never ]; then
		fail "the patch does not wait for klp_never: $(ls /sys/kernel/livepatch/objects)"
		return
	fi
	patch_unload objects || return
	grep -q '^plain ' $value || { fail "klp-refer after unloading: $(cat $value)"; return; }
	! grep -q 'patched version' /proc/version || { fail "the kernel is still patched"; return; }
	module_unload klp-refer && module_unload klp-base
}

log_mark
point never without_never
point log log_check
