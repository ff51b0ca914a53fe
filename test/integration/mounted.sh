#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# test/integration/mounted.sh SERIES: a file system that is mounted, and a file that is open, while a livepatch of it is loaded. One
# livepatch leaves them as they are. The other exchanges two members of the structure that each mounted file system has: nothing but
# using it tells that it is broken, the kernel log is clean. So the boot test fails by its test.

# shellcheck source=test/integration/common.sh
source "$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")/common.sh"
KPATCH_BUILD=${KPATCH_BUILD:-$TOP/kpatch-build/kpatch-build}

SERIES=${1:?usage: test/integration/mounted.sh SERIES}
OUT=${KPATCH_TEST_DIR:-$TOP/build/integration}/$SERIES/mounted
NAME="$SERIES a mounted file system"
PARTS=$HERE/mounted

mkdir -p -- "$OUT"
rm -f -- "$OUT/minix.img"
truncate -s 1M "$OUT/minix.img"
PATH=$PATH:/usr/sbin:/sbin mkfs.minix "$OUT/minix.img" >"$OUT/mkfs.log" 2>&1

# boot PATCH OPTION...: STATUS is the exit code
boot() {
	local patch=$1
	shift
	STATUS=0
	"$KPATCH_BUILD" -a "$SERIES" -o "$OUT" -n "mounted-$patch" --boot-test="$PARTS/test" --boot-test-file "$OUT/minix.img" \
		--boot-test-module loop --boot-test-module minix "$@" "$PARTS/$patch.patch" >"$OUT/$patch.log" 2>&1 || STATUS=$?
}
# judge VERDICT WHAT LOG
judge() {
	result "$1" "$2"
	if [[ $1 != ok ]]; then explain "$OUT/$3.log"; fi
}

boot function
if ((STATUS == 0)); then judge ok "its function is patched while it is mounted" function; else judge "not ok" "its function is patched while it is mounted" function; fi

boot layout
if ((STATUS == 2)) && grep -q 'minix_sb_info: refused: .*\[layout-changed\]' "$OUT/layout.log"; then verdict=ok; else verdict="not ok"; fi
judge "$verdict" "a change of its structure is refused" layout

boot layout --accept layout-changed:minix_sb_info
if ((STATUS == 1)) && grep -q 'broken: the names in the mounted file system' "$OUT/layout.log"; then verdict=ok; else verdict="not ok"; fi
judge "$verdict" "accepted, it breaks what is mounted, and the test in the machine sees that" layout
# A run whose boot test fails keeps its work directory, to be looked into; this one had to fail.
find_work "$OUT/layout.log"
if [[ $verdict == ok && $WORK ]]; then rm -rf -- "$WORK"; fi
echo "1..$NUMBER"
exit "$FAILED"
