# shellcheck shell=bash
# Messages, exit codes, stages with their times, progress, interruption.
#
# Everything a user reads comes from here. A message is `kpatch-build: error: what; what to do`, printed once, where the
# fact is known. A function that may die is never called in $(...), where only the subshell would end: it hands its
# result back in REPLY.

# (Programs that have no --quiet take this file, too.)
: "${OPT_QUIET:=0}"

readonly EXIT_ERROR=1 EXIT_REFUSED=2 EXIT_UNCHANGED=3 EXIT_USAGE=4 EXIT_NOT_APPLIED=5 EXIT_NOT_COMPILED=6

STAGE_NAME=""           # the running stage
STAGE_SUMMARY=""        # what the stage has to say in its one line; set by the stage
PROGRESS_SHOWN=0        # a progress line stands on the terminal
PROGRESS_LAST=0         # second in which the last progress line went to a log
DISK_TOLD=0             # that a disk is full was told; once is enough
CLEANUPS=()             # functions to run at exit, last first
OUTPUT_ID=""            # what standard output is, from the first on
RUN_AGAIN=0             # begin again instead of ending
RUN_LEAVE=""            # function that puts back what a part of the run has changed for itself: called first at the end
RUN_ARGS=()             # the command line
INTERNAL_HINT="run again with -d and report this"
JSON_BEGUN=0            # from here on there is a result
JSON_DIR=""             # what is told is also kept there, for json.sh

# shellcheck source=kpatch-build/lib/fold.sh
source "${BASH_SOURCE[0]%/*}/fold.sh"
# shellcheck source=kpatch-build/lib/end.sh
source "${BASH_SOURCE[0]%/*}/end.sh"
readonly UNFOLDED=100000     # COLUMNS of a program whose messages become part of ours

# json_keep FILE FIELD...
json_keep() {
	# (An interruption may come while the directory is made.)
	if ((JSON_BEGUN)) && [[ ! $JSON_DIR ]]; then json_directory; fi
	if [[ $JSON_DIR ]]; then printf '%s\0' "${@:2}" >>"$JSON_DIR/$1"; fi
}

# (What can't be told changes nothing of what is done.)
message() { progress_clear; print_folded "kpatch-build: $*" >&2 || true; }
note() {
	json_keep messages note "" "$*"
	if ((!OPT_QUIET)); then message "note: $*"; fi
}
warn() {
	json_keep messages warning "" "$*"
	message "warning: $*"
}
# (Mostly commands.)
debug() {
	if ((OPT_DEBUG)); then
		progress_clear
		printf 'kpatch-build: debug: %s\n' "$*" >&2
	fi
}

# finish CODE MESSAGE...: end the run. Lines after the first are lines of their own.
finish() {
	local code=$1
	shift
	json_keep messages end "" "$*"
	message "$*"
	exit "$code"
}
die() { finish "$EXIT_ERROR" "error: $*"; }
usage_error() { finish "$EXIT_USAGE" "error: $*; see kpatch-build --help"; }

# show_file FILE [LINES]: the end of a log, indented, on stderr
show_file() { tail -n "${2:-25}" -- "$1" | sed 's/^/    /' >&2; }

# show_matching REGEXP FILE: the first lines of a log that look like the reason
show_matching() { awk -v re="$1" '$0 ~ re && n++ < 20 { print "    " $0 }' "$2" >&2; }

now_us() { REPLY=${EPOCHREALTIME//[!0-9]/}; }

# stage NAME FUNCTION...: run it, then print one line: name, what it found, its time in the last columns (of a terminal that is
# very wide, not the last). A long one goes on below.
stage() {
	local name=$1 begin us
	shift
	STAGE_NAME=$name STAGE_SUMMARY="" PROGRESS_LAST=$SECONDS
	now_us; begin=$REPLY
	"$@"
	now_us; us=$((REPLY - begin))
	progress_clear
	json_keep stages "$name" "$us" "$STAGE_SUMMARY"
	if ((!OPT_QUIET)); then stage_line "$us"; fi
	STAGE_NAME=""
}
# stage_line MICROSECONDS
stage_line() {
	local columns=$((WIDTH < 100 ? WIDTH : 100)) WIDTH=$((WIDTH > 20 ? WIDTH - 10 : 10)) first
	printf -v REPLY '%-10s%s' "$STAGE_NAME" "$STAGE_SUMMARY"
	fold "$REPLY" 10
	first=${REPLY%%$'\n'*}
	printf '%-*s %5d.%d s%s\n' $((columns - 10)) "$first" $(($1 / 1000000)) $(($1 % 1000000 / 100000)) "${REPLY:${#first}}" 2>/dev/null
}

# progress TEXT: on a terminal one line that is rewritten; in a log a line now and then.
progress() {
	if ((OPT_QUIET)); then
		return
	elif [[ -t 1 ]]; then
		printf '\r\033[K%-10s%.*s' "$STAGE_NAME" $((WIDTH > 11 ? WIDTH - 11 : 0)) "$1"
		PROGRESS_SHOWN=1
	elif ((SECONDS - PROGRESS_LAST >= 20)); then
		print_folded "$(printf '%-10s%s ...' "$STAGE_NAME" "$1")" 10
		PROGRESS_LAST=$SECONDS
	fi
}
progress_clear() {
	if ((PROGRESS_SHOWN)); then printf '\r\033[K'; PROGRESS_SHOWN=0; fi
}

# long_run LOG PROGRESS COMMAND...: run a command that takes its time; its output goes to LOG. PROGRESS (a function name)
# is called again and again and leaves the line to show in REPLY, which is not the REPLY of the caller. Returns the command's status. The command gets a
# process group of its own, so that an interruption reaches all of it at once.
long_run() {
	local log=$1 show=$2 status=0 waited held ended REPLY
	shift 2
	debug "run: ${*@Q}"
	# A pipe that only the command holds, and what it starts: that its end is read there is the moment when they have ended.
	exec {held}<> <(:)
	exec {ended}<"/proc/self/fd/$held"
	setsid "$@" >"$log" 2>&1 </dev/null &
	CHILD=$!
	exec {held}>&-
	while kill -0 "$CHILD" 2>/dev/null; do
		# (A status over 128 says that the time is over.)
		waited=0
		read -rt 0.5 -u "$ended" || waited=$?
		if ((waited <= 128)); then break; fi
		REPLY=""
		"$show"
		if [[ $REPLY ]]; then progress "$REPLY"; fi
	done
	exec {ended}<&-
	wait "$CHILD" || status=$?
	CHILD=""
	return $status
}
no_progress() { REPLY=""; }

megabytes() { REPLY="$((($1 + 524288) / 1048576)) MB"; }

# need_space DIR BYTES WHAT: refuse before filling a disk
need_space() {
	local dir=$1 bytes=$2 what=$3 free
	free=$(df --output=avail -B1 -- "$dir" | tail -n 1)
	if ((free < bytes)); then
		local need
		megabytes "$bytes"; need=$REPLY
		megabytes "$free"
		die "$what needs $need in $dir, only $REPLY are free; free some space or set KPATCH_CACHE to a larger disk"
	fi
}

# disk_full: is there no room where this run writes? REPLY says where. (A program that can't write says so or does not; and what is
# then lost looks like a fault of the source, or of ours.)
disk_full() {
	local dir bytes files all
	for dir in "${CACHE:-}" "${TMPDIR:-/tmp}"; do
		if [[ ! -d $dir ]]; then continue; fi
		bytes="" files="" all=""
		{ df --output=avail,iavail,itotal -B1 -- "$dir" | tail -n 1; } 2>/dev/null | read -r bytes files all || true
		if [[ ! $bytes =~ ^[0-9]+$ ]]; then continue; fi
		if ((bytes >= 20000000)) && [[ ! $files =~ ^[0-9]+$ || ! $all =~ ^[1-9][0-9]*$ || $files -ge 500 ]]; then continue; fi
		megabytes "$bytes"
		REPLY="there is no space left in $dir ($REPLY${files:+ and $files files} are free)"
		return 0
	done
	return 1
}
readonly DISK_FULL_HINT="free some space, or set KPATCH_CACHE and TMPDIR to a larger disk"

# ---- the end of a run -----------------------------------------------------------------------------------------------

at_exit() { CLEANUPS+=("$1"); }

on_exit() {
	local status=$1 i
	trap : PIPE
	if [[ $RUN_LEAVE ]]; then "$RUN_LEAVE"; fi
	progress_clear
	if ((!RUN_AGAIN && !DISK_TOLD && (status == EXIT_ERROR || status == EXIT_REFUSED || status == EXIT_NOT_APPLIED || status == EXIT_NOT_COMPILED))) &&
		disk_full; then
		note "$REPLY: this may be the reason; $DISK_FULL_HINT"
		# (So nothing is said of the patch.)
		if ((status == EXIT_NOT_COMPILED)); then
			status=$EXIT_ERROR
			end_told "$status"
		fi
	fi
	if [[ $JSON_DIR ]]; then json_end "$status"; fi
	for ((i = ${#CLEANUPS[@]} - 1; i >= 0; i--)); do "${CLEANUPS[i]}" "$status"; done
	if ((RUN_AGAIN)); then run_again; fi
	exit "$status"
}
# run_again: the same run from its beginning, without what this one holds
run_again() {
	local fd
	for fd in /proc/$$/fd/*; do
		case $(readlink -- "$fd") in *.lock | *.use) fd=${fd##*/}; exec {fd}>&- ;; esac
	done
	# Its end was told, and does not come.
	end_told ""
	trap - INT TERM HUP PIPE
	# (Not for all to see in a command line.)
	if [[ $CALLER_SIGN_PIN ]]; then export KBUILD_SIGN_PIN=$CALLER_SIGN_PIN; fi
	exec env ${GUARD:+"KPATCH_GUARD=$PPID:$GUARD"} "CACHEDIR=$CALLER_CACHEDIR" "COLUMNS=$CALLER_COLUMNS" "CROSS_COMPILE=$CALLER_CROSS_COMPILE" "TARGET_ARCH=$CALLER_TARGET_ARCH" \
		"KBUILD_EXTRA_SYMBOLS=$CALLER_EXTRA_SYMBOLS" "SOURCE_DATE_EPOCH=$CALLER_SOURCE_DATE_EPOCH" \
		"$SELF" "${RUN_ARGS[@]}"
}
on_signal() {
	json_keep messages end "" interrupted
	message "interrupted; nothing was written to the output directory"
	exit "$1"
}
# output_id -> REPLY: the file that standard output is now; empty: none
output_id() {
	REPLY=""
	# (Looked at before: the pipe from stat can be the one that is 1 otherwise.)
	if [[ -e /proc/$$/fd/1 ]]; then REPLY=$(stat -L -c %d:%i "/proc/$$/fd/1" 2>/dev/null) || REPLY=""; fi
}
# output_lost: can't standard output be written to? (A blank line beside the report of a failure that nobody expected is all that is seen of
# this.) Where a command fails in { ...; } >file, that file stands in its place still: it says nothing of standard output, and gets no line.
output_lost() {
	local REPLY
	output_id
	[[ $REPLY == "$OUTPUT_ID" ]] && ! printf '\n' 2>/dev/null
}
on_error() {
	local REPLY
	if disk_full; then
		REPLY="error: $REPLY${STAGE_NAME:+, in stage $STAGE_NAME}; $DISK_FULL_HINT"
		DISK_TOLD=1
	elif output_lost; then
		REPLY="error: standard output can't be written to${STAGE_NAME:+, in stage $STAGE_NAME}"
	else
		REPLY="error: internal: ${1##*/} line $2: '$3' failed${STAGE_NAME:+ in stage $STAGE_NAME}; $INTERNAL_HINT"
	fi
	json_keep messages end "" "$REPLY"
	message "$REPLY"
	exit "$EXIT_ERROR"
}
# The reader wants no more: as the other programs of a pipeline, without a word.
on_closed() { exit 141; }

output_id; OUTPUT_ID=$REPLY
