#!/usr/bin/env bats
# A changed header, and what includes it and is no object: assembly, the vdso, boot code, build tools, generated constants. Code for later:
# shellcheck disable=SC2016,SC2030,SC2031

load common

setup() {
	common_setup
	export T
	fake_source "$T/src"
	mkdir -p "$T/tree/kpatch" "$T/tree/include/config" "$T/tree/arch" "$T/src/arch/x86/"{entry/vdso,boot,kernel} "$T/modules"
	: >"$T/tree/include/config/auto.conf"
	: >"$T/src/scripts/Kbuild.include"
	echo 'src := $(obj)' >"$T/src/scripts/Makefile.build"
	echo 'obj-y += foo.o' >"$T/src/kernel/Makefile"
	printf '#include <linux/foo.h>\nint foo = FOO;\n' >"$T/src/kernel/foo.c"
	printf '#define FOO 1\n#define BAR 2\n#ifndef __ASSEMBLY__\nstatic inline int get(void) { return 3; }\n#endif\n' >"$T/src/include/linux/foo.h"
	cp -r "$T/src" "$T/view"
	# In place of the kernel's make
	export SETUP='MODULE_NAME=livepatch-fix OPT_JOBS=1 TARGET_SOURCE=$T/src TREE=$T/tree TARGET_CC=gcc TARGET_RELEASE=6.12.3 TARGET_MODULES_DIR=$T/modules PATCHED=$T/view
		mkdir -p "$WORK/3-affected"
		includes_index; makefiles_index
		affected_modules_fit() { :; }
		outside_commands() {
			local file goal kind how=-c
			while IFS=$'"'\t'"' read -r file goal kind; do
				case $kind in constants) how=-S ;; text) how="-E -P -C" ;; program) how= ;; esac
				case $kind in assembly | text) how+=" -D__ASSEMBLY__" ;; esac
				printf "%s\tgcc -g -Wp,-MMD,$file.d -I $T/src/include $how -o %s $T/src/%s\n" "$goal" "$goal" "$file"
			done <"$1" >"$2"
		}
		find_all() { PATCHED_FILES=("$@"); affected_find; printf "%s\n" "${OBJECTS[@]}"; }'
}

# both FILE: in the source and in the view; change SCRIPT: the header of the view
both() { mkdir -p "$(dirname "$T/src/$1")" "$(dirname "$T/view/$1")"; cat >"$T/src/$1"; cp "$T/src/$1" "$T/view/$1"; }
change() { rm -rf "$T/work"; sed "$1" "$T/src/include/linux/foo.h" >"$T/view/include/linux/foo.h"; }

# judged FILE: refused where FOO changes, with both names; not where nothing of it changes
judged() {
	change 's/FOO 1/FOO 5/'
	run -2 lib find_all include/linux/foo.h
	[[ $output == *"refused: the patch affects these files, which can't be livepatched"*$'\n'"    $1 (it includes include/linux/foo.h) [outside-changed]" ]]
	change 's/BAR 2/BAR 5/'
	run -0 lib find_all include/linux/foo.h
	[[ $output == kernel/foo.o ]]
}

@test "refused: assembly of a changed header comes out different" {
	echo 'obj-y += foo.o entry.o' >"$T/src/kernel/Makefile"
	printf '#include <linux/foo.h>\n.long FOO\n' | both kernel/entry.S
	judged kernel/entry.S
	# C that assembly does not see
	change 's/return 3/return 4/'
	run -0 lib find_all include/linux/foo.h
	# Another text, the same code
	change 's/FOO 1/FOO (0+1)/'
	run -0 lib find_all include/linux/foo.h
}

@test "assembly that the configuration does not build is passed over" {
	printf '#include <linux/foo.h>\n.long FOO\n' | both kernel/entry.S
	change 's/FOO 1/FOO 5/'
	run -0 lib find_all include/linux/foo.h
	[[ $output == kernel/foo.o ]]
}

@test "refused: the vdso and boot code of a changed header" {
	local file
	for file in arch/x86/entry/vdso/clock.c arch/x86/boot/main.c; do
		printf '#include <linux/foo.h>\nint one(void) { return FOO; }\n' | both "$file"
		judged "$file"
		# An inline function that nobody there calls
		change 's/return 3/return 4/'
		run -0 lib find_all include/linux/foo.h
		rm "$T/src/$file"
	done
	printf '#include <linux/foo.h>\n.long FOO\n' | both arch/x86/boot/head.S
	judged arch/x86/boot/head.S
}

@test "refused: a linker script of a changed header" {
	echo 'extra-y := kernel.lds' >>"$T/src/kernel/Makefile"
	printf '#include <linux/foo.h>\nSECTIONS { . = FOO; } /* text */\n' | both kernel/kernel.lds.S
	judged kernel/kernel.lds.S
}

@test "refused: constants that C is made into for assembly" {
	printf '$(obj)/offsets.h: $(obj)/offsets.s FORCE\n' >>"$T/src/kernel/Makefile"
	printf '#include <linux/foo.h>\nvoid f(void) { asm("\\n.ascii \\"->A %%0\\"" : : "i" (FOO)); get(); }\n' | both kernel/offsets.c
	judged kernel/offsets.c
	echo 'obj-y += foo.o' >"$T/src/kernel/Makefile"
	rm "$T/src/kernel/offsets.c"
	echo '$(offsets-file): arch/$(SRCARCH)/kernel/asm-offsets.s FORCE' >"$T/src/Kbuild"
	both arch/x86/kernel/asm-offsets.c <"$T/view/kernel/offsets.c"
	judged arch/x86/kernel/asm-offsets.c
	change 's/return 3/return 4/'
	run -0 lib find_all include/linux/foo.h
}

@test "refused: a program of the build that includes a changed header" {
	printf 'hostprogs := gen\n' >>"$T/src/kernel/Makefile"
	printf '#include <linux/foo.h>\nint main(void) { return FOO; }\n' | both kernel/gen.c
	judged kernel/gen.c
	printf 'hostprogs := tool\ntool-objs := other.o \\\n\tgen.o\n' >"$T/src/kernel/Makefile"
	echo 'obj-y += foo.o' >>"$T/src/kernel/Makefile"
	judged kernel/gen.c
}

@test "a header that only the link makes is empty for both" {
	printf '#include <linux/foo.h>\n#include "../made.h"\nint one(void) { return FOO; }\n' | both arch/x86/boot/main.c
	judged arch/x86/boot/main.c
}

@test "refused: it can't be found out" {
	printf '#include <linux/foo.h>\n#error not so\n' | both arch/x86/boot/main.c
	change 's/BAR 2/BAR 5/'
	run -2 lib find_all include/linux/foo.h
	[[ $output == *"can't be found out whether the patch affects them:"$'\n'"    arch/x86/boot/main.c (it includes include/linux/foo.h) [outside-changed]" ]]
	SETUP+='; outside_commands() { : >"$2"; }'
	printf '#include <linux/foo.h>\n' | both arch/x86/boot/main.c
	run -2 lib find_all include/linux/foo.h
	[[ $output == *"can't be found out whether the patch affects them:"$'\n'"    arch/x86/boot/main.c (it includes include/linux/foo.h) [outside-changed]" ]]
}

@test "the commands that make prints" {
	printf 'a/x.c\ta/x.o\tcode\na/y.S\ta/y.o\tassembly\na/l.lds.S\ta/l.lds\ttext\na/p.c\ta/p\tprogram\n' >"$T/list"
	cat >"$T/log" <<-'LOG'
		set -e;  echo '  CC      a/x.o';   trap 'rm -f a/x.o; trap - HUP; kill -s HUP $$' HUP;  gcc-12 -Wp,-MMD,a/.x.o.d -DX='"a"'  -c -o a/x.o /src/a/x.c  ; ./tools/objtool/objtool --orc  a/x.o
		set -e;  echo '  AS      a/y.o';   gcc-12 -D__ASSEMBLY__ -c -o a/y.o /src/a/y.S
		set -e;  gcc-12 -E -P -C -o a/l.lds /src/a/l.lds.S; scripts/basic/fixdep x
		set -e;  echo '  HOSTCC  a/p';   gcc-12 -o a/p /src/a/p.c
	LOG
	run -0 lib outside_commands_read "$T/list" "$T/log"
	[[ ${lines[0]} == $'a/x.o\t'"gcc-12 -Wp,-MMD,a/.x.o.d -DX='\"a\"'  -c -o a/x.o /src/a/x.c" ]]
	[[ ${lines[1]} == $'a/y.o\tgcc-12 -D__ASSEMBLY__ -c -o a/y.o /src/a/y.S' ]]
	[[ ${lines[2]} == $'a/l.lds\tgcc-12 -E -P -C -o a/l.lds /src/a/l.lds.S' ]]
	[[ ${lines[3]} == $'a/p\tgcc-12 -o a/p /src/a/p.c' ]]
}

@test "refused: a header that a program of the build reads, whatever changes in it" {
	local line
	mkdir -p "$T/work/2-tree/unnumbered/include/linux"
	change 's/$/ \/* "name" *\//'
	cp "$T/view/include/linux/foo.h" "$T/foo.h"
	SETUP+='; mkdir -p "$WORK/2-tree/unnumbered/include/linux"; cp "$T/foo.h" "$WORK/2-tree/unnumbered/include/linux/"'
	while IFS= read -r line; do
		printf 'obj-y += foo.o\n%b\n' "$line" >"$T/src/kernel/Makefile"
		rm -rf "$T/work"
		run -2 lib find_all include/linux/foo.h
		[[ $output == *"refused: a livepatch can't change these files, because the build uses them for something other than an object"*$'\n'"    include/linux/foo.h: kernel/Makefile [file-read]" ]] || { echo "$line: $output"; false; }
	done <<-'EOT'
		$(obj)/names.c: $(srctree)/include/linux/foo.h FORCE
		headers = $(src)/../include/linux/foo.h
		$(obj)/names.c: include/linux/foo.h
		$(obj)/names.c: \\\n\tinclude/linux/foo.h
		$(obj)/names.h: $(srctree)/include/linux/fo*.h
	EOT
	# Not read: what an object depends on, what the compiler includes, what the Makefile only lists, another file of this name
	while IFS= read -r line; do
		printf 'obj-y += foo.o\n%b\n' "$line" >"$T/src/kernel/Makefile"
		rm -rf "$T/work"
		run -3 lib find_all include/linux/foo.h
		[[ $output == *"only comments and blanks differ"* ]] || { echo "$line: $output"; false; }
	done <<-'EOT'
		$(obj)/foo.o: $(srctree)/include/linux/foo.h
		ccflags-y += -include $(srctree)/include/linux/foo.h
		no-header-test += include/linux/foo.h
		$(obj)/names.c: $(src)/foo.h
		# $(obj)/names.c: $(srctree)/include/linux/foo.h
		$(obj)/%.h: $(src)/%.h
	EOT
}

@test "what Makefiles read is found once for a tree, and taken only if it was there when the tree was checked" {
	mkdir -p "$T/work/2-tree/unnumbered/include/linux"
	SETUP+='; tree_add() { cp -r "$1/." "$TREE/"; }; readers() { outside_readers "$@"; tree_keep_lists; outside_readers "$@"; }'
	printf 'obj-y += foo.o\n$(obj)/names.c: $(srctree)/include/linux/foo.h\n$(obj)/b.c: $(src)/b%%.h $(src)/*.h\n' >"$T/src/kernel/Makefile"
	run -0 lib readers include/linux/foo.h kernel/bar.h kernel/other.c
	[[ $output == $'include/linux/foo.h\tkernel/Makefile\nkernel/bar.h\tkernel/Makefile\ninclude/linux/foo.h\tkernel/Makefile\nkernel/bar.h\tkernel/Makefile' ]]
	# The tree's list, not the Makefile, is read now.
	echo 'obj-y += foo.o' >"$T/src/kernel/Makefile"
	SETUP+='; tree_known_lists'
	run -0 lib outside_readers include/linux/foo.h
	[[ $output == $'include/linux/foo.h\tkernel/Makefile' ]]
	# One that came later is not: it is of nobody knows whom.
	SETUP+='; TREE_LISTS=()'
	run -0 lib outside_readers include/linux/foo.h
	[[ ! $output ]]
}

@test "what a directory would read or run that is not built" {
	mkdir -p "$T"/{src,view}/drivers/eisa
	for where in src view; do
		echo 'obj-$(CONFIG_EISA) += eisa/' >"$T/$where/drivers/Makefile"
		printf 'obj-y += bus.o\n$(obj)/names.h: include/linux/foo.h\nhostprogs := gen\n' >"$T/$where/drivers/eisa/Makefile"
	done
	printf '#include <linux/foo.h>\nint main(void) { return FOO; }\n' | both drivers/eisa/gen.c
	change 's/FOO 1/FOO 5/'
	run -0 lib find_all include/linux/foo.h
	[[ $output == kernel/foo.o ]]
	# With the option, all of it is there.
	echo CONFIG_EISA=y >"$T/tree/include/config/auto.conf"
	rm -rf "$T/work"
	run -2 lib find_all include/linux/foo.h
	[[ $output == *"    include/linux/foo.h: drivers/eisa/Makefile [file-read]" ]]
	sed -i '/names.h/d' "$T"/{src,view}/drivers/eisa/Makefile
	rm -rf "$T/work"
	run -2 lib find_all include/linux/foo.h
	[[ $output == *"    drivers/eisa/gen.c (it includes include/linux/foo.h) [outside-changed]" ]]
}

@test "refused: C that is compiled a second time elsewhere" {
	mkdir -p "$T/src/arch/x86/purgatory"
	echo '$(obj)/foo.o: $(srctree)/kernel/foo.c FORCE' >"$T/src/arch/x86/purgatory/Makefile"
	run -2 lib find_all kernel/foo.c
	[[ $output == *"    kernel/foo.c: arch/x86/purgatory/Makefile [file-read]" ]]
	echo '$(obj)/foo.o: $(srctree)/kernel/foo.c FORCE' >>"$T/src/kernel/Makefile"
	rm "$T/src/arch/x86/purgatory/Makefile"
	rm -rf "$T/work"
	run -0 lib find_all kernel/foo.c
}

@test "-t that names modules only asks for nothing else" {
	printf '#include <linux/foo.h>\nint one(void) { return FOO; }\n' | both arch/x86/boot/main.c
	mkdir -p "$T/modules/kernel/kernel"
	: >"$T/modules/kernel/kernel/mod.ko"
	printf '#include <linux/foo.h>\nint foo = FOO;\n' | both kernel/mod.c
	printf 'obj-y += foo.o\nobj-m += mod.o\n' >"$T/src/kernel/Makefile"
	change 's/FOO 1/FOO 5/'
	SETUP+='; OPT_TARGETS=(mod)'
	run -0 lib find_all include/linux/foo.h
	[[ $output == kernel/mod.o ]]
	SETUP+='; OPT_TARGETS=(mod vmlinux)'
	run -2 lib find_all include/linux/foo.h
}

@test "refused: C that is generated, and includes a changed header" {
	both kernel/int.uc <<-'END'
		#include <linux/foo.h>
		int wd$$ = FOO;
		void raid6_int$#(void) { wd$$ = 1; }
	END
	echo 'obj-y += foo.o int1.o int2.o' >"$T/src/kernel/Makefile"
	judged kernel/int.uc
	change 's/return 3/return 4/'
	run -0 lib find_all include/linux/foo.h
	# By a header beside it
	printf '#include <linux/foo.h>\n' | both kernel/beside.h
	printf '#include "beside.h"\nint map = FOO;\n' | both kernel/map.c_shipped
	echo 'obj-y += foo.o map.o' >"$T/src/kernel/Makefile"
	judged kernel/map.c_shipped
	# Of a grammar the text of its one header counts.
	printf '#include <linux/foo.h>\n#define _tag(A, B, C) FOO\n' | both include/linux/asn1_ber_bytecode.h
	: | both include/linux/asn1_decoder.h
	: | both kernel/key.asn1
	echo 'obj-y += foo.o key.asn1.o' >"$T/src/kernel/Makefile"
	judged kernel/key.asn1
	# What is not built
	change 's/FOO 1/FOO 5/'
	echo 'obj-y += foo.o' >"$T/src/kernel/Makefile"
	run -0 lib find_all include/linux/foo.h
	[[ $output == kernel/foo.o ]]
}
