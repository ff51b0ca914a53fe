#!/usr/bin/env bats
# Jobs of all stages in one pool: each begins when what it needs is done, whatever else is still made.
# Scripts for later:
# shellcheck disable=SC2016,SC2030,SC2031,SC2089,SC2090

load common

setup() {
	common_setup
	export T TOP
	SETUP='mkdir -p "$WORK/4-compile"; OPT_JOBS=2
		job() { mkdir -p "$T/${1%/*}"; printf "%s\n" "$2" >"$T/$1.sh"; pool_job "$1" "$T/$1.sh" 0 "${@:3}"; }
		go() { pool_run "$T/log" no_progress; cat "$T/log"; }'
	export SETUP
}

@test "a job waits for what it needs, and for nothing else" {
	# The diff of one is made while two is still compiled: two waits for it.
	SETUP+='; test_it() {
		pool_begin
		job orig/one "echo one >$T/first"
		job orig/two "while [ ! -e $T/second ]; do sleep 0.05; done; echo two >>$T/second"
		job diff/one "cat $T/first >$T/new; mv $T/new $T/second" orig/one orig/not-in-the-pool
		job diff/two "cat $T/second" orig/two
		go
	}'
	run -0 timeout 20 bash -c 'lib test_it'
	[[ $output == $'one\ntwo' ]]
}

@test "of a job that fails, those that need it are left out, and no others" {
	SETUP+='; test_it() {
		pool_begin
		job a "exit 3"
		job b "echo needs a" a
		job c "echo needs b" b
		job d "echo alone"
		go
		pool_begin
		go
	}'
	run -0 lib test_it
	[[ $output == *alone*alone* && $output != *needs* ]]
	# (The second pool was empty: nothing ran.)
	[[ $(grep -c alone <<<"$output") == 2 ]]
}

@test "words come through as they are, also with a build root" {
	SETUP+='; test_it() {
		IN_ROOT=(env "A=it'"'"'s \$HOME # \\ %" sh -c '"'"'echo "$A"; exec "$@"'"'"' -)
		OPT_JOBS=1
		pool_begin
		printf "echo here\n" >"$T/it'"'"'s \$x.sh"
		pool_job x "$T/it'"'"'s \$x.sh" 1
		pool_job y "$T/it'"'"'s \$x.sh" 0
		go
	}'
	run -0 lib test_it
	[[ $output == $'it\'s $HOME # \\ %\nhere\nhere' ]]
	run -0 lib eval 'shell_words $'"'\\303\\244 b'"' c; printf "%s\n" "$REPLY"'
	[[ $output == $'\'\303\244 b\' \'c\'' ]]
}

@test "no more jobs at once than -j says" {
	SETUP+='; test_it() {
		local n
		pool_begin
		for n in 1 2 3 4 5 6; do job "$n" "echo + >>$T/running; sleep 0.2; echo - >>$T/running"; done
		go
	}'
	run -0 lib test_it
	awk '{ n += $1 == "+" ? 1 : -1; if (n > most) most = n; lines++ } END { exit !(most == 2 && lines == 12) }' "$T/running"
}
