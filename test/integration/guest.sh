#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Runs in the machine: every case of /vm/list, one after the other, in the same kernel. A case that leaves
# its module behind ends the run, since nothing after it could be trusted.
# shellcheck source=kpatch-build/lib/vm-guest.sh
. /vm/vm-guest.sh

fail()
{
	say "FAILED: $*"
	return 1
}

# The test has to notice the patch: it fails when the module is not loaded.
test_fails()
{
	if sh ./test > /run/out 2>&1; then
		cat /run/out
		fail "the test passes $1"
	fi
}

run_case()
{
	local name ko object

	ko=$(echo livepatch-*.ko)
	name=$(klp_name "$ko")
	if [ -e objects ]; then
		while read -r object; do
			load_target "$object" || return
		done < objects
	fi
	test_fails "although the module is not loaded" || return
	log_mark
	klp_load "$ko" || { fail "load"; return; }
	sh ./test || fail "the test does not pass while the module is loaded"
	STATUS=$?
	klp_retire "$name" || { fail "unload"; return; }
	if [ -e wait ]; then sleep "$(cat wait)"; fi
	[ $STATUS = 0 ] || return
	test_fails "although the module was unloaded" || return
	log_check log
}

while read -r case; do
	say "@begin $case"
	cd "/vm/cases/$case" || exit 1
	if run_case; then
		say "@case $case ok"
	else
		say "@case $case failed"
	fi
	if [ -n "$(ls /sys/kernel/livepatch 2> /dev/null)" ]; then
		say "a livepatch is still there: $(ls /sys/kernel/livepatch)"
		exit 1
	fi
done < /vm/list
