#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# test/farm/cumulative.sh SERIES: two versions of a cumulative livepatch, the second of which leaves out what can't be built. Booted: the second
# is loaded over the first, which it replaces and which is then unloaded; the first can't be loaded over the second, by the versions of their
# states.

# shellcheck source=test/integration/common.sh
source "$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")/../integration/common.sh"
TOP=${TOP%/test/farm}
HERE=$TOP/test/integration
SERIES=${1:?usage: test/farm/cumulative.sh SERIES}
OUT=${KPATCH_TEST_DIR:-$TOP/build/farm}/$SERIES/cumulative
NAME="$SERIES cumulative livepatches"
FARM=$TOP/kpatch-farm/kpatch-farm

rm -rf -- "$OUT"
mkdir -p -- "$OUT"
LOG=$OUT/log
vm_require
target_prepare
cat >"$OUT/bad.patch" <<'END'
--- a/fs/proc/nothing-there.c
+++ b/fs/proc/nothing-there.c
@@ -1,3 +1,3 @@
 one
-two
+2
 three
END
{
	echo "--- a/fs/proc/cmdline.c"
	echo "+++ b/fs/proc/cmdline.c"
	{ diff -u "$TARGET_SOURCE/fs/proc/cmdline.c" <(sed 's/"cmdline", 0,/"cmdline", 0400,/' "$TARGET_SOURCE/fs/proc/cmdline.c") || true; } | tail -n +3
} >"$OUT/refused.patch"
cumulative() { "$FARM" cumulative -k "$TARGET_RELEASE" -p "$OUT/list" -o "$OUT/farm" >"$LOG" 2>&1; }
current=$OUT/farm/$(sed 's/[^A-Za-z0-9._+-]/-/g' <<<"$TARGET_RELEASE")/current.json

echo "$TOP/examples/meminfo.patch" >"$OUT/list"
check_logged "the first version" cumulative
printf '%s\n' "$TOP/examples/meminfo.patch" "$OUT/bad.patch" "$OUT/refused.patch" "$TOP/examples/uptime.patch" >"$OUT/list"
status=0
cumulative || status=$?
is=$status$(jq -c '[.version, .module, .fixes, [.left_out[] | [.fix, .result, ([.refusals[].rule] | unique)]]]' "$current")
if [[ $is == '2[2,"livepatch-cumulative-2.ko",["meminfo","uptime"],[["bad","not-applied",[]],["refused","refused",["init-code"]]]]' ]]; then
	result ok "the second holds what can be built, and says why the rest is left out"
else
	result "not ok" "the second holds what can be built, and says why the rest is left out"
	echo "#   $is"
	explain "$LOG"
fi
if cumulative || [[ $? == 2 ]] && grep -q ': livepatch-cumulative-2.ko is up to date$' "$LOG"; then
	result ok "what is up to date is not made again"
else
	result "not ok" "what is up to date is not made again"
	explain "$LOG"
fi

vm_prepare "$OUT/vm"
for version in 1 2; do vm_add "$OUT/vm" "${current%/*}/$version/modules/livepatch-cumulative-$version.ko" "livepatch-cumulative-$version.ko"; done
vm_add "$OUT/vm" "$HERE/guest-expect.sh" guest-expect.sh
cat >"$OUT/vm/root/vm/main" <<'EOS'
. ./guest-expect.sh
log_mark
klp_load /vm/livepatch-cumulative-1.ko || exit 1
expect 1 0 livepatch_cumulative_1
klp_load /vm/livepatch-cumulative-2.ko || exit 1
expect_alone livepatch_cumulative_2
expect 1 1 livepatch_cumulative_2
rmmod livepatch_cumulative_1 || exit 1
if insmod /vm/livepatch-cumulative-1.ko; then say "an older version was loaded over a newer one"; exit 1; fi
expect 1 1 livepatch_cumulative_2
klp_unload livepatch_cumulative_2 || exit 1
expect 0 0
EOS
status=0
vm_boot "$OUT/vm" "$BOOTED" 200 || status=$?
if ((status == 0)); then
	result ok "booted: the second replaces the first, which is unloaded; the first is not loaded over the second"
else
	result "not ok" "booted: the second replaces the first, which is unloaded; the first is not loaded over the second"
	explain "$OUT/vm/results"
	if ((status == 99)); then explain "$OUT/vm/console"; fi
fi
exit "$FAILED"
