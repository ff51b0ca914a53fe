#!/usr/bin/env bats
# Which objects does a change reach? On a small tree with small Makefiles.
# Makefiles and code for later:
# shellcheck disable=SC2016,SC2030,SC2031

load common

setup() {
	common_setup
	export T
	fake_source "$T/src"
	mkdir -p "$T/tree/kpatch" "$T/tree/include/config" "$T/tree/arch" "$T/src/drivers/a" "$T/src/drivers/b/sub" "$T/src/shared"
	echo 'CONFIG_M := m' >"$T/tree/include/config/auto.conf"
	: >"$T/src/scripts/Kbuild.include"
	echo 'src := $(obj)' >"$T/src/scripts/Makefile.build"
	echo 'obj-y += foo.o' >"$T/src/kernel/Makefile"
	printf 'obj-y += a/\nobj-$(CONFIG_M) += b/\nobj-$(CONFIG_NO) += c/\n' >"$T/src/drivers/Makefile"
	printf 'obj-$(CONFIG_M) += a-mod.o\na-mod-y := one.o two.o\na-mod-$(CONFIG_NO) += no.o\n' >"$T/src/drivers/a/Makefile"
	printf 'obj-m += single.o big.o\ninclude $(srctree)/shared/Makefile.shared\nbig-objs += sub/part.o\n' >"$T/src/drivers/b/Makefile"
	echo 'big-objs := ../../shared/common.o' >"$T/src/shared/Makefile.shared"
	printf '#include <linux/foo.h>\n' >"$T/src/drivers/a/one.c"
	printf '#include "local.h"\n' >"$T/src/drivers/a/two.c"
	printf '#include <linux/foo.h>\n' >"$T/src/drivers/a/local.h"
	printf '#include "local.h"\n' >"$T/src/drivers/b/single.c"
	printf 'int local;\n' >"$T/src/drivers/b/local.h"
	printf '#include "../part.c"\n' >"$T/src/drivers/b/sub/part.c"
	: >"$T/src/drivers/b/part.c"
	: >"$T/src/shared/common.c"
	export SETUP='MODULE_NAME=livepatch-fix TARGET_SOURCE=$T/src TREE=$T/tree TARGET_CC=gcc TARGET_RELEASE=6.12.3 TARGET_MODULES_DIR=$T/modules
		mkdir -p "$WORK/3-affected"
		includes_index; makefiles_index
		affected_modules_fit() { :; }
		objects() { objects_of_source "$1"; echo "$REPLY"; }
		including() { echo "$1" >"$T/list"; includers_of "$T/list" "$1" | sort; }
		find_all() { PATCHED_FILES=("$@"); affected_find; printf "%s\n" "${OBJECTS[@]}"; }'
	mkdir -p "$T/modules/kernel/drivers/a" "$T/modules/kernel/drivers/b"
	: >"$T/modules/kernel/drivers/a/a-mod.ko.xz"
	: >"$T/modules/kernel/drivers/b/big.ko"
}

@test "objects and what they belong to" {
	run -0 lib objects kernel/foo.c
	[[ $output == kernel/foo.o$'\t'vmlinux$'\t'vmlinux$'\t'kernel/foo.o ]]
	run -0 lib objects drivers/a/one.c
	[[ $output == drivers/a/one.o$'\t'drivers/a/a-mod$'\t'a_mod$'\t'drivers/a/one.o ]]
	run -0 lib objects drivers/b/single.c
	[[ $output == drivers/b/single.o$'\t'drivers/b/single$'\t'single$'\t'drivers/b/single.o ]]
}

@test "an object whose Makefile is elsewhere keeps Kbuild's name of it" {
	run -0 lib objects shared/common.c
	[[ $output == shared/common.o$'\t'drivers/b/big$'\t'big$'\t'drivers/b/../../shared/common.o ]]
	run -0 lib objects drivers/b/sub/part.c
	[[ $output == drivers/b/sub/part.o$'\t'drivers/b/big$'\t'big$'\t'drivers/b/sub/part.o ]]
}

@test "what the configuration leaves out is not an object" {
	run -0 lib objects drivers/a/no.c
	[[ -z $output ]]
}

@test "directories that only the architecture's Makefile names" {
	mkdir -p "$T/src/arch/x86/"{pci,math-emu,lib,mm,um}
	for dir in pci math-emu lib mm um; do echo 'obj-y += foo.o' >"$T/src/arch/x86/$dir/Makefile"; done
	echo 'obj-y += mm/' >"$T/src/arch/x86/Kbuild"
	printf 'libs-y  += arch/x86/lib/\ndrivers-$(CONFIG_%s) += arch/x86/%s/\n' PCI pci MATH_EMULATION math-emu >"$T/src/arch/x86/Makefile"
	echo 'CONFIG_PCI=y' >>"$T/tree/include/config/auto.conf"
	for dir in pci lib mm; do
		run -0 lib objects "arch/x86/$dir/foo.c"
		[[ $output == arch/x86/$dir/foo.o$'\t'vmlinux$'\t'vmlinux$'\t'arch/x86/$dir/foo.o ]]
	done
	for dir in math-emu um; do
		run -0 lib objects "arch/x86/$dir/foo.c"
		[[ -z $output ]]
	done
}

@test "who includes a header, beside it or by path" {
	run -0 lib including include/linux/foo.h
	[[ ${lines[*]} == "drivers/a/local.h drivers/a/one.c drivers/a/two.c include/linux/foo.h" ]]
	run -0 lib including drivers/b/local.h
	[[ ${lines[*]} == "drivers/b/local.h drivers/b/single.c" ]]
	run -0 lib including drivers/b/part.c
	[[ ${lines[*]} == "drivers/b/part.c drivers/b/sub/part.c" ]]
}

@test "a header reaches all objects that include it, each with its module" {
	run -0 lib find_all include/linux/foo.h
	[[ ${lines[*]} == "drivers/a/one.o drivers/a/two.o" ]]
}

@test "a file that the configuration leaves out is told, and refused where nothing else is left" {
	mkdir "$T/src/drivers/c"
	echo 'obj-y += never.o' >"$T/src/drivers/c/Makefile"
	echo 'obj-$(CONFIG_NO) += off.o' >>"$T/src/drivers/a/Makefile"
	run -0 lib find_all drivers/a/no.c drivers/a/off.c drivers/c/never.c kernel/foo.c
	[[ $output == *"note: left out, not built with the configuration of 6.12.3: drivers/a/no.c drivers/a/off.c drivers/c/never.c"*$'\n'"kernel/foo.o" ]]
	run -2 lib find_all drivers/a/no.c
	[[ $output == *"not compiled into the kernel or a module"*"    drivers/a/no.c"* ]]
}

@test "a header that is included through a macro reaches who defines the macro" {
	mkdir -p "$T/src/include/trace"
	printf '#ifdef GENL\n#include GENL\n#endif\n' >"$T/src/include/linux/magic.h"
	printf '#define GENL <linux/table.h>\n#include <linux/magic.h>\n' >"$T/src/include/linux/api.h"
	: >"$T/src/include/linux/table.h"
	printf '# include <linux/api.h>\n' >"$T/src/drivers/a/one.c"
	run -0 lib including include/linux/table.h
	[[ ${lines[*]} == "drivers/a/one.c include/linux/api.h include/linux/table.h" ]]

	# As tracepoints do it: what is defined is a part of the name; another name for it.
	printf '#define TRACE_INCLUDE(f) __TRACE_INCLUDE(f)\n#include TRACE_INCLUDE(TRACE_INCLUDE_FILE)\n' >"$T/src/include/trace/define.h"
	printf '#define TRACE_INCLUDE_FILE OTHER_NAME\n#define OTHER_NAME events /* so */\n#include <trace/define.h>\n' >"$T/src/drivers/a/two.c"
	: >"$T/src/include/trace/events.h"
	run -0 lib including include/trace/events.h
	[[ ${lines[*]} == "drivers/a/two.c include/trace/events.h" ]]

	# Nobody knows what that is.
	printf '#include UNKNOWN\n' >"$T/src/drivers/b/single.c"
	run -0 lib including include/linux/table.h
	[[ ${lines[*]} == "drivers/a/one.c drivers/b/single.c include/linux/api.h include/linux/table.h" ]]
}

@test "a header that a Makefile includes reaches all of its directory; assembly and data are included too" {
	echo 'ccflags-y += -include $(src)/forced.h' >>"$T/src/drivers/a/Makefile"
	: >"$T/src/drivers/a/forced.h"
	run -0 lib including drivers/a/forced.h
	[[ ${lines[*]} == "drivers/a/forced.h drivers/a/local.h drivers/a/one.c drivers/a/two.c" ]]
	printf 'asm(".incbin \\"data.bin\\"");\n' >"$T/src/drivers/b/single.c"
	run -0 lib including drivers/b/data.bin
	[[ ${lines[*]} == "drivers/b/data.bin drivers/b/single.c" ]]
}

@test "a .c that only others include reaches their object" {
	run -0 lib find_all drivers/b/part.c
	[[ $output == drivers/b/sub/part.o ]]
}

@test "-t limits to targets" {
	SETUP+='; OPT_TARGETS=(vmlinux)'
	run -0 lib find_all include/linux/foo.h kernel/foo.c
	[[ $output == kernel/foo.o ]]
	SETUP+='; OPT_TARGETS=(drivers/a/a-mod.ko)'
	run -0 lib find_all include/linux/foo.h kernel/foo.c
	[[ ${lines[*]} == "drivers/a/one.o drivers/a/two.o" ]]
	# As it is below lib/modules/RELEASE
	SETUP+='; OPT_TARGETS=(kernel/drivers/a/a-mod.ko)'
	run -0 lib find_all include/linux/foo.h kernel/foo.c
	[[ ${lines[*]} == "drivers/a/one.o drivers/a/two.o" ]]
	SETUP+='; OPT_TARGETS=(a_mod)'
	run -3 lib find_all kernel/foo.c
}

@test "refused: -t names a module that is not there, or is built in" {
	SETUP+='; OPT_TARGETS=(drivers/x/nothing.ko)'
	run -2 lib find_all kernel/foo.c
	[[ $output == *"6.12.3 has no module 'drivers/x/nothing.ko'"*"$T/modules"* ]]
	local wanted
	for wanted in drivers/b/a-mod.ko 'a_m?d' 'a*' ''; do
		SETUP+="; OPT_TARGETS=('$wanted')"
		run -2 lib find_all kernel/foo.c
		[[ $output == *"6.12.3 has no module '$wanted'"* ]]
	done
	echo kernel/drivers/x/built-in.ko >"$T/modules/modules.builtin"
	SETUP+='; OPT_TARGETS=(built_in)'
	run -2 lib find_all kernel/foo.c
	[[ $output == *"built_in is built into 6.12.3"*"-t vmlinux"* ]]
}

@test "refused: not compiled, too many, no file of the module" {
	run -2 lib find_all drivers/a/nowhere.c kernel/foo.c
	[[ $output == *"not compiled into the kernel or a module"*"    drivers/a/nowhere.c"* ]]
	SETUP+='; OPT_MAX_OBJECTS=1'
	run -2 lib find_all include/linux/foo.h
	[[ $output == *"limit of 1"*"--max-objects"* ]]
	SETUP+='; OPT_MAX_OBJECTS=200'
	rm "$T/modules/kernel/drivers/a/a-mod.ko.xz"
	run -2 lib find_all drivers/a/one.c
	[[ $output == *"6.12.3 does not have these modules"*"drivers/a/a-mod.ko (for drivers/a/one.o)" ]]
	SETUP+='; OPT_SOURCE=$T/src'
	run -1 lib find_all drivers/a/one.c
	[[ $output == *"--modules"*"drivers/a/a-mod.ko (for drivers/a/one.o)" ]]
}

@test "refused: a livepatch with the name of a module" {
	local name
	echo kernel/drivers/x/built-in.ko >"$T/modules/modules.builtin"
	for name in a-mod a_mod built-in; do
		SETUP+="; MODULE_NAME=$name"
		run -4 lib find_all kernel/foo.c
		[[ $output == *"$name is a module of 6.12.3; give the livepatch another name (-n livepatch-$name)"* ]]
	done
	SETUP+='; MODULE_NAME=vmlinux'
	run -4 lib find_all kernel/foo.c
	SETUP+='; MODULE_NAME=livepatch-a-mod'
	run -0 lib find_all kernel/foo.c
}

@test "a module's file that is damaged, or none, is an error that names it" {
	local file=$T/modules/kernel/drivers/a/a-mod.ko.xz
	SETUP="${SETUP/affected_modules_fit() \{ :; \}/}"
	head -c 100000 /dev/urandom | xz | head -c 5000 >"$file"
	run -1 lib find_all drivers/a/one.c
	[[ $output == *"$file can't be read, see above"* && $output != *internal* ]]
	rm -rf "$T/work"
	echo "no module" | xz >"$file"
	run -1 lib find_all drivers/a/one.c
	[[ $output == *"$file is no module of a kernel, or damaged"* && $output != *internal* ]]
}

# fit FILE.ko: as the module drivers/a/a-mod of the target
fit() {
	xz -c "$1" >"$T/modules/kernel/drivers/a/a-mod.ko.xz"
	rm -rf "$T/work/5-proof"
	# The real one, not that of the other tests.
	SETUP="${SETUP/affected_modules_fit() \{ :; \}/}"
	run "-$2" lib find_all drivers/a/one.c
}

@test "refused: a module that is of another build than Module.symvers" {
	cat >"$T/a-mod.S" <<-'EOF'
		.section .modinfo, "a"
		.asciz "vermagic=6.12.3 SMP "
		.section __versions, "a"
		.quad 0x22222222
		.asciz "taken"
		.balign 64
		.section __kcrctab_gpl, "a"
		.long 0x11111111
		__crc_other:
		.long 0x33333333
		__crc_given:
		.long 0x44444444
	EOF
	cc -c -o "$T/a-mod.ko" "$T/a-mod.S"
	printf '0x%s\t%s\t%s\tEXPORT_SYMBOL\t\n' 22222222 taken vmlinux 33333333 other drivers/a/a-mod 44444444 given drivers/a/a-mod \
		>"$T/symvers"
	SETUP+='; TARGET_SYMVERS=$T/symvers'
	fit "$T/a-mod.ko" 0
	sed -i 's/22222222/55555555/' "$T/symvers"
	fit "$T/a-mod.ko" 2
	[[ $output == *"drivers/a/a-mod.ko takes taken with version 0x22222222, not 0x55555555" ]]
	sed -i 's/55555555/22222222/; s/44444444/55555555/' "$T/symvers"
	fit "$T/a-mod.ko" 2
	[[ $output == *"drivers/a/a-mod.ko gives given with version 0x44444444, not 0x55555555" ]]
	sed -i '/given/d' "$T/symvers"
	fit "$T/a-mod.ko" 2
	[[ $output == *"drivers/a/a-mod.ko gives given, which is not there" ]]
	sed -i 's/6.12.3/6.12.4/' "$T/a-mod.S"
	cc -c -o "$T/a-mod.ko" "$T/a-mod.S"
	fit "$T/a-mod.ko" 2
	[[ $output == *"drivers/a/a-mod.ko was built for 6.12.4" ]]
}
