#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Runs in the machine: every module of /vm/list, "NAME refused|late|accepted|ordered|unmet", with patterns for the kernel's log in
# NAME/log and for what the patch shows in NAME/shows; before them a good one, unsigned and signed.
# shellcheck source=kpatch-build/lib/vm-guest.sh
. /vm/vm-guest.sh

ko=livepatch-law.ko
target=/vm/law-target.ko
value() { cat /sys/module/law_target/parameters/show; }

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
	klp_unload livepatch_law && rmmod law_target || return
	klp_load "$1" && insmod $target && [ "$(value)" = "patched 42" ] || return
	klp_unload livepatch_law && [ "$(value)" = "plain 42" ] && rmmod law_target
}

refused()
{
	insmod $target || return
	if insmod "$1/$ko" 2> /run/insmod; then
		say "the kernel takes it"
		klp_wait livepatch_law 60 && klp_unload livepatch_law
		rmmod law_target
		return 1
	fi
	rmmod law_target
	log_has "$1/log"
}

late()
{
	local status=0

	klp_load "$1/$ko" || return
	# The kernel rewrites the jump label's site.
	echo 1 > /sys/module/livepatch_law/parameters/enable
	if insmod $target 2> /run/insmod; then
		say "the module can be loaded: $(value)"
		status=1
	fi
	shows "$1/shows" || status=1
	klp_unload livepatch_law || return
	[ $status = 0 ] || rmmod law_target
	[ $status = 0 ] && log_has "$1/log"
}

accepted()
{
	klp_load "$1/$ko" && insmod $target && shows "$1/shows" && log_has "$1/log" || return
	klp_unload livepatch_law && rmmod law_target
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
	klp_unload livepatch_law && rmmod law_target
}

# The module must not be there.
unmet()
{
	klp_load "$1/$ko" && shows "$1/shows" && log_has "$1/log" && klp_unload livepatch_law
}

verdict()
{
	local name=$1
	shift
	log_mark
	if "$@"; then
		say "@law $name ok"
	else
		log_since | tail -n 8 | sed 's/^/log: /'
		cat /run/insmod 2> /dev/null
		say "@law $name failed"
		[ ! -e /sys/kernel/livepatch/livepatch_law ] || klp_unload livepatch_law
	fi
	rmmod law_target 2> /dev/null
	rmmod livepatch_law 2> /dev/null
	[ ! -e /sys/module/livepatch_law ] || { say "livepatch_law can't be removed"; exit 1; }
}

verdict good good good/$ko
verdict signed good signed/$ko
while read -r name what; do
	verdict "$name" $what "$name"
done < list
exit 0
