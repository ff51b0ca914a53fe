#!/usr/bin/env bats
# The driver and kpatch-farm where their output can't be written: the disk is full, or its reader has gone.
# Scripts for later:
# shellcheck disable=SC2016

load common

setup() {
	common_setup
	export T TOP
	cd "$T" || return
}

# into_full COMMAND...: with its standard output there
into_full() { "$@" >/dev/full; }
# into_closed COMMAND...: into a pipe without a reader
into_closed() {
	local in out
	mkfifo "$T/pipe"
	exec {in}<>"$T/pipe" {out}>"$T/pipe" {in}<&-
	"$@" >&"$out" {out}>&-
}

@test "one message, if the disk is full" {
	local option
	mkdir -p cache/target/x
	for option in --help --version --cache; do
		run -1 into_full "$DRIVER" "$option"
		[[ $output == "kpatch-build: error: standard output can't be written to" ]]
	done
	for option in --help --version; do
		run -1 into_full "$TOP/kpatch-farm/kpatch-farm" "$option"
		[[ $output == "kpatch-farm: error: standard output can't be written to" ]]
	done
	run -1 bash -c '"$@" >&-' - "$DRIVER" --version
	[[ $output == "kpatch-build: error: standard output can't be written to" ]]
	SETUP='found() { STAGE_SUMMARY=this; }' run -1 into_full lib stage target found
	[[ $output == "kpatch-build: error: standard output can't be written to, in stage target" ]]
}

@test "a file that can't be written is not standard output, and gets no line of another" {
	SETUP='disk_full() { return 1; }; f() { { printf this; } >/dev/full; }' run -1 lib f
	[[ $output == *"kpatch-build: error: internal: "*"'printf this' failed; run again with -d and report this" && $output != *"standard output"* ]]
	SETUP='disk_full() { REPLY="there is no space left"; }; f() { { printf this; } >/dev/full; }' run -1 lib f
	[[ $output == *"kpatch-build: error: there is no space left; free some space, "* && $output != *"standard output"* ]]
	SETUP='disk_full() { return 1; }; f() { { echo this; false; } >list; }' run -1 lib f
	[[ $(cat list; echo .) == $'this\n.' ]]
}

@test "a full standard error changes nothing" {
	SETUP='f() { warn this; note that; echo done; }' run -0 bash -c 'lib f 2>/dev/full'
	[[ $output == "done" ]]
	run -4 bash -c '"$1" --what 2>/dev/full' - "$DRIVER"
}

@test "without a reader the run ends without a word, and what it started too" {
	run -141 into_closed "$DRIVER" --help
	[[ ! $output ]]
	rm pipe
	run -141 into_closed "$TOP/kpatch-farm/kpatch-farm" --help
	[[ ! $output ]]
	rm pipe
	SETUP='told() { echo $CHILD >"$T/child"; print_folded this; }' run -141 into_closed lib long_run log told sleep 30
	[[ -s child ]]
	run ! kill -0 "$(<child)"
}

@test "a module that was delivered stays, though that can't be told" {
	mkdir -p work/8-post-link
	echo module >work/8-post-link/livepatch-x.ko
	SETUP='MODULE_NAME=livepatch-x MODULES_MADE=(livepatch-x) OPT_OUTPUT=$T/out' run -0 into_full lib module_deliver
	[[ $output == "kpatch-build: warning: standard output can't be written to; the livepatch was written to $T/out/livepatch-x.ko" ]]
	[[ $(<out/livepatch-x.ko) == module ]]
}

@test "a result that can't be written leaves none of an earlier run" {
	mkdir full
	if ! mount -t tmpfs -o size=16k none full 2>/dev/null; then skip "no file system can be mounted here"; fi
	echo '{}' >full/result
	head -c 1M /dev/zero >full/fill 2>/dev/null || true
	run "$DRIVER" --json full/result --fuzz x x.patch
	[[ ! -e full/result && ! -e full/result.new ]] || status=left
	umount full
	[[ $status == 4 && $output == *"error: --json: $T/full/result can't be written; if there was one of an earlier run, it was removed" ]]
}
