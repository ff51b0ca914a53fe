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

@test "an object that is made of a file of tools/ is reached by that file, its headers, and the kernel's headers in it" {
	mkdir -p "$T/src/tools/lib/bpf"
	printf 'all: ; false\n$(error read)\n' >"$T/src/tools/lib/bpf/Makefile"
	printf '#include "../tools/lib/bpf/relo.c"\n' >"$T/src/kernel/relo.c"
	printf '#include <linux/only.h>\n#include "relo.h"\n' >"$T/src/tools/lib/bpf/relo.c"
	: | tee "$T/src/tools/lib/bpf/relo.h" >"$T/src/include/linux/only.h"
	echo 'obj-y += foo.o relo.o' >"$T/src/kernel/Makefile"
	local file
	for file in tools/lib/bpf/relo.c tools/lib/bpf/relo.h include/linux/only.h; do
		run -0 lib find_all "$file"
		[[ $output == kernel/relo.o ]]
	done
}

@test "an object whose Makefile is elsewhere keeps Kbuild's name of it" {
	run -0 lib objects shared/common.c
	[[ $output == shared/common.o$'\t'drivers/b/big$'\t'big$'\t'drivers/b/../../shared/common.o ]]
	run -0 lib objects drivers/b/sub/part.c
	[[ $output == drivers/b/sub/part.o$'\t'drivers/b/big$'\t'big$'\t'drivers/b/sub/part.o ]]
}

@test "objects whose names hold the width of the machine, or that are linked first" {
	printf 'obj-y += foo.o foo_$(BITS).o\nextra-y := head.o made.lds\n' >"$T/src/kernel/Makefile"
	run -0 lib objects kernel/foo_64.c
	[[ $output == kernel/foo_64.o$'\t'vmlinux$'\t'vmlinux$'\t'kernel/foo_64.o ]]
	run -0 lib objects kernel/head.c
	[[ $output == kernel/head.o$'\t'vmlinux$'\t'vmlinux$'\t'kernel/head.o ]]
	run -0 lib objects kernel/foo_32.c
	[[ -z $output ]]
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
	[[ $output == *"note: left out, because the configuration of 6.12.3 does not build it: drivers/a/no.c drivers/a/off.c drivers/c/never.c"*$'\n'"kernel/foo.o" ]]
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
	# As targets of make
	local wanted
	for wanted in modules drivers/a/ "drivers/a/two.o drivers/a/one.o" "all"; do
		SETUP+="; OPT_TARGETS=($wanted)"
		run -0 lib find_all include/linux/foo.h kernel/foo.c
		[[ " ${lines[*]} " == *" drivers/a/one.o drivers/a/two.o "* ]]
		if [[ $wanted == all ]]; then [[ $output == *kernel/foo.o* ]]; else [[ $output != *kernel/foo.o* ]]; fi
	done
	SETUP+="; OPT_TARGETS=(bzImage)"
	run -0 lib find_all include/linux/foo.h kernel/foo.c
	[[ $output == kernel/foo.o ]]
	SETUP+="; OPT_TARGETS=(drivers/a)"
	run -2 lib find_all include/linux/foo.h kernel/foo.c
	SETUP+="; OPT_TARGETS=(drivers/none/)"
	run -2 lib find_all include/linux/foo.h kernel/foo.c
	[[ $output == *"has no directory 'drivers/none/' (-t drivers/none/)"* ]]
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
	[[ $output == *"6.12.3 does not have these modules"*"drivers/a/a-mod.ko (for drivers/a/one.o) [module-missing]" ]]
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
	[[ $output == *"$file is not a kernel module, or damaged"* && $output != *internal* ]]
}

# fit FILE.ko: as the module drivers/a/a-mod of the target
fit() {
	xz -c "$1" >"$T/modules/kernel/drivers/a/a-mod.ko.xz"
	rm -rf "$T/work/3-affected/modules"
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
	[[ $output == *"drivers/a/a-mod.ko imports taken with version 0x22222222, not 0x55555555 [module-differs]" ]]
	sed -i 's/55555555/22222222/; s/44444444/55555555/' "$T/symvers"
	fit "$T/a-mod.ko" 2
	[[ $output == *"drivers/a/a-mod.ko exports given with version 0x44444444, not 0x55555555 [module-differs]" ]]
	sed -i '/given/d' "$T/symvers"
	fit "$T/a-mod.ko" 2
	[[ $output == *"drivers/a/a-mod.ko exports given, which the Module.symvers does not list [module-differs]" ]]
	sed -i 's/6.12.3/6.12.4/' "$T/a-mod.S"
	cc -c -o "$T/a-mod.ko" "$T/a-mod.S"
	fit "$T/a-mod.ko" 2
	[[ $output == *"drivers/a/a-mod.ko was built for 6.12.4 [module-differs]" ]]
}

# ---- Makefiles and Kconfig files of the patch -------------------------------------------------------------------------

# patched_view: a view as the patch stage makes it, to be changed by the test
patched_view() {
	cp -rs "$T/src" "$T/view"
	SETUP+='; PATCHED=$T/view
		build_find() { rm -rf "$WORK/3-affected"/database; BUILD_FILES=("$1"); shift; find_all "$@"; for object in "${!SIBLING[@]}"; do echo "$object like ${SIBLING[$object]} in ${NEW_OF[$object]}"; done; }'
}
patched_file() { mkdir -p "$(dirname "$T/view/$1")"; rm -f "$T/view/$1"; cat >"$T/view/$1"; }

@test "what the configuration leaves out is left out with a note, unless nothing is left" {
	echo 'obj-$(CONFIG_NO) += off.o deep/' >"$T/src/kernel/Makefile"
	printf 'obj-y += foo.o\noff-y := off-part.o\nhostprogs := gen\n' >>"$T/src/kernel/Makefile"
	mkdir -p "$T/src/kernel/deep"
	echo 'obj-y := x.o' >"$T/src/kernel/deep/Makefile"
	patched_view
	run -0 lib find_all kernel/foo.c drivers/a/no.c kernel/off-part.c kernel/deep/x.c
	[[ $output == *"note: left out, because the configuration of 6.12.3 does not build it: drivers/a/no.c kernel/off-part.c kernel/deep/x.c"* ]]
	[[ ${lines[-1]} == kernel/foo.o ]]
	run -2 lib find_all drivers/a/no.c
	[[ $output == *"not compiled into the kernel or a module"*"    drivers/a/no.c [not-built]" ]]
	# Nothing says that an option decides: boot code, build tools
	run -2 lib find_all kernel/foo.c kernel/gen.c
	[[ $output == *"not compiled into the kernel or a module"*"    kernel/gen.c [not-built]" ]]
}

@test "a Makefile without effect on what is built" {
	patched_view
	printf '# a comment\nobj-y += \\\n\tfoo.o\nobj-$(CONFIG_NO) += more.o\n' | patched_file kernel/Makefile
	run -0 lib build_find kernel/Makefile kernel/foo.c
	[[ $output == *"note: without effect on what is built: kernel/Makefile"* ]]
	[[ ${lines[-1]} == kernel/foo.o ]]
	run -3 lib build_find kernel/Makefile
	[[ $output == *"nothing changed: kernel/Makefile have no effect"* ]]
}

@test "refused: a Makefile that changes flags, rules, or what else is built" {
	local text
	patched_view
	while IFS= read -r text; do
		printf 'obj-y += foo.o\n%b\n' "$text" | patched_file kernel/Makefile
		run -2 lib build_find kernel/Makefile kernel/foo.c
		[[ $output == *"a livepatch can't change how the running kernel was configured and built:"$'\n'"    kernel/Makefile: "* ]] || { echo "$text: $output"; false; }
	done <<-'EOT'
		ccflags-y += -DX
		CFLAGS_foo.o := -O3
		$(obj)/foo.o: ccflags-y += -O3
		$(obj)/%.o: ccflags-y += -O3
		$(obj)/foo.h: FORCE\n\ttouch $@
		always-y += x.o
		obj-y += sub/
		obj-m += one.o
		foo-y := part.o
	EOT
	echo '# nothing' | patched_file kernel/Makefile
	run -2 lib build_find kernel/Makefile kernel/foo.c
	[[ $output == *"kernel/Makefile: it changes how"* || $output == *"would not be built any more"* ]]
	echo 'X := 1' | patched_file Makefile
	run -2 lib build_find Makefile kernel/foo.c
	# One that another includes
	printf 'big-objs := ../../shared/common.o\nccflags-y += -DX\n' | patched_file shared/Makefile.shared
	run -2 lib build_find shared/Makefile.shared kernel/foo.c
	[[ $output == *"shared/Makefile.shared: it changes how drivers/b is built: ccflags-y"* ]]
	printf '# comment\nbig-objs := ../../shared/common.o\n' | patched_file shared/Makefile.shared
	run -0 lib build_find shared/Makefile.shared kernel/foo.c
}

@test "a new source file becomes an object of its place" {
	printf 'obj-y += foo.o special.o\nCFLAGS_special.o := -O3\n' >"$T/src/kernel/Makefile"
	: >"$T/src/kernel/special.c"
	patched_view
	printf 'obj-y += foo.o special.o new.o\nCFLAGS_special.o := -O3\n' | patched_file kernel/Makefile
	echo 'int x;' | patched_file kernel/new.c
	run -0 lib build_find kernel/Makefile kernel/foo.c kernel/new.c
	[[ $output == *"kernel/new.o like kernel/foo.o in kernel/new.o" ]]
	grep -qx $'kernel/new.o\tvmlinux\tvmlinux\tkernel/new.o' "$T/work/3-affected/objects"
	# In a module
	printf 'obj-$(CONFIG_M) += a-mod.o\na-mod-y := one.o two.o new.o\na-mod-$(CONFIG_NO) += no.o\n' | patched_file drivers/a/Makefile
	echo 'int x;' | patched_file drivers/a/new.c
	run -0 lib build_find drivers/a/Makefile drivers/a/one.c drivers/a/new.c
	[[ $output == *"drivers/a/new.o like drivers/a/"*".o in drivers/a/a-mod.o" ]]
	grep -qx $'drivers/a/new.o\tdrivers/a/a-mod\ta_mod\tdrivers/a/new.o' "$T/work/3-affected/objects"
	# For an option that is off it is left out.
	printf 'obj-$(CONFIG_M) += a-mod.o\na-mod-y := one.o two.o\na-mod-$(CONFIG_NO) += no.o new.o\n' | patched_file drivers/a/Makefile
	run -0 lib build_find drivers/a/Makefile drivers/a/one.c drivers/a/new.c
	[[ $output == *"left out, because the configuration of 6.12.3 does not build it: drivers/a/new.c"* ]]
	# Without a line in a Makefile nobody compiles it.
	run -2 lib find_all kernel/foo.c drivers/b/new.c
}

@test "refused: new objects that can't have their place" {
	local text
	patched_view
	echo 'int x;' | patched_file kernel/new.c
	while IFS= read -r text; do
		printf 'obj-y += foo.o\n%b\n' "$text" | patched_file kernel/Makefile
		run -2 lib build_find kernel/Makefile kernel/foo.c kernel/new.c
		[[ $output == *"    kernel/Makefile: "* ]]
	done <<-'EOT'
		obj-m += new.o
		obj-y += new.o\nCFLAGS_new.o := -O3
		obj-y += new.o old.o
	EOT
}

@test "the command of a new object is its sibling's, with other names" {
	SETUP+='; TARGET_SOURCE="/src~1" SIBLING=([fs/x/new-one.o]=fs/x/old.o) NEW_OF=([fs/x/new-one.o]=fs/x/all.o) GOAL=([fs/x/new-one.o]=fs/x/new-one.o)
		of_sibling() { COMPILE=$1; sibling_command fs/x/new-one.o; echo "$COMPILE"; }'
	command="gcc-12 -Wp,-MMD,fs/x/.old.o.d -I./include -DKBUILD_MODFILE='\"fs/x/all\"' -DKBUILD_BASENAME='\"old\"' -DKBUILD_MODNAME='\"all\"' -D__KBUILD_MODNAME=kmod_all -c -o fs/x/old.o /src~1/fs/x/old.c"
	run -0 lib of_sibling "$command"
	[[ $output == "gcc-12 -Wp,-MMD,fs/x/.new-one.o.d -I./include -DKBUILD_MODFILE='\"fs/x/all\"' -DKBUILD_BASENAME='\"new_one\"' -DKBUILD_MODNAME='\"all\"' -D__KBUILD_MODNAME=kmod_all -c -o fs/x/new-one.o /src~1/fs/x/new-one.c" ]]
	run -1 lib of_sibling "${command/-I/-include fs/x/old.h -I}"
	[[ $output == *"the recorded command of fs/x/old.o is not understood"* ]]
}
