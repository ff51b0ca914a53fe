#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# test/integration/killed.sh SERIES: runs of kpatch-build that end by SIGKILL, one in each stage. Nothing is handed out, and the next run
# makes the module that an undisturbed one makes, byte for byte: what the dead one left in the cache is not used.

# shellcheck source=test/integration/common.sh
source "$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")/common.sh"
KPATCH_BUILD=${KPATCH_BUILD:-$TOP/kpatch-build/kpatch-build}

SERIES=${1:?usage: test/integration/killed.sh SERIES}
OUT=${KPATCH_TEST_DIR:-$TOP/build/integration}/$SERIES/killed
NAME="$SERIES killed"
LOG=$OUT/log
mkdir -p -- "$OUT"
rm -rf -- "$OUT"/{out,whole,next}
case_file several-files.patch
PATCH=$REPLY

# build DIRECTORY COMMAND...: a run of kpatch-build, by COMMAND
build() {
	local dir=$OUT/$1
	shift
	rm -rf -- "$dir"
	mkdir -- "$dir"
	"$@" "$KPATCH_BUILD" -a "$SERIES" -n livepatch-killed -o "$dir" "$PATCH" >"$LOG" 2>&1
}

# kill_after STAGE DELAY: end a run by force, with all of its children, so many seconds after the line of STAGE
kill_after() {
	local started group
	build out setsid env "KPATCH_BIN=$OUT/bin" &
	started=$!
	until grep -q "^$1 " "$LOG"; do
		if ! kill -0 "$started" 2>/dev/null; then return 1; fi
		sleep 0.05
	done
	sleep "$2"
	group=$(pgrep -f -o -- "-n livepatch-killed -o $OUT/out ")
	kill -KILL -- "-$group"
	# (bash says what it was that was killed.)
	wait 2>/dev/null
	[[ -z $(ls -A -- "$OUT/out") ]]
}

# On a fast machine a run would be over before it is killed: what comes after link and post-link takes a second more.
mkdir -p -- "$OUT/bin"
ln -sf -- "$TOP"/build/bin/* "$OUT/bin/"
for program in create-klp-module klp-verify; do
	rm -f -- "$OUT/bin/$program"
	printf '#!/bin/sh\nsleep 1\nexec %q "$@"\n' "$TOP/build/bin/$program" >"$OUT/bin/$program"
	chmod +x -- "$OUT/bin/$program"
done

check_logged "a run that is not disturbed" build whole env
for stage in target patch tree affected compile base diff link post-link; do
	: >"$LOG"
	check_logged "killed after the stage '$stage', nothing is handed out" kill_after "$stage" 0.2
	check_logged "the run after it" build next env
	check_logged "its module is the same" cmp -- "$OUT/whole/livepatch-killed.ko" "$OUT/next/livepatch-killed.ko"
done
echo "1..$NUMBER"
exit "$FAILED"
