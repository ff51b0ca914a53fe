#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Per-object form, installed as its users do: the modules below /lib/modules, the configuration in /etc/modprobe.d, and
# modprobe of kmod, which the kernel calls too.
# shellcheck source=test/integration/modules/guest-common.sh
. /vm/guest-common.sh

value=/sys/module/klp_refer/parameters/value
modules=/lib/modules/$(uname -r)/updates
part=objects__klp_refer

# comes WHEN: the part is loaded within a minute, and enabled
comes()
{
	local end

	end=$(($(now) + 60))
	until [ "$(cat /sys/kernel/livepatch/$part/enabled /sys/kernel/livepatch/$part/transition 2> /dev/null | tr "\n" " ")" = "1 0 " ]; do
		[ "$(now)" -lt $end ] || { fail "the part did not come: $1"; return; }
		usleep 100000
	done
	grep -q '^patched ' $value || { fail "$1: $(cat $value)"; return; }
	[ ! -d /sys/module/objects__klp_never ] || { fail "$1: a part is there without its module"; return; }
	! rmmod klp_refer 2> /dev/null || { fail "$1: the part does not hold its module"; return; }
}
plain() { grep -q '^plain ' $value || fail "$1: $(cat $value)"; }
leave() { klp_unload $part && plain "part unloaded" && rmmod klp_refer && rmmod klp_base; }

# The configuration alone: the module is loaded with its part.
with_module() { /sbin/modprobe klp_refer && comes "by softdep" && leave; }

# The module is there when the kernel's part comes.
already_there()
{
	insmod "$modules/klp-base.ko" && insmod "$modules/klp-refer.ko" && plain "module alone" || return
	/sbin/modprobe objects && comes "the module was there" && grep -q 'patched version' /proc/version || return
	leave && klp_unload objects
}

# The module comes without modprobe.
any_way()
{
	/sbin/modprobe objects || return
	insmod "$modules/klp-base.ko" && insmod "$modules/klp-refer.ko" && comes "module loaded by insmod" || return
	leave && klp_unload objects
}

# A livepatch that was disabled, or replaced by a newer one, asks for no part any more, even while its module is loaded.
disabled()
{
	local n=0

	/sbin/modprobe objects && echo 0 > /sys/kernel/livepatch/objects/enabled || return
	while [ -d /sys/kernel/livepatch/objects ]; do usleep 100000; done
	[ -d /sys/module/objects ] || { fail "the kernel's part is gone"; return; }
	insmod "$modules/klp-base.ko" && insmod "$modules/klp-refer.ko" || return
	# In any_way() it takes less than a second.
	while [ $n -lt 50 ]; do
		[ ! -d /sys/module/$part ] || { fail "the part came, though its livepatch is disabled"; return; }
		usleep 100000
		n=$((n + 1))
	done
	plain "after the livepatch was disabled" && rmmod klp_refer && rmmod klp_base && rmmod objects
}

# While a process waits in a patched function of the kernel, and so in its transition, no part could be enabled. None is asked
# for: it would wait, give up after a minute, and nobody would ask again.
waits()
{
	local part=waits__klp_refer writer reader

	insmod "$modules/klp-base.ko" && insmod "$modules/klp-refer.ko" && mkfifo /run/fifo || return
	sleep 1000 > /run/fifo &
	writer=$!
	cat /run/fifo &
	reader=$!
	sleep 1
	insmod "$modules/waits.ko" || return
	sleep 4
	[ "$(cat /sys/kernel/livepatch/waits/transition)" = 1 ] || { fail "the transition was not held up"; return; }
	! grep "^$part " /proc/modules || { fail "the part was asked for while the kernel's part was in transition"; return; }
	kill $writer $reader
	comes "after the transition" && klp_unload $part && rmmod klp_refer && rmmod klp_base && klp_unload waits
}

# Refused with a message, and nothing is left of it; the same one works when the module is there.
alone()
{
	local out

	if out=$(insmod "$modules/objects--klp_refer.ko" 2>&1); then fail "the part is loaded without its module"; return; fi
	say "part: $out"
	log_since | grep 'livepatch: symbol' | tail -n 1 || { fail "the kernel does not say why"; return; }
	[ ! -d /sys/module/$part ] || { fail "the refused part is there"; return; }
	insmod "$modules/klp-base.ko" && insmod "$modules/klp-refer.ko" || return
	klp_load "$modules/objects--klp_refer.ko" && comes "after a refusal" && leave
}

log_mark
point alone alone
point with-module with_module
point already-there already_there
point any-way any_way
point disabled disabled
point waits waits
point log log_check
