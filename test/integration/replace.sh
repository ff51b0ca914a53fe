#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# test/integration/replace.sh SERIES: two livepatches made with -R work side by side; one made without replaces both.

# shellcheck source=test/integration/common.sh
source "$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")/common.sh"
KPATCH_BUILD=${KPATCH_BUILD:-$TOP/kpatch-build/kpatch-build}

SERIES=${1:?usage: test/integration/replace.sh SERIES}
OUT=${KPATCH_TEST_DIR:-$TOP/build/integration}/$SERIES/replace
NAME="$SERIES livepatches side by side, and one that replaces them"

mkdir -p -- "$OUT"
: >"$OUT/log"
build() { "$KPATCH_BUILD" -a "$TARGET_RELEASE" -o "$OUT" "$@" >>"$OUT/log" 2>&1; }
fail() {
	echo "not ok 1 - $NAME"
	echo "#   $1"
	tr -d '\r' <"$2" | tail -n 30 | sed 's/^/#   /'
	exit 1
}

vm_require
target_prepare
build -R -n beside-uptime "$TOP/examples/uptime.patch" || fail "the first does not build" "$OUT/log"
build -R -n beside-meminfo "$TOP/examples/meminfo.patch" || fail "the second does not build" "$OUT/log"
build -n replacing "$TOP/examples/meminfo.patch" || fail "the third does not build" "$OUT/log"

vm_prepare "$OUT/vm"
for module in beside-uptime beside-meminfo replacing; do vm_add "$OUT/vm" "$OUT/$module.ko" "$module.ko"; done
vm_add "$OUT/vm" "$HERE/guest-expect.sh" guest-expect.sh
cat >"$OUT/vm/root/vm/main" <<'EOS'
. ./guest-expect.sh
log_mark
klp_load /vm/beside-uptime.ko || exit 1
klp_load /vm/beside-meminfo.ko || exit 1
expect 1 1 beside_meminfo beside_uptime
klp_load /vm/replacing.ko || exit 1
expect_alone replacing
expect 1 0 replacing
rmmod beside_uptime && rmmod beside_meminfo || exit 1
klp_unload replacing || exit 1
expect 0 0
log_check
EOS
status=0
vm_boot "$OUT/vm" "$BOOTED" 200 || status=$?
if ((status == 99)); then fail "the machine: $VM_WHY" "$OUT/vm/console"; fi
if ((status)); then fail "in the machine:" "$OUT/vm/results"; fi
echo "ok 1 - $NAME"
