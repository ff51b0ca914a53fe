# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Runs in the machine, sourced by each guest-POINT.sh: loading and unloading of patches and modules in either form of the
# patch (FORM=one: one module for all objects; per-object: one for each, NAME.ko for the kernel and NAME--OBJECT.ko), and
# the process that runs the patched code.
# shellcheck source=kpatch-build/lib/vm-guest.sh
. /vm/vm-guest.sh
# FORM, ROUNDS, RACES
# shellcheck disable=SC1091
. /vm/settings

fail()
{
	say "FAILED: $*"
	dmesg | tail -n 12 | sed 's/^/log: /'
	return 1
}

# A test of the point: its output is shown, a failure does not end the others.
point()
{
	local name=$1

	shift
	if "$@"; then
		say "@ok $name"
	else
		say "@failed $name"
	fi
}

# part NAME OBJECT: the file of a patch for this object, if it has one
part()
{
	[ "$FORM" = per-object ] && [ -e "/vm/$1--$2.ko" ] && echo "/vm/$1--$2.ko"
}

# patch_load NAME, patch_unload NAME: everything of the patch for what is loaded
patch_load()
{
	local ko object

	[ ! -e "/vm/$1.ko" ] || klp_load "/vm/$1.ko" || return
	PATCHES="$PATCHES $1"
	for ko in "/vm/$1"--*.ko; do
		object=$(basename "$ko" .ko)
		object=${object#"$1"--}
		[ -e "$ko" ] && [ -d "/sys/module/$object" ] || continue
		klp_load "$ko" || return
	done
}

patch_unload()
{
	local name

	for name in /sys/kernel/livepatch/"$(klp_name "$1")"*; do
		[ ! -d "$name" ] || klp_unload "$(basename "$name")" || return
	done
	PATCHES=$(echo "$PATCHES" | tr ' ' '\n' | grep -vx "$1" | tr '\n' ' ')
}
PATCHES=""

# module_load NAME, module_unload NAME: a module of the test, with the parts of the patches that are loaded
module_load()
{
	local out patch ko object

	object=$(echo "$1" | tr - _)
	ko=/vm/$1.ko
	[ -e "$ko" ] || ko=/vm/modules/$1.ko
	out=$(insmod "$ko" 2>&1) || { fail "insmod $1: $out"; return; }
	for patch in $PATCHES; do
		if ko=$(part "$patch" "$object"); then klp_load "$ko" || return; fi
	done
}

module_unload()
{
	local patch out object end

	object=$(echo "$1" | tr - _)
	for patch in $PATCHES; do
		if part "$patch" "$object" > /dev/null; then klp_unload "$(klp_name "$patch--$object")" || return; fi
	done
	end=$(($(now) + 30))
	until out=$(rmmod "$object" 2>&1); do
		[ "$(now)" -lt $end ] || { say "rmmod $1: $out"; return 1; }
		usleep 100000
	done
}

# text_is_right NAME: every byte of the patch's text is what the file, relocations and alternatives should give
text_is_right()
{
	local ko name

	for ko in "/vm/$1.ko" "/vm/$1"--*.ko; do
		name=$(klp_name "$ko")
		[ ! -e "$ko" ] || [ ! -d "/sys/module/$name" ] || /vm/check-text "$ko" "$name" || { fail "text of $name"; return; }
	done
}

# watch_start KIND FILE..., watch_stop: the process that reads all the time
watch_start()
{
	/vm/watch "$@" > /run/watch &
	WATCH=$!
}

watch_stop()
{
	local status=0

	kill $WATCH
	wait $WATCH || status=1
	tail -n 5 /run/watch
	[ $status = 0 ] || fail "the process that ran the patched code all the time saw something wrong"
}
