#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Runs in the machine: static calls are switched in every state, and each time the right target answers.
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

# ---- calls of vmlinux: livepatch-vmlinux.ko patches kpagecount_read() and try_module_get() ----

tracing=/sys/kernel/tracing
event=events/module/module_get/enable
second=$tracing/instances/second

# set_targets none|voluntary|full PROBES: where cond_resched() and might_resched() go, and the tracepoint module_get.
set_targets()
{
	mode=$1 probes=$2
	echo "$mode" > /sys/kernel/debug/sched/preempt
	grep -qF "($mode)" /sys/kernel/debug/sched/preempt || { say "preempt=$mode can't be set"; return 1; }
	echo $((probes > 0)) > $tracing/$event
	# A second instance is a second probe, so the call goes to the iterator.
	echo $((probes > 1)) > $second/$event
}

has_lines() { grep -qF "$2" "$1" && echo 1 || echo 0; }

# expect_targets plain|patched: __cond_resched() is called by cond_resched() unless everything is preemptible, and by
# might_resched() (in the patched function only) for voluntary preemption; events arrive where there is a probe.
expect_targets()
{
	local calls want=0 got patched=0 before

	[ "$1" = plain ] || patched=1
	[ $mode = full ] || want=1
	[ $mode = voluntary ] && want=$((want + patched))
	echo > $tracing/trace
	echo > $second/trace
	before=$(dmesg | wc -l)
	# Whoever reads the trace is traced as well, so it ends first.
	echo 1 > $tracing/tracing_on
	dd if=/proc/kpagecount of=/dev/null bs=8 count=1 2> /dev/null
	mount -t minix none /tmp/mnt 2> /dev/null
	echo 0 > $tracing/tracing_on
	calls=$(grep -cF '__cond_resched <-kpagecount_read' $tracing/trace)
	got="$calls calls, first $(has_lines $tracing/trace 'module_get: minix '), second $(has_lines $second/trace 'module_get: minix ')"
	want="$want calls, first $((probes > 0)), second $((probes > 1))"
	[ "$got" = "$want" ] || { say "$1, $mode, $probes probes: '$got' instead of '$want'"; return 1; }
	dmesg | tail -n +$((before + 1)) > /run/said
	got="$(has_lines /run/said 'patched: kpagecount') $(has_lines /run/said 'patched: minix is in use')"
	[ "$got" = "$patched $patched" ] || { say "$1, $mode, $probes probes: patched code ran: $got"; return 1; }
}

switch_targets()
{
	set_targets none 2 && expect_targets "$1" && set_targets full 1 && expect_targets "$1" &&
		set_targets voluntary 0 && expect_targets "$1"
}

# The patch comes and goes while the calls go where the arguments say.
vmlinux_state()
{
	set_targets "$1" "$2" && expect_targets plain || return
	klp_load /vm/livepatch-vmlinux.ko && expect_targets patched && switch_targets patched || return
	set_targets "$1" "$2" && expect_targets patched || return
	klp_unload livepatch_vmlinux && expect_targets plain && switch_targets plain
}

vmlinux()
{
	local status

	load_target minix || return
	mkdir -p /tmp/mnt $second
	echo 0 > $tracing/tracing_on
	echo __cond_resched > $tracing/set_ftrace_filter && echo function > $tracing/current_tracer || return
	vmlinux_state none 0 && vmlinux_state full 1 && vmlinux_state voluntary 2
	status=$?
	set_targets voluntary 0
	echo nop > $tracing/current_tracer
	echo > $tracing/set_ftrace_filter
	echo 1 > $tracing/tracing_on
	rmdir $second
	return $status
}

log_mark
module_first && say "@ok module-first"
patch_first && say "@ok patch-first"
vmlinux && say "@ok vmlinux"
log_check && say "@ok log"
