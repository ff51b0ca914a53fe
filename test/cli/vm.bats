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
	[[ $output == *"already passes"* ]]
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

# bzimage FILE TEXT: what has TEXT where a bootable image says what it is
bzimage() {
	{ head -c 526 /dev/zero; printf '\x00\x03'; head -c $((0x300 + 512 - 528)) /dev/zero; printf '%s\0more' "$2"; } >"$1"
}

@test "what the guest needs of the configuration is asked before the work, and all that is missing is named" {
	local needed="SERIAL_8250_CONSOLE PRINTK BLK_DEV_INITRD BINFMT_ELF BINFMT_SCRIPT PROC_FS SYSFS DEVTMPFS"
	{ printf 'CONFIG_%s=y\n' $needed; echo CONFIG_SERIAL_8250_RUNTIME_UARTS=4; } >"$T/config"
	run -0 lib vm_config "$T/config"
	for name in $needed; do
		sed "s/^CONFIG_$name=y/# CONFIG_$name is not set/" "$T/config" >"$T/less"
		run -1 lib vm_config "$T/less"
		[[ $output == *"error: --boot-test: "*"$T/less"*"    CONFIG_$name is not set: "* ]]
		[[ $(grep -c '^    CONFIG_' <<<"$output") == 1 ]]
	done
	sed -e 's/UARTS=4/UARTS=1/' -e 's/BINFMT_SCRIPT=y/BINFMT_SCRIPT=m/' -e /DEVTMPFS/d "$T/config" >"$T/less"
	run -1 lib vm_config "$T/less"
	[[ $output == *"    CONFIG_SERIAL_8250_RUNTIME_UARTS is 1: "*"    CONFIG_BINFMT_SCRIPT is m: "*"    CONFIG_DEVTMPFS is not set: "* ]]
}

@test "what qemu can't start as an ELF file is booted by the bzImage of the same build, or refused at once" {
	local dir=$T/build/arch/x86/boot
	local show='BIN_DIR='$TOP'/build/bin
		show() { TARGET_IMAGE=$T/build/vmlinux TARGET_CONFIG=$T/config/.config OPT_SOURCE=$T/source
		TARGET_BANNER="Linux version 6.12.3-own (me@here) (gcc (Debian) 12.2.0, GNU ld 2.40) #7 SMP Sun Nov 29"
		vm_image; echo "$VM_IMAGE"; }'
	mkdir -p "$dir" "$T/config/arch/x86/boot" "$T/source"
	printf '.section .note.Xen,"a",@note\n.long 4, 8, 18\n.asciz "Xen"\n.quad 0x1000000\n' | as -o "$T/build/vmlinux" -
	SETUP=$show run -0 lib show
	[[ $output == "$T/build/vmlinux" ]]
	printf '.section .note.Xen,"a",@note\n.long 4, 8, 17\n.asciz "Xen"\n.quad 0x1000000\n' | as -o "$T/build/vmlinux" -
	SETUP=$show run -1 lib show
	[[ $output == *"error: --boot-test: $T/build/vmlinux is an ELF file without an entry point for virtual machines (CONFIG_PVH is not set), and there is no bzImage of the same build"* ]]
	[[ $output != *"of another build"* ]]
	bzimage "$dir/bzImage" "6.12.3-own (me@here) #7 SMP Sun Nov 29"
	SETUP=$show run -0 lib show
	[[ $output == "$dir/bzImage" ]]
	for text in "6.12.3-own (me@here) #6 SMP Sun Nov 29" "6.12.3 (me@here) #7 SMP Sun Nov 29" "6.12.3-own (me@here) #7 SMP Sun Nov" "6.12.3-own" ""; do
		bzimage "$dir/bzImage" "$text"
		SETUP=$show run -1 lib show
		[[ $output == *"; $dir/bzImage is of another build; build it (make bzImage)"* ]]
	done
	# A build directory elsewhere (O=).
	bzimage "$T/config/arch/x86/boot/bzImage" "6.12.3-own (me@here) #7 SMP Sun Nov 29"
	SETUP=$show run -0 lib show
	[[ $output == "$T/config/arch/x86/boot/bzImage" ]]
	# What is no ELF file is bootable.
	bzimage "$T/build/vmlinux" ""
	SETUP=$show run -0 lib show
	[[ $output == "$T/build/vmlinux" ]]
}

@test "what an ordinary user's PATH does not have of module tools is found" {
	local tool
	for tool in modinfo modprobe depmod; do
		PATH=/usr/local/bin:/usr/bin:/bin run -0 lib type -P "$tool"
		[[ -x $output ]]
	done
}

@test "a kernel that is emulated has more time before it calls itself stuck, and does not test its ciphers" {
	mkdir -p "$T/vm/root"
	SETUP='long_run() { echo "$*"; echo "@done 0" >"$T/vm/results"; }' run -0 lib vm_boot "$T/vm" "$T/image" 10
	[[ $output == *" watchdog_thresh=60 rcupdate.rcu_cpu_stall_timeout=120 cryptomgr.notests "* ]]
}
