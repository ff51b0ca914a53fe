#!/usr/bin/env bats
# The driver on real stock kernels, for what small trees can't show. The kernels come from the shared cache (KPATCH_CACHE);
# the first use fetches them.
# Each test is a subshell:
# shellcheck disable=SC2030,SC2031

load common

setup_file() { describe_kernels; }

setup() {
	T=$BATS_TEST_TMPDIR
	mkdir "$T/out"
}

# use SERIES: the target's description, and a patch that changes the number of lines of fs/proc/cmdline.c
use() {
	if [[ ! -s $KERNELS_DIR/$1.sh ]]; then skip "no kernel of series $1 can be built"; fi
	# shellcheck source=/dev/null
	source "$KERNELS_DIR/$1.sh"
	change '/seq_putc(m, /i\	if (!m)\n\t\treturn -EINVAL;'
}
# change SCRIPT: a patch of fs/proc/cmdline.c by sed
change() {
	sed "$1" "$TARGET_SOURCE/fs/proc/cmdline.c" >"$T/new.c"
	diff_patch "$TARGET_SOURCE/fs/proc/cmdline.c" "$T/new.c" fs/proc/cmdline.c >"$T/change.patch"
}
# shellcheck disable=SC2120
build() { "$DRIVER" -a "$TARGET_RELEASE" -o "$T/out" "$@" "$T/change.patch"; }
own_tree() {
	"$DRIVER" -s "$1" -c "$TARGET_CONFIG" -v "$TARGET_IMAGE" --symvers "$TARGET_SYMVERS" --modules "$TARGET_MODULES_DIR" \
		-o "$T/out" "${@:2}" "$T/change.patch"
}
# (Not the time of the last change of the inode: it changes when another suite links to the files, as for a copy of the source.)
listing() { (cd "$1" && find . -printf '%p %y %i %m %s %T@\n' | sort); }

@test "6.12: a tree of one's own is not written to" {
	use 6.12
	listing "$TARGET_SOURCE" >"$T/before"
	run -0 own_tree "$TARGET_SOURCE" -n own
	[[ -f $T/out/own.ko ]]
	listing "$TARGET_SOURCE" | cmp "$T/before" -
	[[ $(modinfo -F vermagic "$T/out/own.ko") == "$TARGET_RELEASE "* ]]
}

@test "6.1: a tree of one's own is not written to" {
	use 6.1
	listing "$TARGET_SOURCE" >"$T/before"
	run -0 own_tree "$TARGET_SOURCE" -n own
	listing "$TARGET_SOURCE" | cmp "$T/before" -
	[[ $(modinfo -F vermagic "$T/out/own.ko") == "$TARGET_RELEASE "* ]]
}

@test "source and image of different series are refused" {
	use 6.1
	local source=$TARGET_SOURCE config=$TARGET_CONFIG
	use 6.12
	run -1 own_tree "$source"
	[[ $output == *"source and configuration do not belong together: $TARGET_CONFIG is of Linux 6.12."*", the source is 6.1."* ]]
	run -1 own_tree "$source" -c "$config"
	[[ $output == *"image and source do not belong together: the source is 6.1."*", the image says 'Linux version 6.12."* ]]
}

@test "a patched source that does not compile ends with 6 and shows file and line as patched" {
	use 6.12
	change '/seq_putc(m, /i\	int i = 0;\n\ti++;\n\tnonsense(m);'
	run -6 build
	local number
	number=$(grep -n nonsense "$T/new.c" | cut -d: -f1)
	[[ $output == *"fs/proc/cmdline.c:$number:9: error: "*nonsense* ]]
	[[ $output == *"the patched source does not compile: fs/proc/cmdline.o"* ]]
	[[ -z $(ls -A "$T/out") ]]
}

@test "what is not in the object because nothing uses it is told by the compiler, with its line" {
	use 6.12
	local text='s/seq_putc(m, .*/seq_puts(m, "x");/'
	change '/^static int cmdline_proc_show/i\#include "kpatch-macros.h"\nstatic struct klp_state states[] = {{.id = 1}, {}};
		/^static int __init/i\static int forgotten(patch_object *obj)\n{\n\treturn 0;\n}\n'$'\n'"$text"
	run -0 build
	[[ $output == *"    fs/proc/cmdline.c: warning: 'states' defined but not used [-Wunused-variable] (fs/proc/cmdline.c:$(grep -n states "$T/new.c" | cut -d: -f1))"$'\n'* ]]
	[[ $output == *"    fs/proc/cmdline.c: warning: 'forgotten' defined but not used [-Wunused-function] (fs/proc/cmdline.c:$(grep -n forgotten "$T/new.c" | cut -d: -f1))"$'\n'* ]]
	change "$text"
	run -0 build
	[[ $output != *warning* ]]
}

@test "two lines of a patch may have one number" {
	use 6.12
	# (After the first hunk the numbering goes on as in the original.)
	local at=$(($(grep -n '^static int __init' "$TARGET_SOURCE/fs/proc/cmdline.c" | cut -d: -f1)))
	two() {
		change "1a\\$1$(printf '\\n%.0s' $(seq $((at - 2))))$2
			/^static int __init/i\\$3
			s/seq_putc(m, .*/seq_puts(m, \"x\");/"
	}
	two '#include "kpatch-macros.h"' 'KPATCH_IGNORE_SECTION(".data.one");\nint one = 1;' 'KPATCH_IGNORE_SECTION(".data.two");\nint two = 2;'
	run -0 build
	[[ $output == *".data.one: warning: its changes are left out"* && $output == *".data.two: warning: its changes are left out"* ]]
	two '#define NAME __PASTE(name, __LINE__)' 'int NAME;' 'int *NAME;'
	run -6 build
	[[ $output == *"fs/proc/cmdline.c:2:"*" error: conflicting types for 'name$at'"* ]]
}

@test "a comment changes nothing, whatever it does to the line numbers" {
	use 6.1
	change '/seq_putc(m, /i\	/* a comment\n\t * of lines */'
	run -3 build
	[[ $output == *"nothing changed"* && -z $(ls -A "$T/out") ]]
}

@test "a function that differs in the image by one byte fails the base check" {
	use 6.1
	local address start offset
	address=$((0x$(awk '$3 == "cmdline_proc_show" { print $1 }' "$TARGET_KALLSYMS")))
	read -r start offset < <(readelf -SW "$TARGET_VMLINUX" | sed -nE 's/^ *\[ *[0-9]+\] \.text +PROGBITS +([0-9a-f]+) ([0-9a-f]+).*/\1 \2/p')
	cp "$TARGET_VMLINUX" "$T/vmlinux"
	printf '\xcc' | dd of="$T/vmlinux" bs=1 seek=$((address - 0x$start + 0x$offset)) conv=notrunc status=none
	TARGET_IMAGE=$T/vmlinux
	run -2 own_tree "$TARGET_SOURCE"
	[[ $output == *"    fs/proc/cmdline.o: cmdline_proc_show+0: compiled e8, kernel has cc; the source, config or compiler differs from the one the kernel was built with (1 of 2 functions match)"* ]]
	[[ $output == *"the compiled code is not what $TARGET_RELEASE runs"*"fs/proc/cmdline.o"* ]]
	[[ -z $(ls -A "$T/out") ]]

	# With --skip-base-check it is a warning, the module is built and says so, and who checks it is told.
	run -0 own_tree "$TARGET_SOURCE" --skip-base-check
	[[ $output == *"fs/proc/cmdline.o: cmdline_proc_show+0: warning: compiled e8, kernel has cc; "*"(1 of 2 functions match)"* ]]
	[[ $output == *"warning: fs/proc/cmdline.o: not what $TARGET_RELEASE runs (--skip-base-check)"* ]]
	[[ $(modinfo -F base_check "$T/out/livepatch-change.ko") == skipped ]]
	[[ $(modinfo -F base_differs "$T/out/livepatch-change.ko") == fs/proc/cmdline.o ]]
	run -0 "$TOP/build/bin/klp-verify" "$T/out/livepatch-change.ko" --vmlinux "$TARGET_IMAGE" --symvers "$TARGET_SYMVERS"
	[[ $output == *"the base check failed for fs/proc/cmdline.o"* ]]
}

@test "a module whose base was found says nothing of it" {
	use 6.1
	run -0 build --skip-base-check
	[[ $output != *"warning: "*"(--skip-base-check)"* && -z $(modinfo -F base_check "$T/out/livepatch-change.ko") ]]
}

@test "image and Module.symvers of different builds are noticed before anything is compiled" {
	use 6.12
	local symvers=$TARGET_SYMVERS
	use 6.1
	TARGET_SYMVERS=$symvers
	run -1 own_tree "$TARGET_SOURCE"
	[[ $output == *"Module.symvers: "*" exports differ)"*"image and Module.symvers do not belong together"* ]]
	# One CRC is enough.
	use 6.1
	sed -E '0,/\tvmlinux\t/s/^0x......../0x01020304/' "$TARGET_SYMVERS" >"$T/symvers"
	TARGET_SYMVERS=$T/symvers
	run -1 own_tree "$TARGET_SOURCE"
	[[ $output == *": CRC 0x01020304, the image has 0x"*"(1 of "*" exports differ)"* && $output != *"compile "* ]]
}

@test "interrupted while it compiles or links: no module, and the next run works" {
	use 6.12
	local stage status
	for stage in affected diff; do
		build >"$T/log" 2>&1 3>&- &
		until grep -q "^$stage " "$T/log" || ! kill -0 $! 2>/dev/null; do sleep 0.02; done
		kill -TERM $!
		status=0
		wait $! || status=$?
		[[ $status == 143 ]]
		[[ -z $(ls -A "$T/out") ]]
	done
	run -0 build
	[[ -f $T/out/livepatch-change.ko ]]
}

@test "two runs at the same time do not disturb each other" {
	use 6.1
	mkdir "$T/other"
	build 3>&- &
	"$DRIVER" -a "$TARGET_RELEASE" -o "$T/other" "$T/change.patch" 3>&-
	wait $!
	cmp "$T/out/livepatch-change.ko" "$T/other/livepatch-change.ko"
}

@test "objects tell lines from other numbers, and the module has no debug information" {
	local line
	keep_objects "$T/kept"
	for line in 6.12 6.1; do
		use "$line"
		run -0 build -n "lines_${line/./_}"
		readelf -SW "$T/kept/orig/fs/proc/cmdline.o" >"$T/orig"
		readelf -SW "$T/kept/patched/fs/proc/cmdline.o" >"$T/patched"
		grep -F ' .debug_line ' "$T/orig"
		grep -F ' .debug_line ' "$T/patched"
		readelf -SW "$T/out/lines_${line/./_}.ko" >"$T/module"
		run -1 grep -F .debug_ "$T/module"
		rm -rf -- "$T/out"
		mkdir "$T/out"
	done
}
