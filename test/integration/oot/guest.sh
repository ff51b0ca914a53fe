#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Runs in the machine: klp-oot.ko and its livepatch, loaded in both orders.
# shellcheck source=kpatch-build/lib/vm-guest.sh
. /vm/vm-guest.sh
# NAME of the livepatch, STATES
# shellcheck disable=SC1091
. /vm/settings

params=/sys/module/klp_oot/parameters

# expect plain|patched VALUE COUNT: what the module's functions return, and how often they were asked
expect()
{
	local got

	got=$(cat $params/value)
	[ "$got" = "$1 $2 $3" ] || { say "'$got' instead of '$1 $2 $3'"; return 1; }
}

# calls WORD... COUNT: the callback that was called last says so.
calls()
{
	[ "$(dmesg | sed -n 's/.*klp-oot: klp_oot //p' | tail -n 1)" = "$*" ] || { dmesg | tail -n 5; return 1; }
}

# 2 * 100 + 3 as built; 3 * 100 * 2 + 3 patched; with the key on 200 takes the place of 100. The count goes on.
module_first()
{
	insmod /vm/klp-oot.ko && expect plain 203 1 && echo 1 > $params/doubled && expect plain 403 2 || return
	klp_load /vm/livepatch-oot.ko && calls is patched after 2 calls && expect patched 1203 3 || return
	echo 0 > $params/doubled && expect patched 603 4 && echo 1 > $params/doubled && expect patched 1203 5 || return
	klp_unload "$NAME" && calls was patched, 5 calls && expect plain 403 6 && rmmod klp_oot
}

patch_first()
{
	klp_load /vm/livepatch-oot.ko || return
	for _ in 1 2; do
		insmod /vm/klp-oot.ko && calls is patched after 0 calls && expect patched 603 1 || return
		echo 1 > $params/doubled && expect patched 1203 2 && rmmod klp_oot && calls was patched, 2 calls || return
	done
	insmod /vm/klp-oot.ko && expect patched 603 1 && klp_unload "$NAME" && expect plain 203 2 && rmmod klp_oot
}

log_mark
insmod /vm/klp-oot-base.ko || exit 1
for state in $STATES; do
	case $state in
	module-first) module_first ;;
	patch-first) patch_first ;;
	log) log_check ;;
	esac && say "@ok $state" || say "@failed $state"
done
