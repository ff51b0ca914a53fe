#!/usr/bin/env bats
# When is a change to a header no change? Code for later:
# shellcheck disable=SC2016,SC2030,SC2031,SC2034

load common

setup() {
	common_setup
	export T SETUP=""
	fake_source "$T/src"
	printf '%s\n' '/* A header' ' * of the kernel */' '#ifndef FOO' '#define FOO(x) do { \' '	x = "/* no comment */";	\' '} while (0)' \
		'struct foo {' '	int a;	/* first */' '	char b; // second' '};' "#define Q '\"' /* x */" '#endif' >"$T/src/include/linux/foo.h"
}

# change SCRIPT: the header by sed
change() { sed "$1" "$T/src/include/linux/foo.h" >"$T/new.h"; }

@test "comments and blanks are no change, however they are written" {
	local script
	for script in 's/first/1st/' 's/second/2nd/' 's, // second,,' '2d; s,A header,A header */,' 's/^struct foo {/\/* new\n * lines *\/\n\n&/' \
		's/	int a;/	int   a; /' 's/int a;/int\/* *\/a;/' 's/} while (0)/} while (0)	/' 's,x \*/$,y */,' '$a\\n/* end */'; do
		echo "$script"
		change "$script"
		run -1 cmp -s "$T/src/include/linux/foo.h" "$T/new.h"
		run -0 lib header_is_same "$T/src/include/linux/foo.h" "$T/new.h"
	done
}

@test "anything else is one" {
	local script
	for script in 's/no comment/a comment/' 's/int a/long a/' 's/int a;/\/* int a; *\//' 's/char b; /char b; \/\/ /; s/char b/\/\/ char b/' \
		's/first \*\//first/' 's/int a;/int a; int c;/' 's/int a/inta/' 's/FOO(x) do/FOO (x) do/' 's/x = "/x = " /' '$d' 's/{ \\/{/' \
		's/	int a;/	int\n	a;/' '$a /* not ended'; do
		echo "$script"
		change "$script"
		run -1 cmp -s "$T/src/include/linux/foo.h" "$T/new.h"
		run -1 lib header_is_same "$T/src/include/linux/foo.h" "$T/new.h"
	done
}

@test "a header with new comments only reaches nobody; beside other changes those count" {
	SETUP='TARGET_SOURCE=$T/src
		split() { headers_split "$@"; echo "${CHANGED_FILES[*]} | ${COMMENT_FILES[*]}"; }
		mkdir -p "$WORK/2-tree/unnumbered/include/linux"
		TREE=$T/tree; mkdir -p "$TREE/kpatch"; : >"$TREE/kpatch/makefiles"
		cp "$T/new.h" "$WORK/2-tree/unnumbered/include/linux/foo.h"
		find_all() { PATCHED_FILES=("$@"); affected_find; }'
	change 's/first/1st/'
	run -0 lib split include/linux/foo.h kernel/foo.c
	[[ $output == "kernel/foo.c | include/linux/foo.h" ]]
	run -3 lib find_all include/linux/foo.h
	[[ $output == "kpatch-build: nothing changed: only comments and blanks differ in include/linux/foo.h" ]]
	change 's/int a/long a/'
	run -0 lib split include/linux/foo.h kernel/foo.c
	[[ $output == "include/linux/foo.h kernel/foo.c | " ]]
}

@test "a system call is defined as the kernel's are, and states are there, whether the target has livepatch_helpers.h or not" {
	local own=$TOP/kmod/patch/include name
	mkdir -p "$T/k/linux"
	for name in compiler kernel livepatch static_call syscalls; do : >"$T/k/linux/$name.h"; done
	echo '#define __stringify(x) #x' >"$T/k/linux/stringify.h"
	printf '#include <linux/livepatch_helpers.h>\nKLP_SYSCALL_DEFINE0(a) KLP_SYSCALL_DEFINE2(b)\n#ifdef KLP_STATES\nhas_states\n#endif\nKLP_PRE_PATCH_CALLBACK(f)\n' >"$T/x.c"
	run -0 gcc -E -P "-I$own/first" "-I$T/k" -idirafter "$own" "$T/x.c"
	[[ $output == *"SYSCALL_DEFINE0(a) SYSCALL_DEFINE2(b)"*has_states*pre_patch* ]]
	# All numbers of arguments, in both spellings
	printf '#include <linux/livepatch_helpers.h>\n#include "kpatch-syscall.h"\n' >"$T/all.c"
	for name in 0 1 2 3 4 5 6; do echo "KLP_SYSCALL_DEFINE$name(klp) KPATCH_SYSCALL_DEFINE$name(kpatch)" >>"$T/all.c"; done
	run -0 gcc -E -P "-I$own/first" "-I$T/k" -idirafter "$own" "$T/all.c"
	[[ $(grep '^SYSCALL' <<<"$output") == $(for name in 0 1 2 3 4 5 6; do echo "SYSCALL_DEFINE$name(klp) SYSCALL_DEFINE$name(kpatch)"; done) ]]
	printf '#define KLP_SYSCALL_DEFINE2(x) kernels(x)\n#define KLP_PRE_PATCH_CALLBACK(f) kernels(f)\n' >"$T/k/linux/livepatch_helpers.h"
	run -0 gcc -E -P "-I$own/first" "-I$T/k" -idirafter "$own" "$T/x.c"
	[[ $output == *"SYSCALL_DEFINE0(a) SYSCALL_DEFINE2(b)"*has_states*"kernels(f)"* ]]
}
