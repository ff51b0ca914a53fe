#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Runs in the machine: every module of /vm/list, "NAME refused|late|accepted|ordered|unmet", with patterns for the kernel's log in
# NAME/log and for what the patch shows in NAME/shows; before them a good one, unsigned and signed.
# shellcheck source=kpatch-build/lib/vm-guest.sh
. /vm/vm-guest.sh

ko=livepatch-rules.ko
target=/vm/rules-target.ko
value() { cat /sys/module/rules_target/parameters/show; }

log_has() { [ ! -s "$1" ] || log_since | grep -qEf "$1" || { say "the log does not have: $(cat "$1")"; return 1; }; }
shows()
{
	cat /proc/version > /run/shown
	[ ! -s "$1" ] || grep -qEf "$1" /run/shown || { say "it does not show: $(cat "$1")"; cat /run/shown; return 1; }
}

good()
{
	insmod $target && [ "$(value)" = "plain 42" ] || return
	klp_load "$1" || return
	[ "$(value)" = "patched 42" ] && grep -q 'reference is there' /proc/version || return
	klp_unload livepatch_rules && rmmod rules_target || return
	klp_load "$1" && insmod $target && [ "$(value)" = "patched 42" ] || return
	klp_unload livepatch_rules && [ "$(value)" = "plain 42" ] && rmmod rules_target
}

refused()
{
	insmod $target || return
	if insmod "$1/$ko" 2> /run/insmod; then
		say "the kernel takes it"
		klp_wait livepatch_rules 60 && klp_unload livepatch_rules
		rmmod rules_target
		return 1
	fi
	rmmod rules_target
	log_has "$1/log"
}

late()
{
	local status=0

	klp_load "$1/$ko" || return
	# The kernel rewrites the jump label's site.
	echo 1 > /sys/module/livepatch_rules/parameters/enable
	if insmod $target 2> /run/insmod; then
		say "the module can be loaded: $(value)"
		status=1
	fi
	shows "$1/shows" || status=1
	klp_unload livepatch_rules || return
	[ $status = 0 ] || rmmod rules_target
	[ $status = 0 ] && log_has "$1/log"
}

accepted()
{
	klp_load "$1/$ko" && insmod $target && shows "$1/shows" && log_has "$1/log" || return
	klp_unload livepatch_rules && rmmod rules_target
}

# Only with the module there, which is then pinned to nothing: the order that a livepatch must not ask for.
ordered()
{
	if insmod "$1/$ko" 2> /run/insmod; then
		say "it can be loaded before its module"
		return 1
	fi
	log_has "$1/log" || return
	insmod $target && klp_load "$1/$ko" && shows "$1/shows" || return
	klp_unload livepatch_rules && rmmod rules_target
}

# The module must not be there.
unmet()
{
	klp_load "$1/$ko" && shows "$1/shows" && log_has "$1/log" && klp_unload livepatch_rules
}

verdict()
{
	local name=$1
	shift
	log_mark
	if "$@"; then
		say "@rules $name ok"
	else
		log_since | tail -n 8 | sed 's/^/log: /'
		cat /run/insmod 2> /dev/null
		say "@rules $name failed"
		[ ! -e /sys/kernel/livepatch/livepatch_rules ] || klp_unload livepatch_rules
	fi
	rmmod rules_target 2> /dev/null
	rmmod livepatch_rules 2> /dev/null
	[ ! -e /sys/module/livepatch_rules ] || { say "livepatch_rules can't be removed"; exit 1; }
}

verdict good good good/$ko
verdict signed good signed/$ko
while read -r name what; do
	verdict "$name" $what "$name"
done < list
exit 0
