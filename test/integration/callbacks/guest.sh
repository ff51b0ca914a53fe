#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Runs in the machine: what the callbacks of the livepatches log, in each way in which a livepatch or a module comes and goes.
# shellcheck source=kpatch-build/lib/vm-guest.sh
. /vm/vm-guest.sh

# FORM: one, or per-object
# shellcheck disable=SC1091
. /vm/settings
one=/vm/livepatch-callbacks.ko
part=/vm/livepatch-callbacks--dummy.ko
dummy=/sys/class/net/dummy0

# events EVENT...: just these were logged since the mark; the next begins here
events()
{
	local is want

	is=$(log_since | sed -n 's/.*klp-cb: //p' | grep -vx read)
	want=$(for event; do echo "$event"; done)
	dmesg > /run/log.before
	# insmod of busybox tries again with its other system call.
	[ "$is" = "$want" ] || { [ -n "$REFUSED" ] && [ "$is" = "$want
$want" ]; } || { say "logged:" "$is" "expected:" "$want"; return 1; }
}

refused_events() { REFUSED=1 events "$@"; }

# Does each function run as the livepatch has it? The one of the module needs a late relocation.
is_patched()
{
	case $1 in
	vmlinux)
		dmesg > /run/log.reads
		cat /proc/uptime > /run/uptime
		[ "$(dmesg | grep -c 'klp-cb: read$')" -gt "$(grep -c 'klp-cb: read$' /run/log.reads)" ]
		;;
	dummy)
		if echo 0 2> /run/carrier > $dummy/carrier; then
			echo 1 > $dummy/carrier
			return 1
		fi
		;;
	esac
}
dummy_load()
{
	load_target dummy && ip link set dummy0 up
}
panic() { echo "$1" > /proc/sys/kernel/panic; }

v2_loads() { events 'vmlinux pre_patch, state 2 after 0' "$@"; }

at_load()
{
	dummy_load && klp_load $one && is_patched vmlinux && is_patched dummy || return
	v2_loads 'dummy pre_patch, state 0' 'vmlinux post_patch' 'dummy post_patch, state 0' || return
	klp_unload livepatch_callbacks || return
	events 'vmlinux pre_unpatch' 'dummy pre_unpatch, state 0' 'vmlinux post_unpatch' 'read it and freed' 'dummy post_unpatch, state 0, 1' || return
	! is_patched vmlinux && ! is_patched dummy && rmmod dummy
}

# Twice: what was applied for the first one is gone.
at_module()
{
	klp_load $one && v2_loads 'vmlinux post_patch' || return
	for _ in 1 2; do
		dummy_load && is_patched dummy && events 'dummy pre_patch, state 1' 'dummy post_patch, state 1' || return
		rmmod dummy && events 'dummy pre_unpatch, state 2' 'dummy post_unpatch, state 2, 1' || return
	done
	klp_unload livepatch_callbacks && events 'vmlinux pre_unpatch' 'vmlinux post_unpatch' 'read it and freed'
}

# refuses MODULE.ko ERROR: insmod fails, and nothing is left
refuses()
{
	local out

	! out=$(insmod "$1" 2>&1) || { say "$1 is loaded"; return 1; }
	echo "$out" | grep -q "$2" || { say "$out"; return 1; }
	[ ! -d "/sys/module/$(klp_name "$1")" ] && [ ! -d "/sys/kernel/livepatch/$(klp_name "$1")" ]
}

refused_load()
{
	dummy_load && panic 76 && refuses $one 'resource busy' && refused_events 'vmlinux pre_patch, state 2 after 0' || return
	! is_patched vmlinux && ! is_patched dummy || return
	panic 75 && refuses $one 'nvalid' && refused_events 'vmlinux pre_patch, state 2 after 0' || return
	# The kernel's was called, so it is asked to undo what it did.
	panic 77 && refuses $one 'resource busy' || return
	refused_events 'vmlinux pre_patch, state 2 after 0' 'dummy pre_patch, state 0' 'vmlinux post_unpatch' || return
	! is_patched vmlinux && ! is_patched dummy || return
	panic 0 && klp_load $one && is_patched vmlinux && is_patched dummy || return
	klp_unload livepatch_callbacks && rmmod dummy && dmesg > /run/log.before
}

refused_module()
{
	klp_load $one && v2_loads 'vmlinux post_patch' && panic 77 || return
	for _ in 1 2; do
		! dummy_load > /run/out && [ ! -d /sys/module/dummy ] && refused_events 'dummy pre_patch, state 1' || return
	done
	is_patched vmlinux && panic 0 && dummy_load && is_patched dummy || return
	events 'dummy pre_patch, state 1' 'dummy post_patch, state 1' || return
	klp_unload livepatch_callbacks && rmmod dummy && dmesg > /run/log.before
}

# Who replaces another is called, the other is not. An older version of the state may not come after a newer one.
replaced()
{
	klp_load $one && v2_loads 'vmlinux post_patch' || return
	klp_load /vm/livepatch-newer.ko && events 'vmlinux pre_patch, state 3 after 2' 'vmlinux post_patch' || return
	rmmod livepatch_callbacks && refuses $one 'nvalid' && events && is_patched vmlinux || return
	klp_unload livepatch_newer && events 'vmlinux pre_unpatch' 'vmlinux post_unpatch' 'read it and freed'
}

# The part for the module, which has callbacks of its own, comes when that is there.
per_object()
{
	local start

	klp_load $one && v2_loads 'vmlinux post_patch' && dummy_load && panic 77 || return
	start=$(now)
	refuses $part 'resource busy' && refused_events 'dummy pre_patch, state 0' || return
	[ "$(($(now) - start))" -lt 30 ] || { say "the refused part was tried again and again"; return 1; }
	panic 0 && klp_load $part && is_patched dummy && events 'dummy pre_patch, state 0' 'dummy post_patch, state 0' || return
	klp_unload livepatch_callbacks__dummy && events 'dummy pre_unpatch, state 0' 'dummy post_unpatch, state 0, 1' || return
	klp_unload livepatch_callbacks && events 'vmlinux pre_unpatch' 'vmlinux post_unpatch' 'read it and freed' && rmmod dummy
}

cat > /run/expected << 'EOS'
pre-patch callback failed
failed to enable patch
refusing to load module
EOS
log_mark
begin=$(wc -l < /run/log.before)
if [ "$FORM" = one ]; then
	at_load && say "@ok load"
	at_module && say "@ok module"
	refused_load && say "@ok refused-load"
	refused_module && say "@ok refused-module"
	replaced && say "@ok replaced"
else
	per_object && say "@ok per-object"
fi
head -n "$begin" /run/log.before > /run/log.all
mv /run/log.all /run/log.before
log_check /run/expected && say "@ok log"
