#!/usr/bin/env bats
# kpatch-build --check: one page on what the author has to judge, and no module.

load common

setup_file() { describe_kernels; }

setup() {
	T=$BATS_TEST_TMPDIR
	mkdir "$T/out"
	if [[ ! -s $KERNELS_DIR/6.12.sh ]]; then skip "no kernel of series 6.12 can be built"; fi
	# shellcheck source=/dev/null
	source "$KERNELS_DIR/6.12.sh"
}

# check SED-SCRIPT [OPTION...]: of a patch of fs/proc/cmdline.c; the page and all else, in order
check() {
	sed "$1" "$TARGET_SOURCE/fs/proc/cmdline.c" >"$T/new.c"
	diff_patch "$TARGET_SOURCE/fs/proc/cmdline.c" "$T/new.c" fs/proc/cmdline.c >"$T/change.patch"
	"$DRIVER" -a "$TARGET_RELEASE" -o "$T/out" "${@:2}" "$T/change.patch" 2>"$T/messages"
}
page() { sed -n '/^Check of /,$p' <<<"$output"; }

readonly LOCKS='/^static int cmdline_proc_show/i\static DEFINE_MUTEX(cmdline_mutex);
	/seq_puts(m, saved/i\	mutex_lock(\&cmdline_mutex);\n\tif (!m->count)\n\t\treturn -EAGAIN;
	/seq_putc(m/a\	mutex_unlock(\&cmdline_mutex);'

@test "what is in the livepatch, function by function, and what is to be judged" {
	run -0 check "$LOCKS" --check
	diff <(page) - <<-EOF
		Check of change.patch for $TARGET_RELEASE

		fs/proc/cmdline.o (vmlinux)
		  cmdline_proc_show: changed; ftrace can reach it
		    note: takes or releases locks differently, judging by its calls: mutex_lock(cmdline_mutex) 1 instead of 0, mutex_unlock(cmdline_mutex) 1 instead of 0; returns with 0 or 1 more locks held than at its entry, instead of 0; old and new code run at the same time [locks-changed]

		Can be livepatched: 1 changed and 0 new function(s). To be judged: 0 warning(s), 1 note(s).
	EOF
	[[ ! -s $T/messages && -z $(ls -A "$T/out") ]]
	grep -q '^fs/proc/cmdline.o' <<<"$output"
	COLUMNS=80 run -0 check "$LOCKS" --check
	[[ -z $(page | grep -E '.{81}') ]]
	grep -q '^        [a-z]' <<<"$output"
}

@test "what is refused is on the page too, and the exit status is that of a build" {
	run -2 check 's/"cmdline", 0,/"cmdline", 0400,/' --check
	diff <(page | sed 's/@@ [-+0-9, ]* @@/@@ @@/') - <<-EOF
		Check of change.patch for $TARGET_RELEASE

		fs/proc/cmdline.o (vmlinux)
		  proc_cmdline_init:
		    refused: changed __init or __exit function: it has already run, or runs only once; patch the code that uses its result (hunk @@ @@ of fs/proc/cmdline.c) [init-code]

		Refused: 1 reason(s), see above.
	EOF
	[[ $(<"$T/messages") == "kpatch-build: refused: the patch can't be livepatched, for the reasons above (1 object(s))" ]]
	[[ -z $(ls -A "$T/out") ]]
}

@test "--explain shows the page with a build" {
	run -0 check "$LOCKS" --explain -n checked
	[[ $output == *"Check of change.patch for $TARGET_RELEASE"*"Can be livepatched: 1 changed and 0 new function(s). To be judged: 0 warning(s), 1 note(s)."*"verify "* ]]
	[[ -f $T/out/checked.ko ]]
}

@test "an object of which nothing is to be said has no heading" {
	export T
	mkdir -p "$T/bin" "$T/work/6-diff/kernel"
	printf 'functions\t0\nstatus\tunchanged\n' >"$T/work/6-diff/kernel/same.report"
	printf 'functions\t1\nchanged\tf\nstatus\twritten\n' >"$T/work/6-diff/kernel/other.report"
	: | tee "$T"/work/6-diff/kernel/{same,other}.report.lines
	cat "$T"/work/6-diff/kernel/*.report >"$T/work/6-diff/report"
	export SETUP='OPT_CHECK=1 PATCHES=(x.patch) TARGET_RELEASE=6.12.3 OBJECTS=(kernel/same.o kernel/other.o); MODULE[kernel/same.o]=vmlinux MODULE[kernel/other.o]=vmlinux'
	run -0 lib check_page
	diff <(page) - <<-EOF
		Check of x.patch for 6.12.3

		kernel/other.o (vmlinux)
		  f: changed; ftrace can reach it

		Can be livepatched: 1 changed and 0 new function(s).
	EOF
}
