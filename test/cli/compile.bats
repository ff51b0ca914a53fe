#!/usr/bin/env bats
# What is made of a compiler that fails.

load common

setup() {
	common_setup
	export T
	export SETUP='mkdir -p "$WORK/4-compile/patched" "$WORK/4-compile/orig"
		in_root() { false; }
		compile_with_own_lines() { :; }
		# fail SIDE LINE...: an object whose compiler said this
		fail() {
			local side=$1
			shift
			SCRIPTS_WANTED=("$WORK/4-compile/$side/fs/x.o")
			mkdir -p "$WORK/4-compile/$side/fs"
			printf "%s\n" "$@" >"${SCRIPTS_WANTED[0]}.log"
			compile_failures "$side"
		}'
}

@test "an error of the source, by file or by objtool" {
	run -6 lib fail patched "In file included from x.h:1:" "fs/x.c:12:3: error: expected ';' before 'return'"
	[[ ${lines[-1]} == "kpatch-build: error: the patched source does not compile: fs/x.o" ]]
	run -6 lib fail patched "/tmp/ccx.s: Assembler messages:" "/tmp/ccx.s:12: Error: no such instruction"
	run -6 lib fail patched "{standard input}: Assembler messages:" "{standard input}:12: Error: symbol \`q' is already defined"
	run -6 lib fail patched "{standard input}: Error: invalid operands"
	run -6 lib fail patched "fs/x.c:12:3: internal compiler error: in f, at g.c:1"
	run -6 lib fail patched "fs/x.c:12:3: fatal error: y.h: No such file or directory"
	run -6 lib fail patched "fs/x.o: warning: objtool: f+0x1: unreachable"
	run -1 lib fail orig "fs/x.c:12:3: error: expected ';' before 'return'"
	[[ ${lines[-1]} == *"the unpatched source does not compile: orig/fs/x.o"* ]]
}

@test "a compiler that was killed says nothing of the source" {
	local side said
	for side in patched patched-keys orig; do
		for said in "gcc: fatal error: Killed signal terminated program cc1" "cc1: out of memory allocating 65536 bytes after a total of 1 bytes" \
			$'fs/x.c:12:3: warning: unused variable\nclang: error: unable to execute command: Killed' "" \
			$'fs/x.c: In function \'set_error\':\nfs/x.c:12:3: warning: unused variable \'error\'\ngcc: fatal error: Killed signal terminated program cc1' \
			$'/tmp/ccx.s: Assembler messages:\n/tmp/ccx.s: Fatal error: can\'t write 65 bytes to section .text of fs/x.o: \'No space left on device\''; do
			run -1 lib fail $side "$said"
			[[ ${lines[-1]} == "kpatch-build: error: the compiler failed without naming an error in the source:"*"fs/x.o; it may have run out of memory. Run again with a smaller -j" ]]
		done
	done
}

@test "nor does one that had no room to write to" {
	export SETUP="$SETUP"'
		disk_full() { REPLY="there is no space left in $CACHE"; }'
	run -1 lib fail patched "fs/x.c:12:3: fatal error: error writing to /tmp/ccx.s: No space left on device"
	[[ $output == *"note: there is no space left in $T/cache: this may be the reason"* ]]
}

@test "a command that compiles another source than the patched one is not taken for the patched side" {
	export SETUP='TARGET_SOURCE=$T/src PATCHED=$T/view TREE=$T/tree CODE=kernel
		reads() { REPLY=$1; compile_reads_patched && [[ $REPLY == "$1" ]]; }'
	local source
	for source in "$T/view/kernel/x.c" "$T/tree/kernel/x.asn1.c" kernel/x.asn1.c ../view/kernel/x.c; do
		run -0 lib reads "gcc -include $T/view/include/foo.h -c -o x.o $source "
	done
	for source in "$T/src/kernel/x.c" "$T/elsewhere/x.c" ../src/kernel/x.c "$T/viewed/x.c"; do
		run -1 lib reads "gcc -include $T/view/include/foo.h -I$T/view/include -I $T/view -c -o x.o $source"
	done
}

@test "no patched object may have read an original file, by its path or by a link of another name" {
	mkdir -p "$T/src/include" "$T/view/include" "$T/work/4-compile/patched/kernel"
	: >"$T/src/include/foo.h"
	: >"$T/view/include/foo.h"
	ln -s "$T/src/include/foo.h" "$T/view/include/hidden.h"
	export SETUP='TARGET_SOURCE=$T/src PATCHED=$T/view TREE=$T PATCHED_FILES=(include/foo.h)'
	printf 'kernel/x.o: %s \\\n  %s\n' "$T/view/include/foo.h" /dev/null >"$T/work/4-compile/patched/kernel/x.o.part.d"
	run -0 lib compile_check_sides
	[[ -z $output ]]
	local file
	for file in "$T/src/include/foo.h" "$T/view/include/hidden.h" view/include/../include/hidden.h; do
		printf 'kernel/x.o: %s \\\n  %s \\\n' "$T/view/include/foo.h" "$file" >"$T/work/4-compile/patched/kernel/x.o.part.d"
		run -1 lib compile_check_sides
		[[ $output == *"not with the patched one"* ]]
	done
}
