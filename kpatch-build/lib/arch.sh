# shellcheck shell=bash
# What the driver has to know of the one machine whose kernels it patches: x86-64.

readonly ARCH_NAME=x86_64 # as the kernel's make (ARCH), its releases and RPM call it
readonly ARCH_SOURCE=x86    # the directory of arch/ (SRCARCH)
readonly ARCH_DIR=arch/$ARCH_SOURCE
readonly ARCH_CONFIG=CONFIG_X86_64 # set for this machine
readonly ARCH_BOOT_IMAGE=$ARCH_DIR/boot/bzImage
readonly ARCH_EMULATOR=qemu-system-x86_64 ARCH_EMULATOR_PACKAGE=qemu-system-x86
# All that the emulator can do, but for fast "rep movs" and "rep stos": those it emulates one byte after the other, and the kernel clears
# pages and unpacks itself with them, which took a third of a boot.
readonly -a ARCH_EMULATOR_MACHINE=(-machine q35 -cpu "max,-erms,-fsrm")
# At boot the kernel waits for a few interrupts of its timer, counts them by the processor's clock, and panics if they are late ("IO-APIC +
# timer doesn't work!", timer_irq_works() in arch/x86/kernel/apic/io_apic.c): so they are on a host that is busy. Guests of KVM do not look either.
readonly ARCH_EMULATOR_KERNEL=no_timer_check
# The machine's serial lines, as the kernel calls them, and what it needs for both (in the form of CONFIG_RULES).
readonly ARCH_CONSOLE=ttyS0 ARCH_SECOND_LINE=ttyS1
readonly ARCH_SERIAL_RULES="\
CONFIG_SERIAL_8250_CONSOLE b the console is the first serial line ($ARCH_CONSOLE)
CONFIG_SERIAL_8250_RUNTIME_UARTS 2 the results come out of the second serial line ($ARCH_SECOND_LINE)"
readonly ARCH_TRIPLET=x86_64-linux-gnu
readonly ARCH_DEBIAN=amd64 # as Debian calls it

# Directories of arch/ whose objects are not in vmlinux or a module, or are linked another time before (a regular expression).
readonly ARCH_OUTSIDE="$ARCH_DIR/(boot|boot/compressed|entry/vdso|entry/vdso/vdso32|realmode/rm|purgatory|tools)"
# Whose Makefiles lead to them.
readonly -a ARCH_OUTSIDE_MAKEFILES=("$ARCH_DIR" "$ARCH_DIR"/{entry/syscalls,boot,boot/compressed,realmode/rm})
# One of them is built by the Makefile of the one above.
readonly ARCH_OUTSIDE_BY_PARENT=$ARCH_DIR/entry/vdso/vdso32
# What says how those are built, and the whole machine's code (the beginning of a name, as a regular expression).
readonly ARCH_BUILD_FILES="^$ARCH_DIR/(Makefile|boot/|entry/vdso/|realmode/|purgatory/)"

# In the compiler's output (extended regular expressions): the first word of an instruction that goes to a function, a word for data that
# holds an address, a register.
readonly ARCH_ASM_BRANCH='^(call|j)' ARCH_ASM_ADDRESS='\.quad|\.long' ARCH_ASM_REGISTER='%[a-z0-9]+'

# Calls of what a register holds, one for each register, and returns go through these (arch/x86/lib/retpoline.S).
readonly ARCH_INDIRECT_THUNK=__x86_indirect_thunk ARCH_RETURN_THUNK=__x86_return_thunk

# arch_boot_image_version IMAGE: what the header of a bootable image says of the kernel (arch/x86/boot/version.c; header.S has the offset,
# less 512, at 0x20e)
arch_boot_image_version() {
	local offset
	offset=$(od -An -tu2 -j $((0x20e)) -N 2 -- "$1")
	head -c $((offset + 1024)) -- "$1" | tail -c +$((offset + 513)) | tr '\0' '\n' | sed -n 1p
}
