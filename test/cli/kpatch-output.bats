#!/usr/bin/env bats
# kpatch where it can't write, is interrupted, or finds files that somebody has changed by hand; with a kernel of files (running-root.bash).

load common
load running-root

setup_file() {
	export T=$BATS_FILE_TMPDIR TOP
	running_modules
	running_programs
}

setup() { running_kpatch; }

@test "output that can't be written keeps no livepatch from being loaded, and is told" {
	kpatch install ./zzzz.ko ./aaaa.ko
	run -1 bash -c '"$TOP/kpatch/kpatch" load --all >/dev/full' bash
	[[ $output == "kpatch: error: standard output can't be written to; everything else was done" ]]
	[[ $(cat "$R/log") == $'insmod zzzz\ninsmod aaaa' ]]
	# Errors neither.
	echo text >"$STORE/zzzz.ko"
	kpatch unload --all
	run -1 bash -c '"$TOP/kpatch/kpatch" load --all >/dev/full 2>&1' bash
	[[ $(tail -n 1 "$R/log") == "insmod aaaa" ]]
	run -1 bash -c '"$TOP/kpatch/kpatch" list --json >/dev/full' bash
	[[ $output == "kpatch: error: standard output can't be written to; everything else was done" ]]
	for option in --help --version; do
		run -1 bash -c '"$TOP/kpatch/kpatch" "$1" >/dev/full' bash "$option"
		[[ $output == "kpatch: error: standard output can't be written to; everything else was done" ]]
	done
}

@test "a reader that wants no more is no error" {
	kpatch install ./zzzz.ko ./aaaa.ko
	mkfifo closed
	run -0 bash -c '"$TOP/kpatch/kpatch" load --all 2>&1 >closed & exec 3<closed; exec 3<&-; wait $!' bash
	[[ ! $output && $(tail -n 1 "$R/log") == "insmod aaaa" ]]
}

@test "a disk that is full keeps no livepatch from being loaded" {
	mkdir -p full
	if ! mount -t tmpfs -o size=100k none full 2>/dev/null; then skip "no file system can be mounted here"; fi
	kpatch install ./zzzz.ko
	head -c 1M /dev/zero >full/fill 2>/dev/null || true
	run env TMPDIR="$T/full" "$TOP/kpatch/kpatch" load zzzz
	umount full
	[[ $status == 0 && $output == "zzzz is loaded" && $(ls "$R/run") == kpatch.lock ]]
}

@test "a kernel that knows no modules has none loaded" {
	rm "$R/proc/modules"
	run -0 kpatch list
	[[ ${lines[0]} == "Loaded:" && $output != *"No such file"* ]]
	run -0 kpatch status
	run -0 kpatch unload --all
	[[ $output == "no livepatch is loaded" ]]
}

@test "nowhere a temporary file" {
	rm -r "$R/run"
	run -1 env TMPDIR=/nowhere "$TOP/kpatch/kpatch" verify ./good.ko
	[[ $output == "kpatch: error: no directory for temporary files can be made in /nowhere; set TMPDIR" ]]
}

# ends_at_once PID: after SIGTERM
ends_at_once() {
	local status=0 begin=${EPOCHREALTIME/./}
	kill -TERM "$1"
	wait "$1" || status=$?
	[[ $status == 143 && $((${EPOCHREALTIME/./} - begin)) -lt 1000000 ]]
}

# waits_and_ends LOCK COMMAND...: kpatch, while another holds this lock
waits_and_ends() {
	local lock pid
	exec {lock}>"$1"
	flock "$lock"
	"$TOP/kpatch/kpatch" "${@:2}" 2>waits {lock}>&- 3>&- &
	pid=$!
	until grep -q "waiting for another kpatch" waits; do sleep 0.05; done
	sleep 0.2
	ends_at_once "$pid"
	exec {lock}>&-
}

@test "one that waits for a lock, or for klp-verify, ends at once" {
	local pid
	waits_and_ends "$R/run/kpatch.lock" load ./good.ko
	kpatch install ./zzzz.ko
	waits_and_ends "$STORE/.lock" install ./aaaa.ko
	mkdir -p slow
	printf '#!/bin/sh\necho $$ >%q/child\nexec sleep 30\n' "$T" >slow/klp-verify
	chmod +x slow/klp-verify
	KPATCH_BIN=$T/slow "$TOP/kpatch/kpatch" load --json ./good.ko >told 3>&- &
	pid=$!
	until [[ -s child ]]; do sleep 0.05; done
	ends_at_once "$pid"
	run ! kill -0 "$(<child)"
	# (What klp-verify says goes to a file; this does not.)
	[[ $(jq .exit.result told) == '"interrupted"' ]]
	[[ ! -e $R/log && $(ls "$R/run") == kpatch.lock ]]
}

@test "a transition that a thousand tasks hold up has its JSON" {
	local pid
	kpatch load ./good.ko
	echo 1 >"$KLP/good/transition"
	mkdir -p "$R"/proc/{1001..2000}/task
	task 1001 "worker thread" S 0 0 hrtimer_nanosleep patched_fn some_other_function_of_the_kernel ksys_read do_syscall_64
	for pid in {1002..2000}; do ln -s "$R/proc/1001/task/1001" "$R/proc/$pid/task/$pid"; done
	run -6 --separate-stderr kpatch status --json
	is '(.tasks | length) == 1000 and .tasks[999].pid == 2000 and .tasks[0].stack[1] == "patched_fn"'
}

@test "JSON also where an option is not known" {
	run -4 --separate-stderr kpatch list --json --what
	is '.exit == {status: 4, result: "usage"} and .command == null and (.messages | length) == 1'
	run -4 --separate-stderr kpatch load --what 'a --json b'
	[[ ! $output ]]
}

@test "an order that was written by hand; files of any name" {
	local name
	kpatch install ./aaaa.ko ./mmmm.ko ./zzzz.ko
	printf 'zzzz.ko\r\n  mmmm  \n\n# a remark\n$(touch pwned)\n@\nfoo]\nzzzz\naaaa' >"$STORE/order"
	for name in 'a$(touch pwned)' '@' '*' 'foo]' $'a\nb'; do echo text >"$STORE/$name.ko"; done
	run -0 --separate-stderr kpatch list --json
	is '[.modules[].name] == ["zzzz", "mmmm", "aaaa"] and (.messages | length) == 5'
	[[ $stderr == *"a?b.ko is no kernel module, and is left out"* ]]
	run -0 kpatch load --all
	[[ $(cat "$R/log") == $'insmod zzzz\ninsmod mmmm\ninsmod aaaa' ]]
	[[ ! -e pwned && ! -e $STORE/pwned ]]
	# What counts how often the machine went down, too.
	kpatch unload --all
	printf 'zzzz x\nmmmm 99999999\naaaa\n$(touch pwned) 2\n' >"$STORE/.loading"
	run -0 kpatch load --all
	[[ ! -e pwned ]]
}

@test "what one kpatch leaves behind is not what another is writing" {
	# The first one ends while the second writes.
	kpatch install ./zzzz.ko
	printf '#!/bin/bash\nmodinfo=$(PATH=${PATH#*:} command -v modinfo)\n[[ ! -e %q/aaaa.ko ]] || echo text >%q/.order.new\nexec "$modinfo" "$@"\n' "$STORE" "$STORE" >bin/modinfo
	chmod +x bin/modinfo
	run -0 kpatch install ./aaaa.ko
	[[ $(<"$STORE/.order.new") == text ]]
}
