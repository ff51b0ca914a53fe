#!/usr/bin/env bats
# A run that is interrupted leaves nothing: no child, no work directory, no module; the next one just works.
# Scripts for later:
# shellcheck disable=SC2016,SC2153

load common

setup() {
	common_setup
	export T
	fake_source "$T/src"
	fake_config "$T/config"
	fake_image "$T/image"
	: >"$T/Module.symvers"
	: >"$T/x.patch"
	# The first long step sleeps and tells its process.
	sleeps_at elf
}
teardown() {
	if [[ -s $T/child ]]; then kill "$(<"$T/child")" 2>/dev/null || true; fi
}

# sleeps_at COMMAND: of klp-place, so that the driver waits there. (The driver does not hand on T.)
sleeps_at() { fake_tool klp-place "case \$1 in $1) echo \$\$ >'$T/child'; exec sleep 20 ;; elf) ;; *) exit 1 ;; esac"; }

start() {
	rm -f "$T/child"
	env --default-signal=INT,HUP,TERM "$DRIVER" -s "$T/src" -c "$T/config" -v "$T/image" -o "$T/out" "$T/x.patch" >"$T/log" 2>&1 &
	driver=$!
	local i
	for i in {1..1200}; do
		if [[ -s $T/child ]]; then return; fi
		sleep 0.05
	done
	echo "status $status"; cat "$T/log"
	return 1
}

# lives PROCESS: it runs. (One that has ended can wait long for its first process to take note, where that of the system is slow.)
lives() {
	local stat=""
	{ read -r stat <"/proc/$1/stat"; } 2>/dev/null || true
	[[ $stat && ${stat##*) } != [ZX]* ]]
}

interrupted_with() {
	start
	interrupted_now "$@"
}
interrupted_now() {
	local signal=$1 want=$2 status=0
	kill "-$signal" "$driver"
	wait "$driver" || status=$?
	[[ $status == "$want" ]]
	grep -q "interrupted; nothing was written" "$T/log"
	! grep -q internal "$T/log"
	run ! lives "$(<"$T/child")"
	[[ -z $(ls "$T/cache/work") && -z $(ls -A "$T/out") ]]
}

@test "SIGTERM ends with 143" { interrupted_with TERM 143; }
@test "SIGINT ends with 130" { interrupted_with INT 130; }
@test "SIGHUP ends with 129" { interrupted_with HUP 129; }

# a_second -> LIMIT: in microseconds, and what a machine that is busy needs more for a run that does nothing
a_second() {
	local begin=${EPOCHREALTIME/./}
	"$DRIVER" --version >"$T/version"
	LIMIT=$((1000000 + 4 * (${EPOCHREALTIME/./} - begin)))
}

# ended_in_time SIGNAL STATUS: the driver ends within a second, though all that it does is wait for a command that knows of nothing
ended_in_time() {
	local begin LIMIT
	start
	a_second
	begin=${EPOCHREALTIME/./}
	interrupted_now "$@"
	((${EPOCHREALTIME/./} - begin < LIMIT))
}

@test "a command that is not watched is ended, too" {
	sleeps_at kallsyms
	ended_in_time TERM 143
	ended_in_time INT 130
	ended_in_time HUP 129
}

@test "what minds no signal is ended, too, with all that it has started" {
	fake_tool klp-place "[ \$1 = elf ] || exit 1
		trap '' TERM
		sh -c 'echo \$\$ >\"$T/child\"; exec sleep 20' &
		wait"
	ended_in_time TERM 143
}

@test "more signals than one, also to the whole group, end it as one does" {
	local status=0 i
	sleeps_at kallsyms
	start
	for i in TERM TERM HUP INT TERM; do
		kill "-$i" "$driver" $(pgrep -P "$driver") 2>/dev/null || true
		sleep 0.01
	done
	wait "$driver" || status=$?
	echo "status $status"; cat "$T/log"
	[[ $status == 143 && $(grep -c interrupted "$T/log") == 1 && $(wc -l <"$T/log") == 1 ]]
	[[ -z $(ls "$T/cache/work") ]]
}

# guarded FUNCTION: a program that begins and ends as the driver does, and has only this to do. SETUP is run before.
guarded() {
	cat >"$T/guarded" <<-'END'
		#!/bin/bash
		set -Eeuo pipefail
		shopt -s inherit_errexit lastpipe nullglob
		SELF=$0 LIB_DIR=$TOP/kpatch-build/lib BIN_DIR=$T/bin
		source "$LIB_DIR/guard.sh"
		guard_run "$SELF" "$@"
		source "$LIB_DIR/parts.sh"
		RUN_ARGS=("$@") WORK=$T/work CACHE=$T/cache OPT_KEEP=0
		install_traps
		eval "$SETUP"
		"$1"
	END
	chmod +x "$T/guarded"
	export TOP
	exec env --default-signal=INT,HUP,TERM "$T/guarded" "$@"
}

# guarded_ends SIGNAL STATUS FUNCTION: it does within a second of the time when something has told its process, and so does that
guarded_ends() {
	local pid status=0 begin i LIMIT
	a_second
	rm -f "$T/child"
	guarded "$3" >"$T/log" 2>&1 3>&- &
	pid=$!
	for i in {1..1200}; do if [[ -s $T/child ]]; then break; fi; sleep 0.05; done
	begin=${EPOCHREALTIME/./}
	kill "-$1" "$pid"
	wait "$pid" || status=$?
	cat "$T/log"
	# (That it takes no more than a second ended_in_time shows. Here it is six pairs, in which a machine may be busy once.)
	[[ $status == "$2" && $((${EPOCHREALTIME/./} - begin)) -lt $((4 * LIMIT)) ]]
	run ! lives "$(<"$T/child")"
	[[ $(<"$T/log") == "kpatch-build: interrupted; nothing was written to the output directory" ]]
}

@test "an interruption ends what is not waited for, what a substitution waits for, and the run that begins again" {
	export SETUP='waits() { sh -c "echo \$\$ >$T/child; exec sleep 20"; }
		piped() { local lines; waits | mapfile -t lines; }
		substituted() { local text; text=$(waits); }
		failing() { local text; text=$(waits || exit 1) || false; }
		again() {
			if [[ -e $T/again ]]; then waits; return; fi
			: >"$T/again"
			RUN_AGAIN=1
		}'
	local signal f
	for f in piped substituted failing again; do
		rm -f "$T/again"
		guarded_ends TERM 143 "$f"
		rm -f "$T/again"
		guarded_ends INT 130 "$f"
	done
}

@test "an interruption is seen from the first moment on" {
	local pid status i begin LIMIT
	export SETUP='waits() { sleep 20; }'
	a_second
	for i in {0..24}; do
		guarded waits >"$T/log" 2>&1 3>&- &
		pid=$!
		# The program is not there yet, and would not see it.
		until [[ $(tr '\0' ' ' <"/proc/$pid/cmdline") == *"$T/guarded waits "* ]]; do :; done
		sleep "$(printf '0.%03d' $((10 * i)))"
		begin=${EPOCHREALTIME/./} status=0
		kill -INT "$pid"
		wait "$pid" || status=$?
		echo "after $((10 * i)) ms: $status: $(<"$T/log")"
		[[ $status == 130 && $((${EPOCHREALTIME/./} - begin)) -lt $LIMIT ]]
		[[ ! -s $T/log || $(<"$T/log") == "kpatch-build: interrupted "* || $(<"$T/log") == "kpatch-build: interrupted; "* ]]
	done
}

@test "an interruption is not lost between two substitutions of one command" {
	export SETUP='waits() { sh -c "echo \$\$ >$T/child; exec sleep 1"; }
		both() { printf "%s%s\n" "$(waits)" "$(echo)"; sleep 20; }
		joined() { cat <(waits) <(echo) "$(sleep 1.2)$(echo)"; sleep 20; }'
	guarded_ends TERM 143 both
	guarded_ends INT 130 both
	guarded_ends HUP 129 joined
	# The driver without the process that waits, in whose place nobody ends what it waits for
	export SETUP='echo $$ >"$T/driver"; both() { printf "%s%s\n" "$(echo $BASHPID >"$T/child"; sleep 1)" "$(echo)"; }'
	local pid status=0
	rm -f "$T/child"
	lib both >"$T/log" 2>&1 3>&- &
	pid=$!
	until [[ -s $T/child ]]; do sleep 0.05; done
	kill -TERM "$(<"$T/driver")"
	wait "$pid" || status=$?
	[[ $status == 143 && $(<"$T/log") == "kpatch-build: interrupted; nothing was written to the output directory" ]]
}

@test "what a run tells of its end is read whole, also if the time for it is over in its middle" {
	run -0 bash -c '
		set -eu
		source "$1/kpatch-build/lib/guard.sh"
		exec {GUARD_PIPE}<> <(:)
		printf 1 >&"$GUARD_PIPE"
		guard_hears 0.01
		printf 29\\n >&"$GUARD_PIPE"
		guard_hears 0.01
		echo "$GUARD_TOLD"' - "$TOP"
	[[ $output == 129 ]]
}

@test "what was begun to be delivered is, whatever comes" {
	local pid
	export SETUP='delivers() { signals_ignored; end_told 0; sh -c "echo \$\$ >$T/child; sleep 0.5; echo written"; }'
	guarded delivers >"$T/log" 2>&1 3>&- &
	pid=$!
	until [[ -s $T/child ]]; do sleep 0.05; done
	kill -TERM "$pid"
	wait "$pid"
	[[ $(<"$T/log") == written ]]
}

@test "what the caller has it ignore it ignores" {
	sleeps_at kallsyms
	(trap '' HUP; exec "$DRIVER" -s "$T/src" -c "$T/config" -v "$T/image" -o "$T/out" "$T/x.patch") >"$T/log" 2>&1 3>&- &
	driver=$!
	until [[ -s $T/child ]]; do sleep 0.05; done
	kill -HUP "$driver"
	sleep 0.3
	kill -0 "$(<"$T/child")"
	interrupted_now TERM 143
}

@test "one that is killed has no part that goes on" {
	local run
	sleeps_at kallsyms
	start
	run=$(pgrep -P "$driver")
	kill -KILL "$driver"
	wait "$driver" || true
	for i in {1..40}; do if ! kill -0 "$run" 2>/dev/null; then break; fi; sleep 0.05; done
	run ! lives "$run"
}

@test "an interruption, and a failure, are told also where messages of a command are not wanted" {
	SETUP='f() { g 2>/dev/null >&2; }; g() { kill -TERM $$; :; }' run -143 lib f
	[[ $output == "kpatch-build: interrupted; nothing was written to the output directory" ]]
	SETUP='f() { g 2>/dev/null; }; g() { false; }' run -1 lib f
	[[ $output == *"kpatch-build: error: internal: "*"'false' failed"* ]]
}

# ends_at_once: the driver, which waits for something, does so after SIGTERM
ends_at_once() {
	local status=0 begin
	sleep 1
	kill -0 "$driver"
	begin=${EPOCHREALTIME/./}
	kill -TERM "$driver"
	wait "$driver" || status=$?
	[[ $status == 143 && $((${EPOCHREALTIME/./} - begin)) -lt 1000000 ]]
	[[ -z $(ls "$T/cache/work") && -z $(ls -A "$T/out") ]]
}

@test "a run that waits for standard input, or for a lock, ends at once" {
	local driver dir lock
	mkfifo "$T/pipe"
	"$DRIVER" -s "$T/src" -c "$T/config" -v "$T/image" -o "$T/out" - <>"$T/pipe" >"$T/log" 2>&1 3>&- &
	driver=$!
	ends_at_once
	# Another run makes the image.
	start
	dir=$(echo "$T"/cache/image/*.lock)
	kill -KILL "$driver" "$(<"$T/child")"
	wait "$driver" || true
	rm -rf "$T"/cache/work/*
	exec {lock}<"$dir"
	flock "$lock"
	"$DRIVER" -s "$T/src" -c "$T/config" -v "$T/image" -o "$T/out" "$T/x.patch" >"$T/log" 2>&1 3>&- {lock}<&- &
	driver=$!
	ends_at_once
}

# at_once FUNCTION: of the driver's library, interrupted when a pretended program has told its process, ends at once, with that
at_once() {
	local pid status=0 begin i
	rm -f "$T/child"
	lib "$1" >"$T/log" 2>&1 3>&- &
	pid=$!
	for i in {1..400}; do if [[ -s $T/child ]]; then break; fi; sleep 0.05; done
	begin=${EPOCHREALTIME/./}
	kill -TERM "$(<"$T/driver")"
	wait "$pid" || status=$?
	[[ $status == 143 && $((${EPOCHREALTIME/./} - begin)) -lt 1000000 ]]
	run ! lives "$(<"$T/child")"
}

@test "an interruption does not wait until the cache is looked at, or an entry recorded or removed" {
	mkdir -p "$T/slow"
	export SETUP='echo $$ >"$T/driver"; OPT_KEEP=0; mkdir -p "$CACHE/x"
		looks() { cache_check "$CACHE/x"; }
		records() { cache_seal "$CACHE/x"; }
		removes() { PATH=$T/slow:$PATH; discard "$CACHE/x"; }'
	rm "$T/bin/klp-manifest"
	fake_tool klp-manifest "echo \$\$ >'$T/child'; exec sleep 20"
	at_once looks
	at_once records
	printf '#!/bin/sh\necho $$ >%q/child\nexec sleep 20\n' "$T" >"$T/slow/rm"
	chmod +x "$T/slow/rm"
	at_once removes
	# Nothing half removed has its name.
	[[ ! -e $T/cache/x && -d $T/work/discarded.1 ]]
}

@test "what an interrupted run could not remove in time the next one removes" {
	local pid status=0 begin dead=$T/cache/work/run.dead
	mkdir -p "$T/slow"
	printf '#!/bin/sh\nexec sleep 20\n' >"$T/slow/rm"
	chmod +x "$T/slow/rm"
	export SETUP='WORK=$CACHE/work/run.dead OPT_KEEP=0; mkdir -p "$WORK"; at_exit workdir_remove; at_exit cache_drop_partial
		fill() { : >"$1/half"; PATH=$T/slow:$PATH; kill -TERM $$; wait_for sleep 20; }
		fills() { cache_fill "$CACHE/x" fill; }'
	begin=${EPOCHREALTIME/./}
	run -143 lib fills
	[[ $((${EPOCHREALTIME/./} - begin)) -lt 3000000 ]]
	[[ ! -e $T/cache/x && ! -e $T/cache/x.new && -e $dead/discarded.new/half ]]
	touch -d '2 minutes ago' "$dead"
	SETUP='' run -0 lib workdir_remove_dead
	[[ ! -e $dead ]]
}

@test "after SIGKILL the next run cleans up" {
	start
	kill -KILL "$driver"
	wait "$driver" || true
	[[ -n $(ls "$T/cache/work") && -z $(ls -A "$T/out") ]]
	kill "$(<"$T/child")"
	touch -d '2 minutes ago' "$T"/cache/work/run.*
	local dead
	dead=$(echo "$T"/cache/work/run.*)
	fake_tool klp-place 'exit 1'
	run -1 "$DRIVER" -s "$T/src" -c "$T/config" -v "$T/image" --print-target
	[[ ! -e $dead && -z $(ls "$T/cache/work") ]]
}

@test "a run that lives is left alone, as is a kept work directory" {
	start
	touch -d '2 minutes ago' "$T"/cache/work/run.*
	mkdir "$T/cache/work/run.kept"
	: >"$T/cache/work/run.kept/.keep"
	touch -d '2 minutes ago' "$T/cache/work/run.kept"
	local alive
	alive=$(ls "$T/cache/work")
	SETUP='CACHE=$T/cache' run -0 lib workdir_remove_dead
	[[ $(ls "$T/cache/work") == "$alive" ]]
	kill "$driver"
	wait "$driver" || true
}

@test "a work directory that goes away while it is looked at" {
	mkdir -p "$T/cache/work/run.gone"
	SETUP='CACHE=$T/cache; find() { rm -rf "$T/cache/work/run.gone"; command find "$@"; }' run -0 lib workdir_remove_dead
	[[ -z $output && -z $(ls "$T/cache/work") ]]
}

@test "what was being put into the cache is removed or made again" {
	# Code for another shell, which evaluates it.
	# shellcheck disable=SC2089,SC2090
	SETUP='fill() { echo half >"$1/file"; if [[ $2 == die ]]; then die "on purpose"; fi; echo whole >"$1/file"; }
		at_exit cache_drop_partial'
	# shellcheck disable=SC2090
	export SETUP
	run -1 lib cache_fill "$T/cache/x" fill die
	[[ ! -e $T/cache/x && ! -e $T/cache/x.new ]]
	mkdir -p "$T/cache/x.new"
	: >"$T/cache/x.new/leftover"
	run -0 lib cache_fill "$T/cache/x" fill ok
	[[ $(<"$T/cache/x/file") == whole && ! -e $T/cache/x/leftover ]]
}

@test "an unexpected failure tells line and command" {
	SETUP='broken() { STAGE_NAME=test; false; echo "not reached"; }' run -1 lib broken
	[[ $output == *"error: internal: "*"'false' failed in stage test"* && $output != *"not reached"* ]]
}

# What make gets on standard input it keeps in a file, which it leaves where it is killed.
@test "a run that is interrupted while make reads what it is told leaves no temporary file" {
	local driver status=0 asked i
	mkdir "$T/temp" "$T/tree"
	export ASK='define ask
$(shell echo $$PPID >"$(T)/child"; exec sleep 5)
endef
$(ask)'
	export SETUP='KPATCH_CACHE=$T/cache TREE=$T/tree TARGET_SOURCE=$T/src TARGET_CC=gcc; workdir_make'
	TMPDIR=$T/temp lib eval 'printf "%s\n" "$ASK" | kbuild_make kernel "$T/src" "T=$T"' >"$T/log" 2>&1 3>&- &
	driver=$!
	for i in {1..400}; do
		if [[ -s $T/child ]]; then break; fi
		sleep 0.05
	done
	asked=$(<"$T/child")
	[[ -n $(ls "$T"/cache/work/run.*/Gm*) ]]
	kill -KILL "$asked"
	wait "$driver" || status=$?
	[[ $status != 0 && -z $(ls -A "$T/temp") && -z $(ls "$T/cache/work") ]]
	# Nothing else tells make so.
	! grep -n 'make .*-f - ' "$TOP"/kpatch-build/lib/*.sh
}
