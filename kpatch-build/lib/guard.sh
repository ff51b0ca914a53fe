# shellcheck shell=bash
# A run is two processes, so that an interruption ends it at once, whatever it is doing. Bash looks at a signal when the command that it waits for
# has ended; and a search through all of the source takes minutes on a busy disk. So what was started does nothing but wait, and the run
# itself is its child. The first hands a signal on, and ends all that the run has started; the run, with nothing left to wait for, then ends
# as it always does (end.sh). If the first is killed, the kernel kills the run.

GUARD=""                # in the run itself: file descriptor of the pipe that tells the process that waits of its end
GUARDED=""              # in the process that waits: the run
GUARD_PIPE=""           # and the other end of the pipe
GUARD_PART=""           # of a line that it tells: a read whose time is over, or that a signal ends, has its beginning
GUARD_TOLD=""           # and what it told: its status
GUARD_SIGNAL=""         # and the first signal that has come

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
	# Between its fork and its beginning it ignores INT, as all that bash has in the background. What comes by then, guard_end hands on.
	while [[ ! $GUARD_SIGNAL ]] && guard_lives && ! read -rt 0.05 -u "$GUARD_PIPE" GUARD_PART; do :; done
	if [[ ! $GUARD_SIGNAL ]]; then wait "$GUARDED" || status=$?; fi
	if [[ $GUARD_SIGNAL ]]; then
		case $GUARD_SIGNAL in HUP) status=129 ;; INT) status=130 ;; *) status=143 ;; esac
		guard_end
		# (Of several that came to all of the process group the run may have seen another one first: bash looks at them by number.)
		if [[ ! $GUARD_TOLD ]]; then echo "kpatch-build: interrupted before it began" >&2 || true; fi
		case $GUARD_TOLD in "" | 129 | 130 | 143) ;; *) status=$GUARD_TOLD ;; esac
	fi
	exit "$status"
}

# guard_signal NAME: the first one is handed on; what comes after it tells nothing new. (All that bash stands in a trap while it waits. What runs
# a command, or waits for input, makes a second signal hang it, or crash.)
guard_signal() {
	if [[ ! $GUARD_SIGNAL ]]; then
		GUARD_SIGNAL=$1
		if [[ $GUARDED ]]; then kill "-$1" "$GUARDED" 2>/dev/null || true; fi
	fi
}

# guard_end: the run was told; end what it has started, and wait until it has ended. (Not by wait: bash 5.2 does not know the status of what
# ended before the second one.)
guard_end() {
	local pids signal=PIPE
	while guard_lives; do
		# (Most often it waits for nothing that has to be ended.)
		guard_hears 0.02
		if [[ $GUARD_TOLD ]]; then continue; fi
		kill "-$GUARD_SIGNAL" "$GUARDED" 2>/dev/null || true
		guard_descendants "$GUARDED" ""; pids=$REPLY
		# Those are of before it told.
		guard_hears 0.01
		# shellcheck disable=SC2086
		if [[ $pids && ! $GUARD_TOLD ]]; then
			# (Of what ends by this one the run's bash says nothing. Nor by INT: but bash sends itself an INT when a command substitution ended
			# by one, and the run would take that for its own. A caller may have had PIPE ignored.)
			kill "-$signal" $pids 2>/dev/null || true
			signal=TERM
		fi
	done
	guard_hears 0.01
}

# guard_lives: does the run? (Not kill -0, which also knows of one that has ended: after a signal at the wrong moment bash 5.2 does not take note
# of that.)
guard_lives() {
	local stat=""
	{ IFS= read -r -d '' stat <"/proc/$GUARDED/stat"; } 2>/dev/null || true
	stat=${stat##*) }
	[[ -e /proc/$GUARDED && $stat != [ZX]* ]]
}

# guard_hears SECONDS: what the run tells of its end
guard_hears() {
	local line
	while read -rt "$1" -u "$GUARD_PIPE" line; do GUARD_TOLD=$GUARD_PART$line GUARD_PART=""; done
	GUARD_PART+=${line:-}
}

# guard_descendants PID GROUP -> REPLY: all that this process has started, without those of a process group
guard_descendants() {
	local file stat rest pid up of=$1 without=$2
	local -A parents=() groups=()
	for file in /proc/[0-9]*/stat; do
		stat=""
		{ IFS= read -r -d '' stat <"$file"; } 2>/dev/null || true
		# "12 (name) S 1 ...": the name can have anything
		rest=${stat##*) }
		rest=${rest#* }
		if [[ $stat ]]; then
			parents[${stat%% *}]=${rest%% *} rest=${rest#* }
			groups[${stat%% *}]=${rest%% *}
		fi
	done
	# (Not in $(...): a signal to the process group would end that.)
	REPLY=""
	for pid in "${!parents[@]}"; do
		if [[ ${groups[$pid]} == "$without" ]]; then continue; fi
		for ((up = ${parents[$pid]}; up > 1; up = ${parents[$up]:-0})); do
			if ((up == of)); then
				REPLY+="$pid "
				break
			fi
		done
	done
}

# guard_end_own: in the run, which was interrupted: end what it has started. (It does not wait for all of it: what is in a pipeline before a
# builtin command would outlive it.) What it waits for, end_child ends.
guard_end_own() {
	guard_descendants "$$" "$CHILD"
	# shellcheck disable=SC2086
	if [[ $REPLY ]]; then kill -PIPE $REPLY 2>/dev/null || true; fi
}
