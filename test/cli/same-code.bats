#!/usr/bin/env bats
# Which objects that include a changed header are left, when what the compiler reads is compared? Code for later:
# shellcheck disable=SC2016,SC2030,SC2031

load common

# Thirty objects include the header. Of twenty-nine the commands are recorded, of u30 make knows the command.
setup() {
	common_setup
	export T
	fake_source "$T/src"
	printf 'static inline int get(int a) { return a; }\n#define USES_GET get(1)\n' >"$T/src/include/linux/foo.h"
	mkdir -p "$T/tree/kpatch" "$T/tree/kernel" "$T/tree/arch" "$T/tree/include/config"
	: >"$T/tree/include/config/auto.conf"
	: >"$T/src/scripts/Kbuild.include"
	echo 'src := $(obj)' >"$T/src/scripts/Makefile.build"
	local i
	for i in {1..30}; do
		printf '#include <linux/foo.h>\nint u%s(void) { return 0; }\n' "$i" >"$T/src/kernel/u$i.c"
		if ((i < 30)); then recorded "u$i" ""; fi
		echo "obj-y += u$i.o"
	done >"$T/src/kernel/Makefile"
	# As Kbuild: from the source into the directory O, where the recipe runs
	printf '%s\n' '$(MAKECMDGOALS): ; $(MAKE) -C $(O) -f $(CURDIR)/sub.mk S=$(CURDIR) $@' >"$T/src/Makefile"
	cat >"$T/src/sub.mk" <<-'EOM'
		dot-target = $(@D)/.$(@F)
		cmd_cc_o_c = gcc -O2 -DNAME='"a b"' -DDOLLAR='$$x' -Wp,-MMD,$(@D)/.$(@F).d -I$(S)/include -c -o $@ $<
		define rule_cc_o_c
		false
		endef
		kernel/u30.o: $(S)/kernel/u30.c ; $(rule_cc_o_c)
	EOM
	cp -rs "$T/src" "$T/view"
	export SETUP='MODULE_NAME=livepatch-fix OPT_JOBS=2 OPT_MAX_OBJECTS=20 TARGET_SOURCE=$T/src TREE=$T/tree KERNEL_SOURCE=$T/src KERNEL_TREE=$T/tree TARGET_CC=gcc
		TARGET_RELEASE=6.12.3 TARGET_MODULES_DIR=$T/modules PATCHED=$T/view
		KMAKE=(make -C "$T/src" O="$T/tree")
		mkdir -p "$WORK/3-affected" "$WORK/2-tree/unnumbered/include/linux"
		cp "$T/new.h" "$WORK/2-tree/unnumbered/include/linux/foo.h"
		includes_index; makefiles_index
		affected_modules_fit() { :; }
		find_all() { PATCHED_FILES=("$@"); affected_find; printf "%s\n" "${OBJECTS[@]}"; }'
}

# recorded NAME FLAGS: how the object was made
recorded() {
	echo "savedcmd_kernel/$1.o := gcc -O2 -Wp,-MMD,kernel/.$1.o.d -I$T/src/include $2 -c -o kernel/$1.o $T/src/kernel/$1.c  ; objtool kernel/$1.o" >"$T/tree/kernel/.$1.o.cmd"
}

# patch SCRIPT: the header by sed
patch_header() {
	sed -E "$1" "$T/src/include/linux/foo.h" >"$T/new.h"
	rm "$T/view/include/linux/foo.h"
	cp "$T/new.h" "$T/view/include/linux/foo.h"
}

# uses NAME TEXT
uses() { echo "$2" >>"$T/src/kernel/$1.c"; }

@test "left are those whose code can change, directly or through a macro; and whose command is not known" {
	patch_header 's/return a/return a + 1/'
	uses u1 'int v(void) { return get(1); }'
	uses u2 'int v(void) { return USES_GET; }'
	uses u3 'int get_other;'
	rm "$T/tree/kernel/.u4.o.cmd"
	run -0 lib find_all include/linux/foo.h
	[[ $output == *"kpatch-build: note: of 30 objects that include what the patch changes, the code of 3 can differ"* ]]
	[[ ${lines[*]: -3} == "kernel/u1.o kernel/u2.o kernel/u4.o" ]]
	[[ $(<"$T/work/3-affected/same/kernel/u3.o.result") == same && $(<"$T/work/3-affected/same/kernel/u30.o.result") == same ]]
	# Only its command was asked for.
	[[ ! -e $T/work/3-affected/same/make/kernel/u30.o && ! -e $T/work/3-affected/same/kernel/u3.o.orig ]]
	[[ $(cut -f 1 "$T/work/3-affected/objects" | xargs) == "kernel/u1.o kernel/u2.o kernel/u4.o" ]]
}

@test "left are those that the flags make different, or that can't be preprocessed" {
	patch_header 's/^#define/#ifdef OTHER\nint other;\n#endif\n&/; s/$/ /'
	recorded u5 -DOTHER
	recorded u6 "-include missing.h"
	run -0 lib find_all include/linux/foo.h
	[[ ${lines[*]: -2} == "kernel/u5.o kernel/u6.o" ]]
}

@test "a changed .c is always left; where nothing is, nothing changed" {
	patch_header 's/return a/return a + 1/'
	run -3 lib find_all include/linux/foo.h
	[[ ${lines[*]: -1} == "kpatch-build: nothing changed: no object of 6.12.3 uses what the patch changes" ]]
	rm -rf "$T/work"
	cp "$T/src/kernel/u7.c" "$T/view/kernel/new.c"
	mv "$T/view/kernel/new.c" "$T/view/kernel/u7.c"
	run -0 lib find_all include/linux/foo.h kernel/u7.c
	[[ ${lines[*]: -1} == "kernel/u7.o" ]]
}

@test "what was not compiled from the patched files is left" {
	patch_header 's/return a/return a + 1/'
	# By a path that is not replaced
	ln -s "$T/src" "$T/also"
	sed -i "s,-I$T/src/include,-I$T/also/include," "$T/tree/kernel/.u8.o.cmd"
	sed -i "s,$T/src/kernel/u9.c,$T/also/kernel/u9.c," "$T/tree/kernel/.u9.o.cmd"
	# By a path that holds .., or is none from the top
	ln -s "$T/src/include/linux" "$T/tree/include/linux"
	mkdir "$T/also/include/up"
	printf '#include "../linux/foo.h"\nint u10(void) { return 0; }\n' >"$T/src/kernel/u10.c"
	sed -i "s,-I$T/src/include,-I$T/also/include/up," "$T/tree/kernel/.u10.o.cmd"
	sed -i "s,-I$T/src/include,-Iinclude," "$T/tree/kernel/.u11.o.cmd"
	run -0 lib find_all include/linux/foo.h
	[[ ${lines[*]: -4} == "kernel/u10.o kernel/u11.o kernel/u8.o kernel/u9.o" ]]
}

@test "what is compiled without optimization, or with all in its order, is left" {
	patch_header 's/return a/return a + 1/'
	recorded u5 -O0
	recorded u6 -fno-toplevel-reorder
	recorded u7 -fkeep-inline-functions
	sed -i 's/ -O2//' "$T/tree/kernel/.u8.o.cmd"
	run -0 lib find_all include/linux/foo.h
	[[ ${lines[*]: -4} == "kernel/u5.o kernel/u6.o kernel/u7.o kernel/u8.o" ]]
}

@test "the limit counts what is left" {
	patch_header 's/return a/return a + 1/'
	local i
	for i in {1..21}; do uses "u$i" 'int v(void) { return get(1); }'; done
	run -2 lib find_all include/linux/foo.h
	[[ $output == *"can change 21 objects or more, more than the limit of 20"* ]]
}

@test "what read an original file by a link of another name is left" {
	# (Its other #include has it among those that are compared.)
	printf '#include "hidden.h"\n#ifdef NEVER\n#include <linux/foo.h>\n#endif\nint u12(void) { return get(1); }\n' >"$T/src/kernel/u12.c"
	ln -s ../include/linux/foo.h "$T/src/kernel/hidden.h"
	ln -s "$T/src/include/linux/foo.h" "$T/view/kernel/hidden.h"
	patch_header 's/return a/return a + 1/'
	run -0 lib find_all include/linux/foo.h
	[[ ${lines[*]: -1} == "kernel/u12.o" ]]
}
