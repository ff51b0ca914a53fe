#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Point 3: a patched function of a module refers to everything there is; the values say whether it is the right thing.
# shellcheck source=test/integration/modules/guest-common.sh
. /vm/guest-common.sh

value=/sys/module/klp_refer/parameters/value

# expect UP DOWN PERCPU SCALED HIDDEN: what value has to be, with counters that were counted before and while patched
expect()
{
	cat > /run/want <<-END
		patched a new string and another value
		own functions $((3 + $5)) 1001
		own data $5 12 13
		own address 1 1
		of one name 10002 20017 70002
		static locals $1 $2
		percpu $3
		other module 35 5 $4
		kernel exported 25000 $(uname -r)
		kernel hidden 100 $(cat /proc/cmdline)
	END
	cat $value > /run/got
	diff -u /run/want /run/got || fail "values that are wrong"
}

# Two reads before the patch: what they counted is what the patched code goes on with.
module_first()
{
	module_load klp-base && module_load klp-refer && cat $value $value > /dev/null || return
	patch_load references || return
	expect 12 488 102 3 11 && text_is_right references || return
	echo 21 > /sys/module/klp_refer/parameters/hidden
	expect 22 478 202 4 21 || return
	patch_unload references || return
	cat $value > /run/got
	grep -q '^plain ' /run/got || { fail "after unloading: $(cat /run/got)"; return; }
	module_unload klp-refer && module_unload klp-base
}

patch_first()
{
	patch_load references && module_load klp-base && module_load klp-refer || return
	expect 10 490 100 1 11 && text_is_right references || return
	echo 31 > /sys/module/klp_refer/parameters/hidden
	expect 20 480 200 2 31 || return
	module_unload klp-refer && module_unload klp-base && module_load klp-base && module_load klp-refer || return
	expect 10 490 100 1 11 || return
	patch_unload references || return
	module_unload klp-refer && module_unload klp-base
}

log_mark
point module-first module_first
point patch-first patch_first
point log log_check
