# shellcheck shell=bash
# Sourced first by every script of this directory that boots a kernel: strict mode, TOP (the repository), HERE (this
# directory), what kpatch-build's library has for virtual machines and packages, and how a test reports.

set -Eeuo pipefail
export LC_ALL=C
# Messages are compared as whole lines.
export COLUMNS=10000
HERE=$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")
TOP=${HERE%/test/integration}
# shellcheck disable=SC2034
OPT_DEBUG=0
# shellcheck source=kpatch-build/lib/log.sh
source "$TOP/kpatch-build/lib/log.sh"
# shellcheck source=kpatch-build/lib/arch.sh
source "$TOP/kpatch-build/lib/arch.sh"
# shellcheck source=kpatch-build/lib/packages.sh
source "$TOP/kpatch-build/lib/packages.sh"
# shellcheck source=kpatch-build/lib/vm.sh
source "$TOP/kpatch-build/lib/vm.sh"
install_traps

NUMBER=0 FAILED=0

# result VERDICT WHAT: one line for the test NAME ("ok 3 - 6.12 static call: WHAT"); VERDICT is "ok" or "not ok"
result() {
	NUMBER=$((NUMBER + 1))
	# shellcheck disable=SC2034
	if [[ $1 != ok ]]; then FAILED=1; fi
	echo "$1 $NUMBER - $NAME: $2"
}

# explain FILE [LINES]: the end of a log, as remarks
explain() { tr -d '\r' <"$1" | tail -n "${2:-30}" | sed 's/^/#   /'; }

# check_logged WHAT COMMAND...: a test of one command, with the end of LOG where it fails
check_logged() {
	local what=$1
	shift
	if "$@" >/dev/null; then
		result ok "$what"
	else
		result "not ok" "$what"
		explain "$LOG"
	fi
}

# find_work LOG: the work directory that a run of kpatch-build names in its log, because it is kept; in WORK
find_work() { WORK=$(grep -oE '/[^ ]*/work/run\.[^ /]*' "$1" | tail -n 1) || true; }

# states_judge FORM VM STATUS STATE...: a result for each state, by what the machine VM printed ("@ok STATE"). Its text is STATES[FORM/STATE],
# if there is one, or STATES[STATE], after FORM, unless that is empty. If a state is bad, what the machine printed, and its console if it
# failed; STATUS is that of vm_boot.
states_judge() {
	local form=$1 vm=$2 status=$3 state text bad=0
	shift 3
	for state; do
		text=${form:+$form: }${STATES[$form/$state]-${STATES[$state]}}
		if grep -q "^@ok $state" "$vm/results"; then
			result ok "$text"
		else
			result "not ok" "$text"
			bad=1
		fi
	done
	if ((bad)); then
		explain "$vm/results"
		if ((status == 99)); then
			echo "#   the machine: $VM_WHY"
			explain "$vm/console"
		fi
	fi
}

# target_prepare: TARGET_* of the newest stock kernel of SERIES, also in OUT/target.sh; and BOOTED, the same kernel unpacked, which has no
# decompressor to run. It is not moved (KASLR) as the image is: test/integration/run and modules.sh boot that.
target_prepare() {
	"$TOP/kpatch-build/kpatch-build" -a "$SERIES" --print-target >"$OUT/target.log"
	grep '^TARGET_' "$OUT/target.log" >"$OUT/target.sh"
	# shellcheck source=/dev/null
	source "$OUT/target.sh"
	# shellcheck disable=SC2034
	BOOTED=$TARGET_VMLINUX
}

# source_with DIR MAKEFILE FILE...: TARGET_SOURCE with modules of ours. DIR is in the cache, outside of its entries, and holds hard
# links but for drivers/misc/FILE and the Makefile there, which gets the lines of MAKEFILE. The dates of these stand for
# their contents, so that the build tree is found in the cache again.
source_with() {
	local dir=$1 lines=$2 file made
	shift 2
	if [[ ! -d $dir ]]; then
		rm -rf -- "$dir.new"
		mkdir -p -- "$dir.new"
		cp -al -- "$TARGET_SOURCE/." "$dir.new/"
		mv -- "$dir.new" "$dir"
	fi
	for file in Makefile "$@"; do
		made=$dir/drivers/misc/${file##*/}
		if [[ $file == Makefile ]]; then cat -- "$TARGET_SOURCE/drivers/misc/Makefile" "$lines"; else cat -- "$file"; fi >"$OUT/file"
		touch -d "@$((16#$(sha256sum "$OUT/file" | cut -c 1-7)))" -- "$OUT/file"
		if ! cmp -s -- "$OUT/file" "$made"; then
			cp -p -- "$OUT/file" "$made.new"
			mv -f -- "$made.new" "$made"
		fi
	done
}

# series_find: SERIES_TARGET of SERIES, and SERIES_LIKE, whose cases it takes, from the table of series
SERIES_TARGET="" SERIES_LIKE=()
series_find() {
	local like
	read -r SERIES_TARGET like < <(awk -v name="$SERIES" '$1 == name { print $2, $3 }' "$HERE/series") ||
		die "no series $SERIES in test/integration/series"
	while [[ $like != - ]]; do
		SERIES_LIKE+=("$like")
		like=$(awk -v name="$like" '$1 == name { print $3 }' "$HERE/series")
	done
}

# case_file FILE -> REPLY: that file of a case for this series. False if there is none.
case_file() {
	local dir
	for dir in "$SERIES/" "${SERIES_LIKE[@]/%//}" ""; do
		REPLY=$HERE/cases/$dir$1
		if [[ -f $REPLY ]]; then return; fi
	done
	return 1
}
