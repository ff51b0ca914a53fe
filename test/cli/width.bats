#!/usr/bin/env bats
# Lines for people fit 80 columns, or what COLUMNS says: help, messages, stages. Records do not change with it.
# Code for later, and each test is a subshell:
# shellcheck disable=SC2016,SC2030,SC2031

load common

setup() {
	common_setup
	export T
	unset COLUMNS
	cd "$T" || return
}

# fits [COLUMNS]: no line of the output is longer
fits() { awk -v width="${1:-80}" 'length > width { print length ": " $0; bad = 1 } END { exit bad }' <<<"$output"; }

# (examples/demo.sh and the scripts of test/integration do so.)
@test "a program that takes only log.sh tells and ends like the driver" {
	run -0 --separate-stderr env TOP="$TOP" bash -c 'set -Eeuo pipefail; OPT_DEBUG=0; source "$TOP/kpatch-build/lib/log.sh"; install_traps
		first() { STAGE_SUMMARY=made; }; stage first first; note well; exit 0'
	[[ $stderr == *well* && $stderr != *json* && $stderr != *JSON* ]]
	run -1 env TOP="$TOP" bash -c 'set -Eeuo pipefail; OPT_DEBUG=0; source "$TOP/kpatch-build/lib/log.sh"; install_traps; die "no more"'
	[[ $output == *"no more" ]]
}

# objects: a pair that is refused for several reasons with long texts
objects() {
	cat >orig.c <<-'EOC'
		extern int printk(const char *, ...);
		int state_of_the_driver_with_a_long_name = 3;
		int __attribute__((section(".init.text"))) set_up_the_driver(int i) { return i * 3; }
		int f(int i) { return printk("text\n") + i + state_of_the_driver_with_a_long_name; }
	EOC
	sed -E 's/ = 3;/ = 4;/; s/i \* 3/i * 4/; s/ \+ i \+/ + 2 * i +/' orig.c >patched.c
	compile_pair
}
diff_them() { "$TOP/build/bin/create-diff-object" "$@" orig.o patched.o vmlinux symtab /dev/null livepatch_test out.o; }

@test "the help of each program" {
	local program command
	for program in "$TOP"/build/bin/*; do
		run -0 "$program" --help
		fits || { echo "$program"; false; }
		for command in $(sed -n 's/^  \([a-z-]*\)   *[A-Z].*/\1/p' <<<"$output"); do
			run -0 "$program" "$command" --help
			fits || { echo "$program $command"; false; }
		done
	done
	run -0 "$DRIVER" --help
	fits
	# The meaning of an option goes on below itself.
	[[ $output == *$'\n      --explain              show why each function is in the module, with the\n                             instructions that differ\n'* ]]
	COLUMNS=70 run -0 "$DRIVER" --help
	fits 70
	run -0 make -s -C "$TOP" help
	fits
	for program in "$TOP"/{kpatch/kpatch,kpatch-farm/kpatch-farm}; do
		run -0 "$program" --help
		fits
		COLUMNS=70 run -0 "$program" --help
		fits 70
	done
}

@test "the rules: for people, or as records" {
	run -0 "$TOP/build/bin/create-diff-object" --list-rules
	fits
	[[ $output == *$'\n  data-removed        a variable was removed, and with it the value that it\n                      holds; may be accepted\n'* ]]
	(($(grep -c '^  [a-z]' <<<"$output") == $("$TOP/build/bin/create-diff-object" --list-rules=records | wc -l)))
	run -1 "$TOP/build/bin/create-diff-object" --list-rules=other
}

@test "a refusal goes on below, and a word that is longer stays whole" {
	objects
	run -2 --separate-stderr diff_them --report report
	output=$stderr
	fits
	[[ $output == *$'state_of_the_driver_with_a_long_name: refused: '*$'\n    '* ]]
	mv report before
	COLUMNS=30 run -2 --separate-stderr diff_them --report report
	[[ $stderr == *$'\npatched.o:\n    state_of_the_driver_with_a_long_name:\n    refused: '* ]]
	# A line each when there is room, and the records are the same with any width.
	COLUMNS=1000 run -2 --separate-stderr diff_them --report wide
	((${#stderr_lines[@]} == 2))
	cmp before report
	cmp before wide
}

@test "lines that scripts look for are not folded" {
	objects
	sed -i 's/ = 4;/ = 3;/; s/i \* 4/i * 3/; s/int f(/int a_function_with_a_name_that_does_not_fit(/' patched.c
	sed -i 's/int f(/int a_function_with_a_name_that_does_not_fit(/' orig.c
	for side in orig patched; do
		gcc -O2 -ffreestanding -fno-pie -mcmodel=kernel -fno-asynchronous-unwind-tables -fcf-protection=none -ffunction-sections \
			-fdata-sections -pg -mfentry -mrecord-mcount -c $side.c
	done
	readelf -sW orig.o >symtab
	COLUMNS=30 run -0 --separate-stderr diff_them
	[[ $output == "patched.o: changed function: a_function_with_a_name_that_does_not_fit" ]]
	COLUMNS=40 run -0 --separate-stderr diff_them --explain
	# Instructions are in columns, and whole; what is said of them is folded.
	[[ $output == *$'a_function_with_a_name_that_does_not_fit:\n    changed: '* ]]
}

@test "messages of the driver" {
	run -4 "$DRIVER" --accept "data-removed" "$T/x.patch"
	SETUP="" run -1 lib die "the tree at /a/path/of/a/tree was changed while it was built, so that nothing can be said of it" "and more"
	fits
	[[ $output == $'kpatch-build: error: the tree at /a/path/of/a/tree was changed while it was built,\n'* || $output == *$'\n    '* ]]
	run -2 lib refuse file-kind $'the patch changes what a livepatch can not change:\n    fs/a-file.S: this file is assembly, and assembly is not compiled from C into an object\n    fs/b.S: short'
	[[ $output == "kpatch-build: refused: the patch changes what a livepatch can not change:
    fs/a-file.S: this file is assembly, and assembly is not compiled from C into
        an object [file-kind]
    fs/b.S: short [file-kind]" ]]
	# A hunk stays in one piece, to be copied.
	COLUMNS=40 run -0 lib warn "left out: the second hunk, which is @@ -10,7 +10,8 @@ of fs/isofs/inode.c"
	[[ $output == "kpatch-build: warning: left out: the
    second hunk, which is
    @@ -10,7 +10,8 @@ of
    fs/isofs/inode.c" ]]
	# A command is one line, to be copied; so is what -d tells of commands.
	COLUMNS=40 run -1 lib die $'missing on this machine: several programs\ninstall with:\n    $ apt-get install --no-install-recommends one two three'
	[[ ${lines[-1]} == '    $ apt-get install --no-install-recommends one two three' && $output == *$'this\n    machine: several programs\ninstall with:'* ]]
	SETUP=OPT_DEBUG=1 COLUMNS=40 run -0 lib debug "run: a command with many words that is longer than a line"
	((${#lines[@]} == 1))
	# What our programs print is shown with 4 blanks before it.
	for COLUMNS in "" 0 x 80; do
		export COLUMNS
		run -0 lib eval 'echo "$WIDTH $COLUMNS"; bash -c "echo \$COLUMNS"'
		[[ $output == $'80 76\n76' ]]
	done
	COLUMNS=120 run -0 lib eval 'echo "$WIDTH $COLUMNS"'
	[[ $output == "120 116" ]]
}

@test "both ways to fold do the same" {
	cat >fold.c <<-'EOF'
		#include "util/fold.h"
		int main(int argc, char **argv) { for (int i = 1; i < argc; i++) fold_put(stdout, argv[i]); }
	EOF
	gcc -D_GNU_SOURCE -I"$TOP/create-diff-object" -o fold fold.c "$TOP/build/libklp.a"
	local text texts=("one two  a bc de f" "a/path/that/is/long and more" "in a/path/that/is/long x" "hunk @@ -1,7 +1,8 @@ of f.c" "  one two 01 2"
		"  -h, --help  show this help, please" "                  a bc d and more" $'one two three\nfour five six seven eight\n    nine ten eleven twelve' "" "   " "x")
	for COLUMNS in 3 8 10 12 17 20 22 24 40; do
		export COLUMNS
		for text in "${texts[@]}"; do
			diff <(./fold "$text") <(SETUP='folded() { fold "$1"; printf "%s\n" "$REPLY"; }' lib folded "$text") || { echo "$COLUMNS: $text"; false; }
		done
	done
}

@test "a stage's time is in the last columns, and a long summary goes on below" {
	run -0 lib stage post-link eval 'STAGE_SUMMARY="short"'
	[[ $output =~ ^'post-link short '\ +[0-9]\.[0-9]' s'$ ]] && ((${#output} == 80))
	fits
	run -0 lib stage diff eval 'STAGE_SUMMARY="12 changed and 3 new function(s), 2 constant(s) with new content; and what else there is to say of them, which is a lot"'
	[[ ${lines[0]} =~ ^'diff      12 changed and 3 new function(s), 2 constant(s) with new '\ +[0-9]\.[0-9]' s'$ ]] && ((${#lines[0]} == 80))
	[[ ${lines[1]} == "          content; and what else there is to say of them, which is a" ]]
	[[ ${lines[2]} == "          lot" && ${#lines[@]} == 3 ]]
	fits
	# Progress in a log
	SETUP="STAGE_NAME=tree PROGRESS_LAST=-100" run -0 lib progress "unpacking linux-source-6.12 and linux-headers-6.12 and all else that is needed"
	[[ $output == "tree      unpacking linux-source-6.12 and linux-headers-6.12 and all else that
          is needed ..." ]]
}

@test "an explanation names sources as the patch does, and is folded then; instructions stay whole" {
	export SETUP='PATCHED=$T/a/long/path/of/a/view/in/the/cache
		mkdir -p "$WORK/6-diff/fs"
		printf "x.o: f: changed\n  +  +0x8     mov     \$\"a text that is so long that it does not fit into the line\", %%rdi\n  source: $PATCHED/fs/x.c:8\n  use: a sentence: that does not fit into the line any more with its indentation\n" >"$WORK/6-diff/fs/x.explanation"'
	run -0 lib diff_show_explanation fs/x.o
	[[ $output == '    x.o: f: changed
      +  +0x8     mov     $"a text that is so long that it does not fit into the line", %rdi
      source: fs/x.c:8
      use: a sentence: that does not fit into the line any more with its
          indentation' ]]
}
