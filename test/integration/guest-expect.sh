# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Runs in the machine, sourced by scripts that load livepatches of examples/meminfo.patch and examples/uptime.patch.
# shellcheck source=kpatch-build/lib/vm-guest.sh
. /vm/vm-guest.sh

# expect MEMINFO UPTIME NAME...: what is to be seen: lines of the one patch, of the other patch, and who is loaded
expect()
{
	local is

	# shellcheck disable=SC2046 # a word for each that is loaded
	is=$(echo "$(grep -c MemUsed /proc/meminfo)" "$(grep -c processes /proc/uptime)" $(ls /sys/kernel/livepatch))
	say "$is"
	[ "$is" = "$*" ] || { say "expected: $*"; exit 1; }
}

# expect_alone NAME: it has replaced all others
expect_alone()
{
	local end=$(($(now) + 30))

	until [ "$(ls /sys/kernel/livepatch)" = "$1" ] || [ "$(now)" -ge $end ]; do usleep 100000; done
}
