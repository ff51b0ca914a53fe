#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# What is put into the virtual machine.

setup() {
	load common
	common_setup
	export T
}

# module NAME KEY=VALUE...: a file that modinfo and depmod read as a module
module() {
	local name=$1 tag
	shift
	for tag in "name=$name" "$@"; do printf '.section .modinfo,"a"\n.asciz "%s"\n' "$tag"; done | as -o "$T/modules/$name.ko" -
}

@test "a module comes with what it depends on, and after its soft dependencies, by name or alias" {
	mkdir -p "$T/modules" "$T/vm/root/vm/modules"
	module base
	module crc-one alias=crc alias=crypto-crc
	module crc-two alias=crc
	module plain
	module later
	module user depends=base "softdep=pre: crc plain nothing post: later"
	run -0 lib vm_add_module "$T/vm" "$T/modules" user
	cat "$T/vm/root/vm/modules/user.order"
	[[ $(head -n 1 "$T/vm/root/vm/modules/user.order") == base.ko ]]
	[[ $(sed -n '2,3p' "$T/vm/root/vm/modules/user.order" | sort | xargs) == "crc_one.ko crc_two.ko" ]]
	[[ $(sed -n '4,$p' "$T/vm/root/vm/modules/user.order" | xargs) == "plain.ko user.ko" ]]
	for name in base crc_one crc_two plain user; do [[ -s $T/vm/root/vm/modules/$name.ko ]]; done
}

@test "the boot test waits longer where an address that may be kept was accepted, or as long as it is told" {
	local show='show() { vm_wait "$@"; echo "$REPLY"; }'
	mkdir -p "$T/modules"
	module plain
	module accepted accepted=layout-changed:foo accepted=address-kept:later
	SETUP=$show run -0 lib show "$T/modules/plain.ko"
	[[ $output == 5 ]]
	SETUP=$show run -0 lib show "$T/modules/plain.ko" "$T/modules/accepted.ko"
	[[ $output == 45 ]]
	SETUP="OPT_BOOT_WAIT=0; $show" run -0 lib show "$T/modules/accepted.ko"
	[[ $output == 0 ]]
}

# phase PHASE: one phase of the test, as the guest runs it
phase() { (cd "$T" && GUEST_OUT=$T/shown sh -c '. "$0"; test_phase "$1"' "$TOP/kpatch-build/lib/vm-guest.sh" "$1"); }

@test "a test must succeed in its phase only, and fails in each with status 100" {
	mkdir -p "$T"
	run -0 phase before
	echo '[ $KPATCH_PHASE = loaded ]' >"$T/test"
	run -0 phase before
	run -0 phase loaded
	run -0 phase after
	echo 'exit 0' >"$T/test"
	run -1 phase before
	[[ $output == *"passes already"* ]]
	run -1 phase after
	[[ $output == *"still passes"* ]]
	echo 'echo what happened; exit 1' >"$T/test"
	run -1 phase loaded
	[[ $output == *"what happened"* && $output == *"status 1"* ]]
	echo 'echo what happened; exit 100' >"$T/test"
	for name in before loaded after; do
		run -1 phase "$name"
		[[ $output == *"what happened"*"phase '$name'"* ]]
	done
}
