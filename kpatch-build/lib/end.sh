# shellcheck shell=bash
# How a run ends that is interrupted, or in which something fails that nobody expected: kpatch-build's, kpatch-farm's and kpatch's. What each
# has to say and to clean up is in functions of its own:
#
#   on_signal STATUS                ends the run
#   on_error FILE LINE COMMAND      ends the run
#   on_closed                       the reader of what it writes has gone
#   on_exit STATUS                  ends the run

CHILD=""                # what wait_for waits for: its process, or its process group
STDOUT="" STDERR=""     # file descriptors of standard output and error as they were; "": closed

install_traps() {
	# The run has begun, and sees signals (guard.sh).
	end_told ""
	if [[ ! $STDOUT && -e /proc/self/fd/1 ]]; then exec {STDOUT}>&1; fi
	if [[ ! $STDERR && -e /proc/self/fd/2 ]]; then exec {STDERR}>&2; fi
	trap 'end_failed "${BASH_SOURCE[0]}" "$LINENO" "$BASH_COMMAND"' ERR
	trap end_run EXIT
	trap_end 'end_interrupted 129' HUP
	trap_end 'end_interrupted 130' INT
	trap_end 'end_interrupted 143' TERM
	trap on_closed PIPE
}
# trap_end COMMAND SIGNAL: a trap with a command that ends the program. Bash 5.2 may run it while it reads the second $(...) of a command, and
# reads its text as a part of that. The ) ends it there; else it is never read.
# shellcheck disable=SC2064
trap_end() { trap -- "$1"$'\n)' "$2"; }

# signals_ignored: for good. (One may wait already, of several that came at a time; bash warns that its trap has gone. It is looked at before the
# next command.)
signals_ignored() { { trap '' INT TERM HUP; :; } 2>/dev/null; }

# stderr_back: the command at work may have sent standard error to a file, or nowhere; that is not for what is told of its end
stderr_back() { if [[ $STDERR ]]; then exec 2>&"$STDERR"; fi; }

# end_told STATUS: nothing that the run starts from here on is to be ended for an interruption (guard.sh)
end_told() { if [[ ${GUARD:-} ]]; then echo "$1" >&"$GUARD"; fi; }
end_interrupted() {
	signals_ignored
	# (What was interrupted may have failed for it. That is not told.)
	trap - ERR
	set +e
	if [[ ${GUARD:-} ]]; then guard_end_own; fi
	end_told "$1"
	stderr_back
	on_signal "$1"
}
end_failed() {
	# A subshell's failure is reported by the command that started it.
	if ((BASH_SUBSHELL)); then exit "$EXIT_ERROR"; fi
	stderr_back
	on_error "$@"
}
end_run() {
	local status=$?
	trap - ERR EXIT
	signals_ignored
	end_told "$status"
	set +e
	stderr_back
	if [[ $STDOUT ]]; then exec 1>&"$STDOUT"; fi
	if [[ $CHILD ]]; then end_child; fi
	on_exit "$status"
}
# end_child: of a process group all that is in it, also what its first process does not wait for, or what minds no signal
end_child() {
	local i
	if kill -TERM -- "-$CHILD" 2>/dev/null; then
		for ((i = 0; i < 25; i++)); do
			if ! kill -0 -- "-$CHILD" 2>/dev/null; then break; fi
			sleep 0.02
		done
		kill -KILL -- "-$CHILD" 2>/dev/null
	else
		kill -TERM "$CHILD" 2>/dev/null
	fi
	wait "$CHILD" 2>/dev/null
}

# wait_for COMMAND...: run one that may take long. Bash looks at a signal when the command that it waits for has ended; but for its own wait it
# does at once.
wait_for() {
	local status=0 in=""
	# (Standard input may be closed.)
	if [[ -e /proc/self/fd/0 ]]; then
		exec {in}<&0
		"$@" <&"$in" {in}<&- &
	else
		"$@" &
	fi
	CHILD=$!
	if [[ $in ]]; then exec {in}<&-; fi
	wait "$CHILD" || status=$?
	CHILD=""
	return "$status"
}
