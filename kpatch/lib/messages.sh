# shellcheck shell=bash
# What kpatch tells: lines for people, one JSON object for programs (--json), an exit status.

readonly EXIT_ERROR=1 EXIT_REFUSED=2 EXIT_REVERSED=3 EXIT_USAGE=4 EXIT_STUCK=5 EXIT_TRANSITION=6

STATUS=0                # of the run: that of the first failure
PROGRESS_SHOWN=0        # a line of progress stands on the terminal
TEMP=""                 # directory for what programs print, once temp_make was called
JSON_MODULES=() JSON_TASKS=() JSON_MESSAGES=()

message() { progress_clear; print_folded "kpatch: $*" >&2; }
note() {
	json_message note "$*"
	if ((!OPT_QUIET)); then message "$*"; fi
}
warn() {
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

# say TEXT: what the command is for, on standard output
say() { if ((!OPT_QUIET && !OPT_JSON)); then progress_clear; print_folded "$@"; fi; }
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

temp_make() { if [[ ! $TEMP ]]; then TEMP=$(mktemp -d); fi; }

# ---- JSON, put together by jq ---------------------------------------------------------------------------------------

json_message() { if ((OPT_JSON)); then JSON_MESSAGES+=("$(jq -cn --arg kind "$1" --arg text "$2" '{kind: $kind, text: $text}')"); fi; }

# json_module NAME RELEASE FILE STATE PLACE RESULT: "" is not known, or none
json_module() {
	if ((!OPT_JSON)); then return; fi
	JSON_MODULES+=("$(jq -cn --arg name "$1" --arg release "$2" --arg file "$3" --arg state "$4" --arg place "$5" --arg result "$6" \
		--argjson verification "$VERIFICATION" '
		def known: if . == "" then null else . end;
		{name: $name, release: ($release | known), file: ($file | known), state: ($state | known),
			place: ($place | if . == "" then null else tonumber end), result: ($result | known), verification: $verification}')")
	VERIFICATION=null
}

# json_list ITEM...: the objects as one array
json_list() { if (($#)); then printf '%s\n' "$@" | jq -cs .; else echo "[]"; fi; }

json_end() {
	local results='["done", "error", "refused", "reversed", "usage", "stuck", "transition"]'
	jq -n --arg command "$COMMAND" --arg release "$RELEASE" --argjson status "$1" --argjson results "$results" \
		--argjson modules "$(json_list "${JSON_MODULES[@]}")" --argjson tasks "$(json_list "${JSON_TASKS[@]}")" \
		--argjson messages "$(json_list "${JSON_MESSAGES[@]}")" '{
			format: 1, command: ($command | if . == "" then null else . end), release: ($release | if . == "" then null else . end),
			exit: {status: $status, result: ($results[$status] // "interrupted")},
			modules: $modules, tasks: $tasks, messages: $messages
		}'
}

# ---- the end of a run -----------------------------------------------------------------------------------------------

on_exit() {
	local status=$?
	trap - ERR EXIT
	trap '' INT TERM HUP
	set +e
	progress_clear
	store_clean
	if ((OPT_JSON)) && ! json_end "$status"; then
		message "error: --json: the result can't be written"
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
	if ((BASH_SUBSHELL == 0)); then
		json_message error "internal: ${1##*/} line $2: '$3' failed"
		message "error: internal: ${1##*/} line $2: '$3' failed; please report this"
	fi
	exit "$EXIT_ERROR"
}
install_traps() {
	trap 'on_error "${BASH_SOURCE[0]}" "$LINENO" "$BASH_COMMAND"' ERR
	trap on_exit EXIT
	trap 'on_signal 129' HUP
	trap 'on_signal 130' INT
	trap 'on_signal 143' TERM
}
