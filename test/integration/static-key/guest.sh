#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Runs in the machine: the keys of klp-static-key.ko are switched in every state, and each time all tests see it.
# shellcheck source=kpatch-build/lib/vm-guest.sh
. /vm/vm-guest.sh

module=/vm/klp-static-key.ko
# FORM: one, or per-object
# shellcheck disable=SC1091
. /vm/settings
patch=/vm/livepatch-static-key.ko
[ "$FORM" = one ] || patch=/vm/livepatch-static-key--klp_static_key.ko
name=$(klp_name $patch)
params=/sys/module/klp_static_key/parameters
tracing=/sys/kernel/tracing
control=/proc/dynamic_debug/control

# expect plain|patched VALUES: the seven tests of the module's keys, and that of the kernel's
expect()
{
	local got

	got=$(cat $params/value)
	[ "$got" = "$1 $2 1" ] || { say "'$got' instead of '$1 $2 1'"; return 1; }
}

# Ends with the keys as $2 says.
switch()
{
	local on

	for on in $((!$2)) $2; do
		echo $on > $params/keys || return
		expect "$1" "$on$on$on$on$on$on$on" || return
	done
}

load() { insmod $module && expect plain 0011001; }
unload() { klp_unload $name && rmmod klp_static_key; }

# The patch, then the module. The part for a module is loaded only when that is there, and holds it in place.
late()
{
	if [ "$FORM" = one ]; then
		klp_load $patch && insmod $module
	else
		! insmod $patch 2> /dev/null || { say "the part is loaded without its module"; return 1; }
		insmod $module && klp_load $patch || return
		! rmmod klp_static_key 2> /dev/null || { say "the part does not hold its module"; return 1; }
	fi
	expect patched 0011001
}

# with_keys 0|1: they are so when the patch comes and when it goes
with_keys()
{
	load && switch plain "$1" || return
	klp_load $patch && expect patched "$1$1$1$1$1$1$1" && switch patched "$1" || return
	klp_unload $name && expect plain "$1$1$1$1$1$1$1" && switch plain "$1" || return
	rmmod klp_static_key
}

patch_first()
{
	late && switch patched 1 && switch patched 0 || return
	klp_unload $name && expect plain 0000000 && switch plain 1 || return
	rmmod klp_static_key
}

# fires plain|patched COUNT: so many events of one reading
fires()
{
	local n length=16

	# "plain 0011001 1\n", and "patched ..." passes 100 more
	[ "$1" = plain ] || length=118
	echo > $tracing/trace
	expect "$1" 0011001 || return
	n=$(grep -c "klp_static_key_asked: length=$length\$" $tracing/trace)
	[ "$n" = "$2" ] || { say "$1: $n events instead of $2"; cat $tracing/trace; return 1; }
}
enable() { echo "$1" > $tracing/events/klp_static_key/klp_static_key_asked/enable; }

tracepoint()
{
	load && fires plain 0 && enable 1 && fires plain 1 || return
	klp_load $patch && fires patched 1 && enable 0 && fires patched 0 && enable 1 && fires patched 1 || return
	klp_unload $name && fires plain 1 && enable 0 && fires plain 0 || return
	rmmod klp_static_key
	late && fires patched 0 && enable 1 && fires patched 1 && enable 0 && fires patched 0 || return
	unload
}

# prints plain|patched COUNT
prints()
{
	local n length=16

	[ "$1" = plain ] || length=18
	dmesg -c > /run/dmesg.old
	expect "$1" 0011001 || return
	n=$(dmesg | grep -c "asked for $length characters")
	[ "$n" = "$2" ] || { say "$1: $n messages instead of $2"; dmesg; return 1; }
}
debug() { echo "module klp_static_key $1p" > $control; }

dynamic_debug()
{
	load && prints plain 0 && debug + && prints plain 1 || return
	klp_load $patch && prints patched 1 && debug - && prints patched 0 && debug + && prints patched 1 || return
	klp_unload $name && prints plain 1 && debug - && prints plain 0 || return
	rmmod klp_static_key
	late && prints patched 0 && debug + && prints patched 1 && debug - && prints patched 0 || return
	unload
}

# Per-object: the part comes while the module is going. It is refused when that has gone, and its jump labels, which the kernel
# had linked to the module's keys, do no harm. The next one works.
going()
{
	local why="$name: module klp_static_key was unloaded while this livepatch was loaded"

	insmod $module leave=2000 || return
	rmmod klp_static_key &
	sleep 1
	[ "$(cat /sys/module/klp_static_key/initstate)" = going ] || { say "the module does not take its time"; return 1; }
	! insmod $patch 2> /dev/null || { say "the part is loaded while its module goes"; return 1; }
	log_since | grep "$why" || { say "the kernel does not say why"; return 1; }
	[ ! -d /sys/module/klp_static_key ] && [ ! -d "/sys/module/$name" ] || { say "something is left"; return 1; }
	late && switch patched 1 && unload
}

log_mark
with_keys 1 && say "@ok on"
with_keys 0 && say "@ok off"
tracepoint && say "@ok tracepoint"
patch_first && say "@ok patch-first"
[ "$FORM" = one ] || { going && say "@ok going"; }
log_check && say "@ok log"
# (empties the log)
dynamic_debug && say "@ok debug"
