#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Point 5: livepatches 1, 2 and 3 of the same functions, a() in the kernel and b() in a module, in every order with the
# module: the newest that is enabled answers, and within one system call never two of them.
# beside-N stay side by side (built with -R), replace-N replace each other.
# shellcheck source=test/integration/modules/guest-common.sh
. /vm/guest-common.sh

versions=/proc/klp_order

# is N: all functions are of version N
is()
{
	local got

	got=$(cat $versions)
	[ "$got" = "$1 $1 $1 $1" ] || fail "versions $got instead of $1 ($2)"
}

# step WHAT...: M loads the module, -M unloads it, N loads a patch, -N unloads it; the newest has to answer after each
sequence()
{
	local kind=$1 step newest loaded="" module=""

	shift
	for step; do
		case $step in
		M) module_load klp-order || return; module=1 ;;
		-M) module_unload klp-order || return; module="" ;;
		-*) patch_unload "$kind${step#-}" || return
			loaded=$(echo "$loaded" | tr ' ' '\n' | grep -vx "${step#-}" | tr '\n' ' ') ;;
		*) patch_load "$kind$step" || return
			if [ "$kind" = replace ]; then replaced_gone $loaded || return; loaded=""; fi
			loaded="$loaded $step" ;;
		esac
		newest=0
		for step in $loaded; do newest=$step; done
		[ -z "$module" ] || is "$newest" "$kind $*, loaded: $loaded" || return
	done
}

# The core disables what was replaced, and lets it be removed a little later.
replaced_gone()
{
	local n end

	end=$(($(now) + 60))
	for n; do
		until [ ! -d "/sys/kernel/livepatch/replace$n" ] && rmmod "replace$n" 2> /dev/null; do
			[ "$(now)" -lt $end ] || { fail "replace$n is still there"; return; }
			usleep 100000
		done
		PATCHES=$(echo "$PATCHES" | tr ' ' '\n' | grep -vx "replace$n" | tr '\n' ' ')
	done
}

sequences()
{
	sequence "$1" M 1 2 3 -3 -2 -1 -M &&
		sequence "$1" 1 M 2 3 -2 -M M -3 -1 -M &&
		sequence "$1" 1 2 M 3 -1 -M M -3 -2 -M &&
		sequence "$1" 3 1 2 M -2 -M M -1 -3 -M
}
replacing()
{
	sequence "$1" M 1 2 3 -3 -M &&
		sequence "$1" 1 M 2 3 -M M -3 -M &&
		sequence "$1" 1 2 M 3 -M -3 &&
		sequence "$1" 3 1 2 M -2 -M
}

# race KIND: the module and livepatch 3 start at once, one of them a little later by what differs each time
race()
{
	local i=0 a b kind=$1

	if [ "$kind" = beside ]; then patch_load beside1 && patch_load beside2 || return; fi
	while [ $i -lt "$RACES" ]; do
		i=$((i + 1))
		if [ "$kind" = replace ]; then patch_load replace2 || return; fi
		(usleep $((i % 7 * 4000)); exec insmod /vm/klp-order.ko) > /run/race.a 2>&1 & a=$!
		(usleep $((i % 5 * 5000)); exec insmod "/vm/${kind}3.ko") > /run/race.b 2>&1 & b=$!
		wait $a || { fail "round $i: module: $(cat /run/race.a)"; return; }
		wait $b || { fail "round $i: livepatch 3: $(cat /run/race.b)"; return; }
		klp_wait "${kind}3" 120 || return
		is 3 "$kind, race $i" || return
		if [ "$kind" = replace ]; then replaced_gone 2 || return; fi
		PATCHES="$PATCHES ${kind}3"
		# Half of the time the module goes first.
		if [ $((i % 2)) = 0 ]; then module_unload klp-order || return; fi
		patch_unload "${kind}3" || return
		if [ $((i % 2)) = 1 ]; then module_unload klp-order || return; fi
	done
	say "race $kind: $i rounds"
	if [ "$kind" = beside ]; then patch_unload beside2 && patch_unload beside1; fi
}

log_mark
watch_start versions $versions
point beside sequences beside
point replace replacing replace
point race-beside race beside
point race-replace race replace
point watched watch_stop
point log log_check
