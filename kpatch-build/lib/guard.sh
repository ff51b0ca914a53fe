# shellcheck shell=bash
# A run is two processes, so that an interruption ends it at once, whatever it is doing. Bash looks at a signal when the command that it waits for
# has ended; and a search through all of the source takes minutes on a busy disk. So what was started does nothing but wait, and the run
# itself is its child. The first hands a signal on, and ends all that the run has started; the run, with nothing left to wait for, then ends
# as it always does (end.sh). If the first is killed, the kernel kills the run.

GUARD=""                # in the run itself: file descriptor of the pipe that tells the process that waits of its end
GUARDED=""              # in the process that waits: the run
GUARD_PIPE=""           # and the other end of the pipe
GUARD_TOLD=""           # and what it told: its status
GUARD_SIGNALED=0        # and whether a signal has come, and was handed on

# guard_run PROGRAM ARG...: be the process that waits. Returns in the run itself, which is PROGRAM once more.
guard_run() {
	local ignored status=0 signal signals=QUIT in command
	if [[ ${KPATCH_GUARD:-} == "$PPID":* ]]; then
		GUARD=${KPATCH_GUARD#*:}
		unset KPATCH_GUARD
		return
	fi
	unset KPATCH_GUARD
	if ! command -v setpriv >/dev/null; then return; fi
	ignored=$(trap -p)
	for signal in HUP INT TERM; do
		# (Bash has a command in the background ignore INT, for good. What the caller has us ignore stays so.)
		if [[ $ignored == *"'' SIG$signal"* ]]; then continue; fi
		signals+=,$signal
		# shellcheck disable=SC2064
		trap "guard_signal $signal" "$signal"
	done
	exec {GUARD_PIPE}<> <(:)
	command=(env "--default-signal=$signals" "KPATCH_GUARD=$$:$GUARD_PIPE" setpriv --pdeathsig KILL -- "$@")
	if [[ -e /proc/self/fd/0 ]]; then
		exec {in}<&0
		"${command[@]}" <&"$in" {in}<&- &
		exec {in}<&-
	else
		"${command[@]}" &
	fi
	GUARDED=$!
	wait "$GUARDED" || status=$?
	if ((GUARD_SIGNALED)); then
		guard_end
		status=${GUARD_TOLD:-$((status > 0 ? status : 1))}
	fi
	exit "$status"
}

# guard_signal NAME. (All that bash stands in a trap while it waits. What runs a command, or waits for input, makes a second signal hang it, or
# crash.)
guard_signal() {
	GUARD_SIGNALED=1
	if [[ $GUARDED ]]; then kill "-$1" "$GUARDED" 2>/dev/null || true; fi
}

# guard_end: the run was told; end what it has started, and wait until it has ended. (Not by wait: bash 5.2 does not know the status of what
# ended before the second one.)
guard_end() {
	local pids signal=INT
	while kill -0 "$GUARDED" 2>/dev/null; do
		# (Most often it waits for nothing that has to be ended.)
		guard_hears 0.02
		if [[ $GUARD_TOLD ]]; then continue; fi
		guard_descendants; pids=$REPLY
		# Those are of before it told.
		guard_hears 0.01
		# shellcheck disable=SC2086
		if [[ $pids && ! $GUARD_TOLD ]]; then
			# (Of what ends by this one the run's bash says nothing. But what runs in the background ignores it.)
			kill "-$signal" $pids 2>/dev/null || true
			signal=TERM
		fi
	done
	guard_hears 0.01
}

# guard_hears SECONDS: what the run tells of its end
guard_hears() {
	local line
	while read -rt "$1" -u "$GUARD_PIPE" line; do GUARD_TOLD=$line; done
}

# guard_descendants -> REPLY: all that the run has started
guard_descendants() {
	local file stat rest
	local -A parents=()
	for file in /proc/[0-9]*/stat; do
		stat=""
		{ IFS= read -r -d '' stat <"$file"; } 2>/dev/null || true
		# "12 (name) S 1 ...": the name can have anything
		rest=${stat##*) }
		rest=${rest#* }
		if [[ $stat ]]; then parents[${stat%% *}]=${rest%% *}; fi
	done
	REPLY=$(
		for pid in "${!parents[@]}"; do
			for ((up = ${parents[$pid]}; up > 1; up = ${parents[$up]:-0})); do
				if ((up == GUARDED)); then
					printf '%s ' "$pid"
					break
				fi
			done
		done
	)
}
