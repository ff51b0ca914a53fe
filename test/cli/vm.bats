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
