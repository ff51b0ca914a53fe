# shellcheck shell=bash
# What kpatch tells: lines for people, one JSON object for programs (--json), an exit status.

readonly EXIT_ERROR=1 EXIT_REFUSED=2 EXIT_REVERSED=3 EXIT_USAGE=4 EXIT_STUCK=5 EXIT_TRANSITION=6

STATUS=0                # of the run: that of the first failure
PROGRESS_SHOWN=0        # a line of progress stands on the terminal
TEMP=""                 # directory for what programs print, once temp_make was called
JSON_ROWS=()            # what is told, for --json
OUTPUT_LOST=0           # standard output can't be written to,
READER_GONE=0           # because nobody reads it

# (What can't be told, because the disk is full or its reader has gone, must not keep a livepatch from being loaded.)
message() { progress_clear; print_folded "kpatch: $*" >&2 || true; }
note() {
	json_message note "$*"
	if ((!OPT_QUIET)); then message "$*"; fi
}
# warn TEXT...: once, though what it is about may be read several times
declare -A WARNED=()
warn() {
	if [[ ${WARNED[$*]:-} ]]; then return; fi
	WARNED[$*]=1
	json_message warning "$*"
	message "warning: $*"
}
# fail STATUS TEXT...: the run goes on, to other modules
fail() {
	json_message error "${*:2}"
	message "error: ${*:2}"
	if ((!STATUS)); then STATUS=$1; fi
}
die() { fail "$@"; exit "$STATUS"; }
usage_error() { die "$EXIT_USAGE" "$*; see kpatch --help"; }

# out TEXT: on standard output. If that is full or closed, the rest goes nowhere, and the run goes on.
out() {
	if ((OUTPUT_LOST)); then return; fi
	progress_clear
	if ! print_folded "$@" 2>/dev/null; then OUTPUT_LOST=1; fi
}
# say TEXT: what the command is for
say() { if ((!OPT_QUIET && !OPT_JSON)); then out "$@"; fi; }
# tell TEXT: more of a message
tell() { print_folded "$@" >&2 || true; }
# number_of NUMBER WORD -> REPLY: "1 task", "2 tasks" (Without a process: a transition waits for each.)
number_of() { REPLY="$1 $2"; if (($1 != 1)); then case $2 in *s) REPLY+=es ;; *) REPLY+=s ;; esac; fi; }
# printable TEXT -> REPLY: a name can have any bytes, also those that a terminal obeys
printable() { REPLY=${1//[![:print:]]/?}; }

# progress TEXT: on a terminal one line that is rewritten; in a log a line now and then
PROGRESS_LAST=0
progress() {
	local now
	if ((OPT_QUIET)); then return; fi
	now_seconds; now=$REPLY
	if [[ -t 2 ]]; then
		printf '\r\033[K%.*s' $((WIDTH - 1)) "kpatch: $1" >&2
		PROGRESS_SHOWN=1
	elif ((now - PROGRESS_LAST >= 10)); then
		message "$1"
		PROGRESS_LAST=$now
	fi
}
progress_clear() { if ((PROGRESS_SHOWN)); then printf '\r\033[K' >&2; PROGRESS_SHOWN=0; fi; }

# (Not SECONDS, which jumps when the clock is set, as it is soon after boot.)
now_seconds() { read -r REPLY _ </proc/uptime; REPLY=${REPLY%%.*}; }

# pause: a fifth of a second, without a process for it, which would be one more task to wait for
PAUSE_FD=""
pause() {
	local REPLY
	if [[ ! $PAUSE_FD ]]; then
		# (Not <(:), for which there must be /dev/fd.)
		temp_make
		mkfifo -- "$TEMP/pause"
		exec {PAUSE_FD}<>"$TEMP/pause"
	fi
	read -rt 0.2 -u "$PAUSE_FD" || true
}

# temp_make: root's is in /run, where there is room also when the disk is full
temp_make() {
	if [[ $TEMP ]]; then return; fi
	if ((!EUID)) && { TEMP=$(mktemp -d -p "$ROOT/run" kpatch.XXXXXX) && : >"$TEMP/log"; } 2>/dev/null; then return; fi
	if ! { TEMP=$(mktemp -d) && : >"$TEMP/log"; } 2>/dev/null; then die "$EXIT_ERROR" "no directory for temporary files can be made in ${TMPDIR:-/tmp}; set TMPDIR"; fi
}

# ---- JSON, put together by jq at the end --------------------------------------------------------------------------------
#
# Until then what is told is kept in JSON_ROWS, eight fields each: what it is, and its values. (Not on command lines: one that names a
# thousand tasks would be too long for the kernel.)

# json_row FIELD...
json_row() {
	local fields=("$@")
	if ((!OPT_JSON)); then return; fi
	while ((${#fields[@]} < 8)); do fields+=(""); done
	JSON_ROWS+=("${fields[@]}")
}
# json_message KIND TEXT
json_message() { json_row message "$@"; }
# json_module NAME RELEASE FILE STATE PLACE RESULT: "" is not known, or none
json_module() {
	json_row module "$@" "$VERIFICATION"
	VERIFICATION=""
}

json_end() {
	local results='["done", "error", "refused", "reversed", "usage", "stuck", "transition"]'
	# shellcheck disable=SC2016
	# (jq 1.6 loses NULs at the end of its input.)
	{ if ((${#JSON_ROWS[@]})); then printf '%s\0' "${JSON_ROWS[@]}"; fi; echo; } | jq -Rs --arg command "$COMMAND" --arg release "$RELEASE" \
		--argjson status "$1" --argjson results "$results" '
		def known: if . == "" then null else . end;
		def about(kind): [.[] | select(.[0] == kind) | .[1:]];
		[split("\u0000") | .[:-1] as $all | range(0; $all | length; 8) as $i | $all[$i:$i + 8]]
		| {
			format: 1, command: ($command | known), release: ($release | known),
			exit: {status: $status, result: ($results[$status] // "interrupted")},
			modules: [about("module")[] | {name: .[0], release: (.[1] | known), file: (.[2] | known), state: (.[3] | known),
				place: (.[4] | known | if . then tonumber else . end), result: (.[5] | known), verification: (.[6] | known | if . then
					fromjson | {verdict, findings, not_checked, functions, symbols} else . end)}],
			tasks: [about("task")[] | {pid: (.[0] | tonumber), tid: (.[1] | tonumber), name: .[2], kind: .[3], state: .[4],
				patched_function: (.[5] | known), stack: [.[6] | split("\n")[] | select(. != "")]}],
			messages: [about("message")[] | {kind: .[0], text: .[1]}]
		}'
}

# ---- the end of a run -----------------------------------------------------------------------------------------------

on_exit() {
	local status=$1
	progress_clear
	store_clean
	if ((OPT_JSON)) && ! json_end "$status" 2>/dev/null; then OUTPUT_LOST=1; fi
	# (A reader that wants no more, such as head, is none to complain to.)
	if ((OUTPUT_LOST && !READER_GONE)); then
		message "error: standard output can't be written to; everything else was done"
		if ((!status)); then status=$EXIT_ERROR; fi
	fi
	if [[ $TEMP ]]; then rm -rf -- "$TEMP"; fi
	exit "$status"
}
on_signal() {
	json_message error interrupted
	message "interrupted${IN_TRANSITION:+; the transition of $IN_TRANSITION goes on in the kernel, see kpatch status}"
	exit "$1"
}
on_error() {
	json_message error "internal: ${1##*/} line $2: '$3' failed"
	message "error: internal: ${1##*/} line $2: '$3' failed; please report this"
	exit "$EXIT_ERROR"
}
# (What writes there fails then.)
on_closed() { READER_GONE=1; }
