#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Point 1: the patch first or the module first, the module unloaded and loaded again while the patch stays, the patch
# unloaded while the module stays; over and over, while another process runs the patched functions.
# shellcheck source=test/integration/modules/guest-common.sh
. /vm/guest-common.sh

value=/sys/module/klp_refer/parameters/value
is() { [ "$(cut -d ' ' -f 1 $value | head -n 1)" = "$1" ] || fail "$2: $(head -n 1 $value)"; }
version_is() { [ "$(grep -c 'patched version' /proc/version)" = "$1" ] || fail "$2: $(cat /proc/version)"; }

patch_first()
{
	patch_load objects && version_is 1 "patch loaded" || return
	module_load klp-refer && is patched "module loaded after the patch" || return
	module_unload klp-refer && module_load klp-refer && is patched "module loaded again" || return
	patch_unload objects && is plain "patch unloaded, module stays" && version_is 0 "patch unloaded" || return
	module_unload klp-refer
}

module_first()
{
	module_load klp-refer && is plain "module alone" || return
	patch_load objects && is patched "patch loaded after the module" || return
	module_unload klp-refer && module_load klp-refer && is patched "module loaded again" || return
	module_unload klp-refer && patch_unload objects
}

rounds()
{
	local i=0

	while [ $i -lt "$ROUNDS" ]; do
		i=$((i + 1))
		"$1" || { fail "round $i"; return 1; }
	done
	say "$1: $i rounds"
}

log_mark
insmod /vm/klp-base.ko || exit 1
watch_start text $value /proc/version
point patch-first rounds patch_first
point module-first rounds module_first
point watched watch_stop
point log log_check
