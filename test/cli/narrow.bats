#!/usr/bin/env bats
# Whom does a header reach of which only macros changed? Code for later:
# shellcheck disable=SC2016,SC2030,SC2031

load common

setup() {
	common_setup
	export T
	fake_source "$T/src"
	mkdir -p "$T/tree/kpatch" "$T/tree/include/config" "$T/tree/arch" "$T/modules" "$T/work/2-tree/unnumbered/include/linux"
	: >"$T/tree/include/config/auto.conf"
	: >"$T/src/scripts/Kbuild.include"
	echo 'src := $(obj)' >"$T/src/scripts/Makefile.build"
	printf '#define MSR_OTHER 1\n#define MSR_TITLE 2\nint in_header;\n' >"$T/src/include/linux/foo.h"
	local i
	for i in {1..60}; do printf '#include <linux/foo.h>\n' >"$T/src/kernel/u$i.c"; done
	{ for i in {1..60}; do echo "obj-y += u$i.o"; done; } >"$T/src/kernel/Makefile"
	export SETUP='MODULE_NAME=livepatch-fix OPT_JOBS=1 OPT_MAX_OBJECTS=5 TARGET_SOURCE=$T/src TREE=$T/tree TARGET_CC=gcc TARGET_RELEASE=6.12.3 TARGET_MODULES_DIR=$T/modules PATCHED=$T/view
		mkdir -p "$WORK/3-affected"
		includes_index; makefiles_index
		affected_modules_fit() { :; }
		find_all() { PATCHED_FILES=("$@"); affected_find; printf "%s\n" "${OBJECTS[@]}"; }'
}

# reach SCRIPT OBJECT...: the header changed by sed reaches these, or "none", or "all"
reach() {
	sed "$1" "$T/src/include/linux/foo.h" >"$T/work/2-tree/unnumbered/include/linux/foo.h"
	rm -rf "$T/work/3-affected"
	shift
	case $1 in
	all) run -2 lib find_all include/linux/foo.h ;;
	none) run -3 lib find_all include/linux/foo.h ;;
	*)
		run -0 lib find_all include/linux/foo.h
		[[ ${lines[*]:1} == "$*" ]] || { echo "$output"; return 1; }
		;;
	esac
}
readonly CHANGE='s/TITLE 2/TITLE 3/'

@test "a changed macro reaches those that use its name, in text or in a condition" {
	reach "$CHANGE" none
	[[ $output == *"note: of 60 files that include a changed header, 0 can see what changed: MSR_TITLE"* ]]
	echo 'int x = MSR_TITLE;' >>"$T/src/kernel/u1.c"
	printf '#ifdef MSR_TITLE\n#endif\n' >>"$T/src/kernel/u2.c"
	printf '/* MSR_TITLE */ int XMSR_TITLE, MSR_TITLEX;\n' >>"$T/src/kernel/u3.c"
	reach "$CHANGE" kernel/u1.o kernel/u2.o
	# Added, removed, and beside others
	reach '/TITLE/d' kernel/u1.o kernel/u2.o
	reach '1i #define MSR_NEW 7' none
	reach "$CHANGE;s/OTHER 1/OTHER 3/" kernel/u1.o kernel/u2.o
}

@test "a macro that uses it counts as well, and so does a header between" {
	printf '#define BETWEEN \\\n	(MSR_TITLE + 1)\n' >"$T/src/include/linux/between.h"
	echo 'int x = BETWEEN;' >>"$T/src/kernel/u4.c"
	reach "$CHANGE" kernel/u4.o
	printf 'static inline int get(void) { return MSR_TITLE; }\n' >"$T/src/include/linux/get.h"
	echo '#include <linux/get.h>' >>"$T/src/kernel/u5.c"
	reach "$CHANGE" kernel/u4.o kernel/u5.o
	# One that does not include the header is not concerned.
	printf 'int x = MSR_TITLE;\n' >>"$T/src/kernel/foo.c"
	reach "$CHANGE" kernel/u4.o kernel/u5.o
}

@test "not narrowed: a macro of one letter that uses it" {
	printf '#define T MSR_TITLE\n' >"$T/src/include/linux/letter.h"
	printf '#include <linux/letter.h>\nint x = T;\n' >>"$T/src/kernel/u4.c"
	reach "$CHANGE" all
}

@test "a name that is put together" {
	printf '#define READ(x) read(MSR_##x)\n' >"$T/src/include/linux/read.h"
	reach "$CHANGE" none
	echo 'READ(TITLE);' >>"$T/src/kernel/u6.c"
	reach "$CHANGE" kernel/u6.o
	echo 'PASTE(M, SR, _, TITLE);' >>"$T/src/kernel/u7.c"
	reach "$CHANGE" kernel/u6.o kernel/u7.o
}

@test "a changed inline function reaches who calls it, in a header or through a macro" {
	local function='static inline int msr_get(const int *from,\n\t\t\t  int b)\n{\n\tif (b) {\n\t\treturn *from;\n\t}\n\treturn MSR_OTHER;\n}'
	local change='s/return \*from/return b + *from/'
	printf "$function\n" >>"$T/src/include/linux/foo.h"
	reach "$change" none
	[[ $output == *"note: of 60 files that include a changed header, 0 can see what changed: msr_get"* ]]
	printf '#define GET msr_get(0, 1)\n' >"$T/src/include/linux/between.h"
	printf 'static __always_inline int between(void)\n{\n	return GET;\n}\nint msr_getx(int);\n' >>"$T/src/include/linux/foo.h"
	reach "$change" none
	echo 'int x(void) { return between(); }' >>"$T/src/kernel/u1.c"
	echo 'int x(void) { return msr_get(0, 0); }' >>"$T/src/kernel/u2.c"
	echo 'int x(void) { return PASTE(msr_, get)(0, 0); }' >>"$T/src/kernel/u3.c"
	echo 'int msr_get2;' >>"$T/src/kernel/u4.c"
	reach "$change" kernel/u1.o kernel/u2.o kernel/u3.o
	# New and gone. (msr_ and single letters could make up the new name.)
	reach '$a static inline int msr_new(void) { return 1; }' kernel/u3.o
	reach '$a static inline int tsc_new(void) { return 1; }' none
	reach '/^static inline/,/^}/d' kernel/u1.o kernel/u2.o kernel/u3.o
	# A header that calls it otherwise
	echo 'int (*caller)(int) = msr_get;' >"$T/src/include/linux/caller.h"
	echo '#include <linux/caller.h>' >>"$T/src/kernel/u5.c"
	reach "$change" kernel/u1.o kernel/u2.o kernel/u3.o kernel/u5.o
	# It moves to the other side of a condition
	sed -i '$a #ifdef X\nstatic inline int msr_if(void) { return 1; }\n#else\n#endif' "$T/src/include/linux/foo.h"
	reach '/msr_if/d; /^#else/a static inline int msr_if(void) { return 1; }' kernel/u3.o
	[[ $output == *"can see what changed: msr_if"* ]]
}

@test "not narrowed: functions of another shape" {
	local line
	for line in 'static inline __printf(1, 2) int msr_f(int a) { return a; }' 'static inline int msr_f(int a);' 'int msr_f(int a) { return a; }' \
		'static int msr_f(int a) { return a; }' 'static inline int msr_f(int a) { return a; } int b;' \
		'static inline int msr_f(int a) { static int b __used = 1; return a; }' 'static inline __section(".x") int msr_f(int a) { return a; }' \
		'static inline int (*msr_f(int a))(int) { return 0; }' 'static inline struct { int a; } msr_f(int a) { }' 'static inline int msr_v = 1;' \
		'static inline int msr_f(int a) { extern void g(void) __noreturn; return a; }' 'static inline int msr_f(int a) { _Pragma("pack(1)") return a; }' \
		'static inline int msr_f(int a) { return a; } static inline int msr_g(int a) { return a; }' 'static inline int msr_f(int a) { return a; } int g(int a) { return a; }' \
		'static inline MSR_ATTRIBUTE int msr_f(int a) { return a; }' 'static inline __msr_attribute int msr_f(int a) { return a; }' \
		'static inline int FUNCTION(msr_f, int a) { return a; }' 'static inline int function(msr_f) { return 1; }' 'static inline function(msr_f, int a) { return 1; }' \
		'static inline int msr_f(int a)\n{\n#ifdef X\n	return 1;\n#endif\n}' 'static inline int msr_f(int a) {'; do
		reach "\$a $line" all
	done
}

@test "not narrowed: other changes, and names that other files than C hold" {
	reach "$CHANGE;s/int in/long in/" all
	reach 's/in_header/MSR_TITLE/' all
	reach '1i #ifdef MSR_TITLE' all
	reach '1i #define int long' all
	reach '$a #define __LINE__ 1' all
	reach '$a #undef if' all
	echo 'ccflags-y += -DX=MSR_TITLE' >>"$T/src/kernel/Makefile"
	reach "$CHANGE" all
}

@test "what includes a header that is not there is left: it may be generated later" {
	printf '#include "made.h"\n' >>"$T/src/kernel/u8.c"
	printf '#include <stdlib.h>\n#include <asm/of_others.h>\n' >>"$T/src/kernel/u9.c"
	mkdir -p "$T/tree/include/generated"
	: >"$T/tree/include/generated/prepared.h"
	printf '#include <generated/prepared.h>\n' >>"$T/src/kernel/u10.c"
	printf '#include <generated/unprepared.h>\n' >"$T/src/include/linux/between.h"
	printf '#include <linux/between.h>\n' >>"$T/src/kernel/u11.c"
	reach "$CHANGE" kernel/u11.o kernel/u8.o
}
