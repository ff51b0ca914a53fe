#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# test/integration/kpatch.sh SERIES: the command kpatch on a machine whose kernel it patches (kpatch/guest.sh). The machine has no systemd:
# the command of its unit is run by hand, with a livepatch that was installed before the machine started.

# shellcheck source=test/integration/common.sh
source "$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")/common.sh"

SERIES=${1:?usage: test/integration/kpatch.sh SERIES}
OUT=${KPATCH_TEST_DIR:-$TOP/build/integration}/$SERIES-kpatch
NAME="$SERIES kpatch"
VM=$OUT/vm

rm -rf -- "$OUT"
mkdir -p -- "$OUT"
vm_require
target_prepare

declare -A STATES=(
	[boot]="the command of the unit loads what is installed, in order; one that replaces another, and stays"
	[other]="a module of another release is refused"
	[reversed]="a task that sleeps in the patched function is named, and the transition is reversed in time"
	[signal]="status names the task, signal wakes it, and the transition ends"
	[kept]="an unload that a task holds up is reversed"
	[thread]="a thread of the kernel that never leaves the patched function is named, and the transition can be turned round"
	[interrupted]="an interrupted load leaves a transition that kpatch can turn round"
	[log]="the kernel log is clean")

build() { "$TOP/kpatch-build/kpatch-build" -a "$TARGET_RELEASE" -n "$1" -o "$OUT" "$2" >"$LOG" 2>&1; }

# add_program NAME...: with the libraries that it needs
add_program() {
	local name file library
	for name; do
		file=$(PATH=$TOP/build/bin:$PATH:/usr/sbin:/sbin command -v -- "$name")
		install -D -- "$(realpath -- "$file")" "$VM/root/usr/bin/$name"
		for library in $(ldd "$file" | grep -oE '/[^ ]+'); do
			if [[ ! -e $VM/root$library ]]; then install -D -- "$(realpath -- "$library")" "$VM/root$library"; fi
		done
	done
}

LOG=$OUT/log
check_logged "the first is built" build livepatch-sleep "$HERE/kpatch/sleep.patch"
check_logged "the second is built" build livepatch-meminfo "$TOP/examples/meminfo.patch"
check_logged "the third is built" build livepatch-kthread "$HERE/kpatch/kthread.patch"
if ((FAILED)); then exit 1; fi

make_patient() { make -s -C "$TARGET_HEADERS" "M=$OUT/patient" CONFIG_DEBUG_INFO_BTF_MODULES= modules >"$LOG" 2>&1; }
install -D -- "$HERE/kpatch/patient.c" "$OUT/patient/patient.c"
echo "obj-m := patient.o" >"$OUT/patient/Makefile"
if ! make_patient; then
	explain "$LOG"
	die "the module of the test does not build"
fi
objcopy --strip-debug "$OUT/patient/patient.ko"

vm_prepare "$VM"
make -s -C "$TOP" install-kpatch "DESTDIR=$VM/root" PREFIX=/usr >/dev/null
add_program bash realpath sync mv cp rm cat mkdir chmod sort tail head sed grep tr cmp mktemp sleep flock getopt insmod rmmod modinfo klp-verify jq
mkdir -p "$VM/root/proc/sys/kernel"
ln -sfn /bin/busybox "$VM/root/usr/bin/env"
# As it was installed on a machine that then starts with another kernel.
echo 0.0 >"$VM/root/proc/sys/kernel/osrelease"
KPATCH_ROOT=$VM/root "$TOP/kpatch/kpatch" install -k "$TARGET_RELEASE" "$OUT"/livepatch-{sleep,meminfo}.ko >"$LOG" 2>&1
rm -r -- "$VM/root/proc/sys"
sed "s/vermagic=${TARGET_RELEASE%%.*}\\./vermagic=0./" "$OUT/livepatch-sleep.ko" >"$OUT/other.ko"
for file in livepatch-meminfo livepatch-kthread other; do vm_add "$VM" "$OUT/$file.ko" "$file.ko"; done
vm_add "$VM" "$OUT/patient/patient.ko" patient.ko
vm_add "$VM" "$HERE/kpatch/guest.sh" main
STATUS=0
vm_boot "$VM" "$BOOTED" 600 || STATUS=$?
states_judge "" "$VM" "$STATUS" boot other thread reversed signal kept interrupted log
echo "1..$NUMBER"
exit $FAILED
