#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Runs in the machine: the call of klp-static-call.ko is switched in every state, and each time the right target answers.
# shellcheck source=kpatch-build/lib/vm-guest.sh
. /vm/vm-guest.sh

module=/vm/klp-static-call.ko
patch=/vm/livepatch-static-call.ko
params=/sys/module/klp_static_call/parameters

# expect plain|patched TARGET
expect()
{
	local got want="$1 ${2}01"

	[ "$1" = plain ] || want="$want ${2}02"
	got=$(cat $params/value)
	[ "$got" = "$want" ] || { say "target $2: '$got' instead of '$want'"; return 1; }
}

# Ends with the call going to the second target.
switch()
{
	local target

	for target in 2 1 2; do
		echo $target > $params/target || return
		expect "$1" $target || return
	done
}

module_first()
{
	insmod $module && expect plain 1 && switch plain || return
	klp_load $patch && expect patched 2 && switch patched || return
	klp_unload livepatch_static_call && expect plain 2 && switch plain || return
	rmmod klp_static_call
}

patch_first()
{
	klp_load $patch && insmod $module && expect patched 1 && switch patched || return
	klp_unload livepatch_static_call && expect plain 2 && switch plain || return
	rmmod klp_static_call
}

log_mark
module_first && say "@ok module-first"
patch_first && say "@ok patch-first"
log_check && say "@ok log"
