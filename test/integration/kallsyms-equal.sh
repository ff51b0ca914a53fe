#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# test/integration/kallsyms-equal.sh SERIES [IMAGE]: what klp-place reads out of the image of a stock kernel is, line for line,
# the /proc/kallsyms of that kernel when it runs where it was linked (nokaslr).
#
# SERIES (6.12, 6.1): its newest stock kernel is taken, unless IMAGE names one.

# shellcheck source=test/integration/common.sh
source "$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")/common.sh"

SERIES=${1:?usage: test/integration/kallsyms-equal.sh SERIES [IMAGE]}
OUT=${KPATCH_TEST_DIR:-$TOP/build/integration}/$SERIES/kallsyms
IMAGE=${2:-}
mkdir -p -- "$OUT"
vm_require
if [[ -z $IMAGE ]]; then
	target_prepare
	IMAGE=$TARGET_IMAGE
fi

"$TOP/build/bin/klp-place" kallsyms "$IMAGE" >"$OUT/ours"
VM=$OUT/vm
vm_prepare "$VM"
vm_add "$VM" "$OUT/ours" ours
# Seven megabytes are compared in the machine: the serial line is slow. Lines with a [module] are not the image's.
cat >"$VM/root/vm/main" <<-'EOS'
	grep -v '\[' /proc/kallsyms > /run/theirs
	wc -l < /run/theirs
	cmp -s ours /run/theirs && exit 0
	diff ours /run/theirs | head -n 20
	exit 1
EOS
status=0
# shellcheck disable=SC2034 # read by vm_boot
VM_APPEND=nokaslr
vm_boot "$VM" "${BOOTED:-$IMAGE}" 180 || status=$?
count=$(tr -d '\r' <"$VM/results" | head -n 1)
if ((status == 0)); then
	echo "ok 1 - $SERIES kallsyms of the image are those of the running kernel ($count names)"
	exit 0
fi
echo "not ok 1 - $SERIES kallsyms of the image are those of the running kernel"
if ((status == 99)); then echo "#   the machine: $VM_WHY"; fi
tr -d '\r' <"$VM/results" | sed 's/^/#   /'
exit 1
