# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Runs inside the virtual machine, under busybox: loading and unloading livepatches, and watching the
# kernel log while that happens. Sourced by the script that vm.sh runs there. Results go to standard
# output, which is a serial line of its own; the console has the kernel's messages only.

# What a healthy kernel never logs. Extended regular expression.
GUEST_BAD='WARNING:|BUG:|Oops|general protection fault|unable to handle|Call Trace|soft lockup|rcu.*stall|Kernel panic|Fatal exception|double fault|invalid opcode|livepatch: .*(fail|error|invalid)|Unpatched return thunk|jump_label: Fatal|[Uu]nknown symbol|disagrees about version|invalid relocation|CPU#[0-9]+ stuck|refcount_t:|list_(add|del) corruption|UBSAN|KASAN|scheduling while atomic|bad unlock balance'

# Bits of /proc/sys/kernel/tainted that every livepatch of ours sets: out-of-tree, unsigned, livepatch.
GUEST_TAINT_OK=$((4096 | 8192 | 32768))

# What the test prints.
GUEST_OUT=${GUEST_OUT:-/run/test.out}

say()
{
	printf '%s\n' "$*"
}

# now: seconds since boot, for time-outs
now()
{
	local up

	read -r up _ < /proc/uptime
	echo "${up%%.*}"
}

# log_mark: the log up to here is history.
log_mark()
{
	dmesg > /run/log.before
	GUEST_TAINT=$(cat /proc/sys/kernel/tainted)
}

# log_since: what the kernel said since the mark.
log_since()
{
	dmesg > /run/log.after
	tail -n +$(($(wc -l < /run/log.before) + 1)) /run/log.after
}

# log_check [EXPECTED]: fails, and prints the lines, if the kernel complained since the mark or carries a
# taint that it had not and that a livepatch does not explain. EXPECTED is a file of fixed strings; a line
# that holds one of them is no complaint.
log_check()
{
	local bad taint new

	if [ -s "${1:-}" ]; then
		bad=$(log_since | grep -vFf "$1" | grep -E "$GUEST_BAD")
	else
		bad=$(log_since | grep -E "$GUEST_BAD")
	fi
	taint=$(cat /proc/sys/kernel/tainted)
	new=$((taint & ~GUEST_TAINT & ~GUEST_TAINT_OK))
	[ -s "${1:-}" ] && new=$((new & ~512))
	[ -z "$bad" ] && [ "$new" = 0 ] && return 0
	[ -z "$bad" ] || say "$bad" | sed 's/^/kernel log: /'
	[ "$new" = 0 ] || say "kernel taint: $taint (was $GUEST_TAINT)"
	return 1
}

# klp_name MODULE.ko: the name that the kernel knows it by
klp_name()
{
	basename "$1" .ko | tr - _
}

# klp_wait NAME SECONDS: until every task has made the transition
klp_wait()
{
	local dir=/sys/kernel/livepatch/$1 end

	end=$(($(now) + $2))
	while [ "$(cat "$dir/transition" 2> /dev/null)" = 1 ]; do
		if [ "$(now)" -ge "$end" ]; then
			say "the transition of $1 was not complete after $2 s; tasks that block it:"
			klp_stalled
			return 1
		fi
		usleep 100000
	done
}

klp_stalled()
{
	local p

	for p in /proc/[0-9]*; do
		[ "$(cat "$p/patch_state" 2> /dev/null)" != -1 ] || continue
		say "  ${p#/proc/} $(cat "$p/comm" 2> /dev/null): state $(cat "$p/patch_state" 2> /dev/null)"
	done
}

# klp_load MODULE.ko [SECONDS]
klp_load()
{
	local name out

	name=$(klp_name "$1")
	if ! out=$(insmod "$1" 2>&1); then
		say "insmod $(basename "$1") failed: $out"
		log_since | tail -n 5 | sed 's/^/kernel log: /'
		return 1
	fi
	if [ "$(cat "/sys/kernel/livepatch/$name/enabled" 2> /dev/null)" != 1 ]; then
		say "$name is loaded, but the kernel does not list it as an enabled livepatch"
		return 1
	fi
	klp_wait "$name" "${2:-60}"
}

# klp_disable NAME [SECONDS]: disable, and wait for the way back
klp_disable()
{
	local dir=/sys/kernel/livepatch/$1 end

	end=$(($(now) + ${2:-60}))
	if ! echo 0 > "$dir/enabled"; then
		say "$1 could not be disabled"
		return 1
	fi
	while [ -d "$dir" ]; do
		if [ "$(now)" -ge "$end" ]; then
			say "$1 was not disabled after ${2:-60} s; tasks that block it:"
			klp_stalled
			return 1
		fi
		usleep 100000
	done
}

# klp_unload NAME [SECONDS]: the same, and remove the module
klp_unload()
{
	local end

	end=$(($(now) + ${2:-60}))
	klp_disable "$@" || return 1
	until rmmod "$1" 2> /dev/null; do
		if [ "$(now)" -ge "$end" ]; then
			say "$1 could not be removed"
			return 1
		fi
		usleep 100000
	done
}

# klp_retire NAME: remove it, unless it is one that stays; then it must say so
klp_retire()
{
	if ! grep -q "^$1 .*\[permanent\]" /proc/modules; then
		klp_unload "$1"
		return
	fi
	klp_disable "$1" || return 1
	if rmmod "$1" 2> /dev/null; then
		say "$1 was removed, although it says that it can't be"
		return 1
	fi
}

# test_phase before|loaded|after: run the test, if there is one, which must succeed in "loaded" only. What it leaves running goes
# on; a status of 100 says that something is broken, whatever the phase.
test_phase()
{
	local status=0

	[ -e test ] || return 0
	KPATCH_PHASE=$1 sh ./test > "$GUEST_OUT" 2>&1 || status=$?
	if [ "$status" = 100 ] || { [ "$1" = loaded ] && [ "$status" != 0 ]; }; then
		cat "$GUEST_OUT"
		say "the test failed (status $status) in phase '$1'"
		return 1
	fi
	[ "$1" = loaded ] || [ "$status" != 0 ] && return 0
	case $1 in
	before) say "the test already passes before the module is loaded" ;;
	*) say "the test still passes after the module was unloaded" ;;
	esac
	return 1
}

# load_target MODULE: a module of the kernel with all that it depends on, in the order that vm.sh wrote down. Others than
# the module itself may fail: a soft dependency that is for another processor, say; what is really needed makes it fail too.
load_target()
{
	local ko out failed=

	while read -r ko; do
		[ ! -d "/sys/module/$(klp_name "$ko")" ] || continue
		out=$(insmod "/vm/modules/$ko" 2>&1) || failed="$failed; $ko: $out"
	done < "/vm/modules/$1.order"
	[ ! -s "/vm/modules/$1.order" ] || [ -d "/sys/module/$(klp_name "$1")" ] || {
		say "module $1, which the patch changes, can't be loaded: ${failed#; }"
		return 1
	}
}
