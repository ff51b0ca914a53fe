#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Runs in the machine: every module of /vm/list, "NAME refused|late|accepted", its log pattern in NAME.log; then signatures.
# shellcheck source=kpatch-build/lib/vm-guest.sh
. /vm/vm-guest.sh

ko=livepatch-law.ko
target=/vm/law-target.ko
value() { cat /sys/module/law_target/parameters/show; }

log_has() { [ ! -s "$1" ] || log_since | grep -qEf "$1"; }

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
	if insmod $target 2> /run/insmod; then
		say "the module can be loaded: $(value)"
		status=1
	fi
	klp_unload livepatch_law || return
	[ $status = 0 ] || rmmod law_target
	[ $status = 0 ] && log_has "$1/log"
}

accepted()
{
	insmod $target && klp_load "$1/$ko" || return
	say "@says $1 $(cat /proc/version)"
	klp_unload livepatch_law && rmmod law_target
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
	fi
	rmmod law_target 2> /dev/null
	rmmod livepatch_law 2> /dev/null
	[ ! -e /sys/module/livepatch_law ] || { say "livepatch_law can't be removed"; exit 1; }
}

enforced()
{
	echo 1 > /sys/module/module/parameters/sig_enforce
	# A module of the kernel's own build shows that what is refused is the key.
	load_target minix || return
	if insmod "$1" 2> /run/insmod; then return 1; fi
	grep -qiE 'key|rejected|not permitted|127|126|129' /run/insmod
}

verdict good good good/$ko
while read -r name what; do
	verdict "$name" $what "$name"
done < list
verdict signed good signed/$ko
verdict enforced-unsigned enforced good/$ko
verdict enforced-unknown-key enforced signed/$ko
exit 0
