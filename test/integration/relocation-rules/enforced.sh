#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Runs in a machine that was started with module.sig_enforce=1 and whose firmware knows one key.
# shellcheck source=kpatch-build/lib/vm-guest.sh
. /vm/vm-guest.sh

refused()
{
	if insmod "$1/livepatch-rules.ko" 2> /run/insmod; then return 1; fi
	dmesg | tail -n 3
	cat /run/insmod
}

trusted()
{
	klp_load trusted/livepatch-rules.ko && grep -q 'reference is there' /proc/version || return
	# 8192: a module without a trusted signature was loaded
	[ $(($(cat /proc/sys/kernel/tainted) & 8192)) = 0 ] || { say "the kernel is tainted"; return 1; }
	klp_unload livepatch_rules
}

[ "$(cat /sys/module/module/parameters/sig_enforce)" = Y ] || { say "signatures are not enforced"; exit 1; }
log_mark
refused good && say "@rules enforced-unsigned ok"
refused signed && say "@rules enforced-unknown-key ok"
trusted && say "@rules enforced-trusted-key ok"
dmesg | grep -i 'x509'
exit 0
