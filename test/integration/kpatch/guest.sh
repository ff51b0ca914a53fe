#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Runs in the machine: kpatch, with a livepatch of hrtimer_nanosleep(), in which a task can sleep, and one of kthreadd(), which a thread of the
# kernel never leaves.
# shellcheck source=kpatch-build/lib/vm-guest.sh
. /vm/vm-guest.sh

PATH=/usr/bin:/usr/sbin:/bin
export COLUMNS=10000
out=/run/out

# kpatch STATUS ARG...: ends with that status
kpatch()
{
	local want=$1 status=0

	shift
	/usr/sbin/kpatch "$@" > $out 2>&1 || status=$?
	[ "$status" = "$want" ] && return
	say "kpatch $*: status $status, not $want"
	cat $out
	return 1
}
told() { grep -q "$@" $out || { say "not told: $*"; cat $out; return 1; }; }
loaded()
{
	local is

	is=$(ls /sys/kernel/livepatch | tr '\n' ' ')$(grep -c '^livepatch_' /proc/modules)
	[ "$is" = "$*" ] || { say "loaded: $is, not: $*"; return 1; }
}
# until_so COMMAND...: until it succeeds. A machine that is busy may take long; false after that time, told.
until_so()
{
	local end=$(($(now) + 200))

	until "$@"; do
		[ "$(now)" -lt $end ] || { say "not so after 200 s: $*"; return 1; }
		usleep 100000
	done
}
# asleep: a task that is in hrtimer_nanosleep(), or its copy of a livepatch
asleep()
{
	/bin/busybox sleep 100000 &
	SLEEPER=$!
	until_so sleeps
}
sleeps() { grep -q "^State:.S" /proc/$SLEEPER/status && grep -q hrtimer_nanosleep /proc/$SLEEPER/stack; }
# changing [NAME]: until the kernel is changing to livepatch_sleep, or this one
changing() { until_so is_changing /sys/kernel/livepatch/${1:-livepatch_sleep}; }
is_changing()
{
	[ "$(cat $1/transition $1/enabled 2> /dev/null)" = "1
1" ]
}
wake() { kill $SLEEPER; wait $SLEEPER 2> /dev/null; true; }

at_boot()
{
	local command

	command=$(sed -n 's/^ExecStart=//p' /usr/lib/systemd/system/kpatch.service)
	[ "$command" = "/usr/sbin/kpatch load --all" ] || return
	$command > $out 2>&1 || { cat $out; return 1; }
	told -x "livepatch_sleep is loaded" && told -x "livepatch_meminfo replaces livepatch_sleep, which is removed" || return
	loaded livepatch_meminfo 1 && grep -q MemUsed /proc/meminfo || return
	kpatch 0 load --all && told "^livepatch_sleep is left out: livepatch_meminfo replaces it" && told -x "livepatch_meminfo is loaded already" || return
	kpatch 0 info livepatch-meminfo && told "^patched: *vmlinux: meminfo_proc_show," && loaded livepatch_meminfo 1 || return
	kpatch 0 unload livepatch-meminfo && told -x "livepatch_meminfo is unloaded" && loaded 0
}

at_other()
{
	kpatch 2 load /vm/other.ko && told "is for the kernel 0" && loaded 0
}

at_reversed()
{
	asleep || return
	kpatch 3 load --timeout 3 livepatch-sleep && told "^    $SLEEPER busybox: sleeps in .*hrtimer_nanosleep, which is patched" || return
	told "took more than 3 s and was reversed" && loaded 0 || return
	[ -d /proc/$SLEEPER ] && wake
}

at_signal()
{
	local load

	asleep || return
	/usr/sbin/kpatch load livepatch-sleep > /run/load 2>&1 &
	load=$!
	changing || return
	kpatch 6 status --json || return
	cp $out /run/status
	kpatch 0 signal
	wait $load || { say "load: status $?"; cat /run/load; return 1; }
	told "^woke 1 process, " && loaded livepatch_sleep 1 || return
	jq -e ".tasks | any(.pid == $SLEEPER and .patched_function == \"hrtimer_nanosleep\" and .kind == \"user\")" /run/status > /dev/null || {
		cat /run/status
		return 1
	}
	kpatch 0 status && [ "$(sed -n 's/^State:\t\(.\).*/\1/p' /proc/$SLEEPER/status)" = S ] && wake
}

at_kept()
{
	# (As "signal" leaves it.)
	loaded livepatch_sleep 1 > $out || kpatch 0 load livepatch-sleep || return
	asleep || return
	kpatch 3 unload --timeout 3 --all && told "livepatch_sleep is still loaded" && loaded livepatch_sleep 1 || return
	kpatch 0 list && told "^    livepatch_sleep  *enabled$" || return
	wake
	kpatch 0 unload --all && loaded 0
}

at_interrupted()
{
	local load status=0

	asleep || return
	/usr/sbin/kpatch load livepatch-sleep > $out 2>&1 &
	load=$!
	changing || return
	kill $load
	wait $load || status=$?
	[ "$status" = 143 ] || { say "load: status $status"; cat $out; return 1; }
	told "the transition of livepatch_sleep goes on" || return
	kpatch 1 load /vm/livepatch-meminfo.ko && told "the transition of livepatch_sleep is in progress" || return
	kpatch 0 unload livepatch-sleep && loaded 0 && wake
}

at_thread()
{
	local load

	/usr/sbin/kpatch load --timeout 600 /vm/livepatch-kthread.ko > /run/load 2>&1 &
	load=$!
	changing livepatch_kthread || { cat /run/load; return 1; }
	kpatch 6 status && told "^    2 kthreadd (of the kernel): sleeps in .*kthreadd, which is patched" || return
	kill $load
	wait $load
	kpatch 0 unload livepatch-kthread && loaded 0
}

# patient: the kernel wakes no task that holds up a transition
patient()
{
	local address

	address=$(sed -n 's/^\([0-9a-f]*\) [bBdD] klp_signals_cnt$/\1/p' /proc/kallsyms)
	insmod /vm/patient.ko counter=0x$address || say "not patient: counter=0x$address"
}

# clean: after one that failed, so that the next one does not because of it
clean()
{
	[ -z "$(ls /sys/kernel/livepatch)" ] && return
	say "left behind: $(ls /sys/kernel/livepatch | tr '\n' ' ')"
	[ -z "$SLEEPER" ] || wake
	/usr/sbin/kpatch unload --timeout 60 --all
}

log_mark
SLEEPER=
patient
for state in boot other thread reversed signal kept interrupted; do
	if at_$state; then
		say "@ok $state"
	else
		say "failed: $state"
		clean
	fi
	say "$(now) s"
done
if log_check; then say "@ok log"; fi
