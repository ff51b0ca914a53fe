#!/usr/bin/env bats
# --full: what is compared of two kernels that were built entirely, and what is made of a difference. (bench/full builds them.)
# Scripts for later:
# shellcheck disable=SC2016,SC2030,SC2031,SC2089,SC2090

load common

setup() {
	common_setup
	export T TOP
	SETUP='FULL=$WORK/full; mkdir -p "$FULL"/{original,patched}/{fs,arch}
		# Two kernels of three objects each
		kernel() {
			local side=$1 TREE=$FULL/$1
			shift
			(cd "$TREE" && "$@" && for o in fs/*.o arch/*.o; do
				[[ -e ${o%/*}/.${o##*/}.cmd ]] || echo "savedcmd_$o := gcc -D__KERNEL__ -O2 -c -o $o /s/${o%.o}.c ; ./tools/objtool" >"${o%/*}/.${o##*/}.cmd"
			done)
			full_objects >"$FULL/objects.$side"
		}
		c() { echo "$2" >x.c; gcc -O2 -c -o "$1" ${3:-} x.c; }
		s() { printf "%s\n" "$2" | gcc -g -x assembler -c -o "$1" -; }'
	export SETUP
}

@test "the kernel's objects are listed, not programs of the build, nor what was linked" {
	SETUP+='; objects() { c fs/a.o "int a;"; c arch/b.o "int b;"
		echo "cmd_arch/b.o := gcc -D__KERNEL__ -c -o arch/x/../b.o /s/virt/b.c" >arch/.b.o.cmd
		echo "cmd_fs/host.o := gcc -O2 -c -o fs/host.o /s/host.c" >fs/.host.o.cmd
		echo "cmd_fs/all.o := ld -r -o fs/all.o fs/a.o" >fs/.all.o.cmd; }
		test_it() { kernel original objects; cat "$FULL/objects.original"; }'
	run -0 lib test_it
	[[ $output == $'arch/b.o\tarch/x/../b.o\nfs/a.o\tfs/a.o' ]]
}

@test "other bytes are found, and an object of one kernel only; not what only the assembler's debug information says" {
	SETUP+='; original() { c fs/same.o "int f(void) { return 1; }"; c fs/other.o "int f(void) { return 1; }"; s arch/lines.o "nop"; c fs/gone.o "int a;"; }
		patched() { c fs/same.o "int f(void) { return 1; }"; c fs/other.o "int f(void) { return 2; }"; s arch/lines.o "

			nop"; c fs/come.o "int a;"; }
		test_it() { kernel original original; kernel patched patched
			if cmp -s "$FULL"/{original,patched}/arch/lines.o; then echo "nothing to test"; fi
			full_different; echo "$FULL_OBJECTS"; cat "$FULL/different"; }'
	run -0 lib test_it
	[[ $output == $'4\nfs/come.o\nfs/gone.o\nfs/other.o' ]]
}

@test "what differs and belongs to nothing that is patched ends the run; -t limits it; an archive of headers is no code" {
	SETUP+='; objects_of_source() { case $1 in fs/*) REPLY=${1%.c}.o$'"'\t'"'fs/mod$'"'\t'"'mod$'"'\t'"'x ;; *) REPLY="" ;; esac; }
		both() { printf "%s\tgoal/%s\n" $1 $1 >>"$FULL/objects.original"; printf "%s\tgoal/%s\n" $1 $1 >>"$FULL/objects.patched"
			mkdir -p "$FULL"/{original,patched}/${1%/*}; touch "$FULL"/{original,patched}/$1; echo $1 >>"$FULL/different"; }
		test_it() { for o; do both $o; done; full_known; echo "${GOAL[*]}"; cat "$FULL/different"; }'
	run -0 lib test_it fs/a.o kernel/kheaders.o
	[[ $output == $'goal/fs/a.o\nfs/a.o' ]]
	run -2 lib test_it fs/a.o arch/entry.o arch/vdso.o
	[[ ${lines[0]} == "kpatch-build: refused: objects that can't be livepatched differ in the kernels built entirely:" ]]
	[[ ${lines[1]} == "    arch/entry.o [full-differs]" && ${lines[2]} == "    arch/vdso.o [full-differs]" && ${#lines[@]} == 3 ]]
	SETUP+='; OPT_TARGETS=(vmlinux)'
	run -0 lib test_it fs/a.o
	[[ $output == "" ]]
	SETUP+='; OPT_TARGETS=(); rm_one() { both fs/a.o; rm "$FULL/patched/fs/a.o"; full_known; }'
	run -2 lib rm_one
	[[ ${lines[1]} == "    fs/a.o (one of the kernels does not have it) [full-differs]" ]]
}

@test "the same functions, or each that is found one way only" {
	SETUP+='; reports() { mkdir -p "$1/6-diff/fs"; printf "%b" "$2" >"$1/6-diff/fs/a.report"; }
		test_it() { reports "$WORK" "$1"; reports "$FULL/check" "$2"
			full_functions "$WORK" fs/a.o fs/none.o >"$FULL/fast"; full_functions "$FULL/check" fs/a.o >"$FULL/entire"; full_judge; echo same; }'
	run -0 lib test_it 'changed\tf\twhy\nnew\tg\nnote\t-\tx\ty\n' 'new\tg\twhat\nchanged\tf\n'
	[[ $output == same ]]
	run -2 lib test_it 'changed\tf\nnew\tg\n' 'changed\tf\nchanged\tg\nchanged\th\n'
	[[ ${lines[0]} == "kpatch-build: refused: not the same functions change when both kernels are built entirely; please report this:" ]]
	[[ ${lines[1]} == "    fs/a.o: changed g is found only in the kernels built entirely [full-differs]" ]]
	[[ ${lines[2]} == "    fs/a.o: changed h is found only in the kernels built entirely [full-differs]" ]]
	[[ ${lines[3]} == "    fs/a.o: new g is not found in the kernels built entirely [full-differs]" && ${#lines[@]} == 4 ]]
	run -2 lib test_it '' 'changed\tf\n'
	run -2 lib test_it 'copied\tf\n' ''
}

@test "what the run had is as before when it leaves the check, also by an error there" {
	SETUP+='; WORK=$T/work TREE=/tree PATCHED=/patched OBJECTS=(fs/a.o "fs/b c.o") DIFF_NOTES=$'"'two\nlines'"' DIFFS=(x); SIBLING=([fs/new.o]=fs/a.o)
		echo fs/new.o >"$FULL/different"; mkdir "$WORK/2-tree"
		told() { declare -p WORK TREE PATCHED PATCHED_TREE OBJECTS SIBLING DIFFS DIFF_NOTES BASE_DIFFERS RUN_LEAVE; }
		at_exit told
		test_it() { told; full_enter; [[ $WORK == "$FULL/check" && $TREE == "$FULL/original" && ${SIBLING[fs/new.o]} == fs/new.o ]]; "$@"; }'
	run -0 lib test_it full_leave
	[[ ${#lines[@]} == 20 && ${lines[*]:0:10} == "${lines[*]:10}" ]]
	rm -rf "$T/work"
	run -1 --separate-stderr lib test_it die "wrong"
	[[ ${#lines[@]} == 20 && ${lines[*]:0:10} == "${lines[*]:10}" && $stderr == "kpatch-build: error: wrong" ]]
}

@test "that nothing changes is checked, too" {
	SETUP+='; full_check() { echo checked; STAGE_SUMMARY=done; }'
	run -3 lib unchanged "nothing changed: at all"
	[[ $output == "kpatch-build: nothing changed: at all" ]]
	SETUP+='; OPT_FULL=1'
	run -3 lib unchanged "nothing changed: at all"
	[[ ${lines[0]} == checked && ${lines[1]} == "full      done "* && ${lines[2]} == "kpatch-build: nothing changed: at all" ]]
}

@test "--full goes neither with --dry-run nor with --oot-module" {
	fake_source "$T/module"
	rm "$T/module/scripts/Makefile.build"
	: >"$T/a.patch"
	: >"$T/a.ko"
	run -4 "$DRIVER" --full --dry-run "$T/a.patch"
	[[ $output == "kpatch-build: error: --full builds two kernels and --dry-run compiles nothing: give one of them; see kpatch-build --help" ]]
	run -4 "$DRIVER" --full -m "$T/a.ko" --oot-module-src "$T/module" "$T/a.patch"
	[[ $output == "kpatch-build: error: --full builds the kernel, and not the module of --oot-module: give one of them; see kpatch-build --help" ]]
}
