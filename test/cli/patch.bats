#!/usr/bin/env bats
# Applying patches: what applies, what is refused, and the view of the source that is patched.
# Code for later; a pattern that is meant to expand:
# shellcheck disable=SC2016,SC2086,SC2116,SC2030,SC2031

load common

setup() {
	common_setup
	export T
	fake_source "$T/src"
	export SETUP='TARGET_SOURCE=$T/src TARGET_SOURCE_ID=1 TARGET_RELEASE=6.12.3
		apply() { PATCHES=("$@"); patch_apply; echo "files: ${PATCHED_FILES[*]}"; }
		keep() { OPT_KEEP=1; apply "$@"; }
		with_fuzz() { OPT_FUZZ=2; apply "$@"; }'
	sed 's/return 1/return 11/' "$T/src/kernel/foo.c" >"$T/new.c"
	diff_patch "$T/src/kernel/foo.c" "$T/new.c" kernel/foo.c >"$T/good.patch"
	# Expanded where it is used: the view is not there yet.
	# shellcheck disable=SC2125
	view=$T/cache/view/src_*.1
}
checksums() { (cd "$T/src" && find . -type f -print0 | sort -z | xargs -0 sha256sum; find . -printf '%p %y %T@\n' | sort); }

# new_file NAME: a patch that adds it; change_file NAME: one that changes a file of that name
change_file() {
	mkdir -p "$T/src/$(dirname "$1")"
	printf 'old\n' >"$T/src/$1"
	diff_patch "$T/src/$1" <(echo new) "$1" >"$T/x.patch"
}

@test "a patch applies to the view and leaves the source alone" {
	checksums >"$T/before"
	run -0 lib apply "$T/good.patch"
	[[ ${lines[-1]} == "files: kernel/foo.c" ]]
	grep -q 'return 11' $view/kernel/foo.c
	[[ -L $(echo $view/include/linux/foo.h) ]]
	[[ -d $(echo $view/include/linux) && ! -L $(echo $view/include/linux) ]]
	checksums | diff "$T/before" -
}

@test "the next run gets the view as new, also after a killed one" {
	lib apply "$T/good.patch"
	printf -- '--- a/include/linux/foo.h\n+++ b/include/linux/foo.h\n@@ -1 +1,2 @@\n #define FOO 1\n+#define BAR 2\n' >"$T/h.patch"
	run -0 lib apply "$T/h.patch"
	[[ -L $(echo $view/kernel/foo.c) ]]
	grep -q 'return 1;' $view/kernel/foo.c
	grep -q BAR $view/include/linux/foo.h
	[[ $(echo "$T"/cache/view/*.1) == $(echo "$T"/cache/view/*.[0-9]) ]]
}

@test "two runs at a time have two views" {
	SETUP+='; both() { apply "$1"; local first=$PATCHED; patch_make_view; [[ $PATCHED != "$first" ]]; grep -q "return 11" "$first/kernel/foo.c"; }'
	run -0 lib both "$T/good.patch"
}

@test "several patches build on each other, in the order given" {
	sed 's/return 11/return 111/' "$T/new.c" >"$T/newer.c"
	diff_patch "$T/new.c" "$T/newer.c" kernel/foo.c >"$T/second.patch"
	run -0 lib apply "$T/good.patch" "$T/second.patch"
	grep -q 'return 111;' $view/kernel/foo.c
	run -5 lib apply "$T/second.patch" "$T/good.patch"
}

@test "a patch that does not apply ends with 5 and names the hunk" {
	sed -i 's/return 1;/return 5;/' "$T/src/kernel/foo.c"
	run -5 lib apply "$T/good.patch"
	[[ $output == *"good.patch does not apply to the source of 6.12.3"* ]]
	[[ $output == *"Hunk #1 FAILED"* ]]
}

@test "a patch that is in already is told as such" {
	cp "$T/new.c" "$T/src/kernel/foo.c"
	run -5 lib apply "$T/good.patch"
	[[ $output == *"the target has this change already"* ]]
}

@test "differing context is refused, and allowed with --fuzz" {
	sed -i 's/^int one/long one/' "$T/src/kernel/foo.c"
	run -5 lib apply "$T/good.patch"
	[[ $output == *"--fuzz 2"* ]]
	run -0 lib with_fuzz "$T/good.patch"
	[[ $output == *"applied with fuzz"* ]]
}

@test "a file that the source does not have" {
	sed 's/foo\.c/bar.c/' "$T/good.patch" >"$T/x.patch"
	run -5 lib apply "$T/x.patch"
	[[ $output == *"changes kernel/bar.c, which the source of 6.12.3 does not have"* ]]
}

@test "no patch at all" {
	echo "some text" >"$T/x.patch"
	run -5 lib apply "$T/x.patch"
	[[ $output == *"is it a patch in unified format"* ]]
}

@test "all files that can't be livepatched are named at once" {
	local name
	for name in kernel/entry.S kernel/Makefile Kconfig arch/x86/vmlinux.lds arch/x86/syscalls.tbl rust/x.rs kernel/data.bin; do
		change_file "$name"
		cat "$T/x.patch" >>"$T/all.patch"
	done
	run -2 lib apply "$T/all.patch"
	for name in kernel/entry.S kernel/Makefile Kconfig arch/x86/vmlinux.lds arch/x86/syscalls.tbl rust/x.rs kernel/data.bin; do
		[[ $output == *"    $name: "* ]]
	done
}

@test "new and removed source files are refused, new headers are not" {
	diff -u --label /dev/null --label b/kernel/new.c /dev/null "$T/new.c" >"$T/x.patch" || true
	run -2 lib apply "$T/x.patch"
	[[ $output == *"kernel/new.c: a new source file"* ]]
	diff -u --label a/kernel/foo.c --label /dev/null "$T/src/kernel/foo.c" /dev/null >"$T/x.patch" || true
	run -2 lib apply "$T/x.patch"
	[[ $output == *"kernel/foo.c: a source file that goes away"* ]]
	diff -u --label /dev/null --label b/include/new/x.h /dev/null "$T/new.c" >"$T/x.patch" || true
	run -0 lib apply "$T/x.patch"
	[[ -f $(echo $view/include/new/x.h) ]]
}

@test "documentation is ignored, and alone it changes nothing" {
	change_file Documentation/foo.rst
	run -3 lib apply "$T/x.patch"
	[[ $output == *"ignored: Documentation/foo.rst"* ]]
	run -0 lib apply "$T/x.patch" "$T/good.patch"
}

@test "a path that leaves the tree is refused" {
	sed 's,kernel/foo\.c,../../foo.c,' "$T/good.patch" >"$T/x.patch"
	run -2 lib apply "$T/x.patch"
	[[ $output == *"leaves the source tree"* ]]
}

@test "lines that only look like file names are not" {
	printf -- '--- a/kernel/foo.c\n+++ b/kernel/foo.c\n@@ -1,2 +1,2 @@\n--- a/x.S\n+++ b/x.S\n {\n' >"$T/x.patch"
	run -0 lib patch_files "$T/x.patch"
	[[ $output == kernel/foo.c$'\t'kernel/foo.c ]]
}
