#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Runs in the machine: what the kernel does with the values of suggest/values.patch, while its livepatch comes and goes.
# shellcheck source=kpatch-build/lib/vm-guest.sh
. /vm/vm-guest.sh

ko=/vm/livepatch-values.ko
nr_open=/proc/sys/fs/nr_open
time=/proc/sys/fs/lease-break-time

# limit NUMBER: is it that?
limit() { [ "$(cat $nr_open)" = "$1" ] || { say "nr_open: $(cat $nr_open), not $1"; return 1; }; }

# entry writable|read-only: of the table; root may do what the owner may
entry()
{
	local is=read-only

	! echo 45 2> /dev/null > $time || is=writable
	[ $is = "$1" ] || { say "lease-break-time is $is"; return 1; }
}

# operations any|strict: may an address be given to a new device?
operations()
{
	local is=strict

	ip link add klp1 type dummy || { say "no device at all"; return 1; }
	ip link del klp1
	if ip link add klp2 address 02:00:00:00:00:01 type dummy 2> /dev/null; then
		is=any
		ip link del klp2
	fi
	[ $is = "$1" ] || { say "dummy's operations are $is"; return 1; }
}

dummy_load() { load_target dummy; }

old() { limit 1048576 && entry writable; }
new() { limit 2097152 && entry read-only; }

at_load()
{
	dummy_load && old && operations any || return
	klp_load $ko && new && operations strict || return
	klp_unload livepatch_values && old && operations any && rmmod dummy
}

at_module()
{
	klp_load $ko || return
	for _ in 1 2; do
		dummy_load && operations strict && rmmod dummy || return
	done
	dummy_load && klp_unload livepatch_values && operations any && rmmod dummy
}

refused()
{
	local out

	echo 500000 > $nr_open
	! out=$(insmod $ko 2>&1) || { say "it is loaded"; return 1; }
	echo "$out" | grep -q 'resource busy' || { say "$out"; return 1; }
	log_since | grep -q 'livepatch: sysctl_nr_open does not have its initial value' || return
	limit 500000 && entry writable && echo 1048576 > $nr_open
}

kept()
{
	klp_load $ko && new && echo 600000 > $nr_open && klp_unload livepatch_values || return
	limit 600000 && entry writable && echo 1048576 > $nr_open
}

earlier()
{
	echo 2097152 > $nr_open
	klp_load $ko && new && klp_unload livepatch_values && old
}

cat > /run/expected << 'EOS'
pre-patch callback failed
failed to enable patch
EOS
log_mark
at_load && say "@ok load"
at_module && say "@ok module"
refused && say "@ok refused"
kept && say "@ok kept"
earlier && say "@ok earlier"
log_check /run/expected && say "@ok log"
