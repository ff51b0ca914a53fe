# shellcheck shell=bash
# Boot a kernel in a virtual machine and watch a module work there.
#
# The machine is qemu with two processors; its whole world is a small initramfs: busybox, vm-guest.sh, the files that the
# caller adds, and a script, which is the only thing that runs. Two serial lines come out of it: the console, which holds
# the kernel's own messages, and the results, which hold what the script prints and one closing line. A machine that
# crashes, hangs or prints no closing line has failed, whatever it printed before. Neither root nor a disk is needed.
#
#   vm_prepare DIR                          start a new machine in DIR
#   vm_add DIR FILE NAME                    put a file at /vm/NAME
#   vm_add_module DIR MODULES NAME          put a module of the target there, with all that it depends on
#   vm_boot DIR IMAGE SECONDS [FUNCTION]    run /vm/main; results in DIR/results, console in DIR/console
#   vm_boot_test IMAGE TEST KO...           load, observe, unload the modules of one livepatch

# kvm is used when KPATCH_VM_ACCEL says so; emulation works everywhere and is fast enough. Both processors are emulated by
# one thread: with a thread for each, qemu 7.2 may still execute a breakpoint that the kernel has already taken away
# while it patched its own code (seen as "Oops: int3" at a static call, which every transition switches).
VM_ACCEL=${KPATCH_VM_ACCEL:-tcg,thread=single}
VM_MEMORY=${KPATCH_VM_MEMORY:-1024}
# What the kernel takes for too long: emulated on a busy machine, 5.10 looks for a symbol by going through all of them for half a minute
# (klp_find_object_symbol()). That is no fault of a livepatch; what never ends is still told.
readonly VM_PATIENCE="watchdog_thresh=60 rcupdate.rcu_cpu_stall_timeout=120"
# What the kernel need not do once more: its ciphers test themselves, a fifth of an emulated boot. (A kernel that can't leave that out takes
# no notice.)
readonly VM_SPARED=cryptomgr.notests
# Further options of qemu, e.g. for another firmware.
VM_OPTIONS=()
# Why the last machine failed, for a message.
VM_WHY=""
VM_DONE='@done'
# What the guest needs of its kernel, beside what every livepatch needs, in the form of CONFIG_RULES.
readonly VM_RULES="\
$ARCH_SERIAL_RULES
CONFIG_PRINTK b the kernel log is watched
CONFIG_BLK_DEV_INITRD b the guest's files come as an initramfs
CONFIG_BINFMT_ELF b busybox is an ELF program
CONFIG_BINFMT_SCRIPT b the initramfs starts with a script
CONFIG_PROC_FS b the tainted flags and the transition's state are in /proc
CONFIG_SYSFS b livepatches are disabled in /sys
CONFIG_DEVTMPFS b the serial lines are files in /dev"
# What the machine boots (vm_image).
VM_IMAGE=""
VM_LIB=${BASH_SOURCE[0]%/*}

# vm_require: every tool, or one message that names what is missing
vm_require() {
	packages_require vm
	if ! busybox --list 2>/dev/null | grep -x insmod >/dev/null; then
		die "$(command -v busybox) has no insmod; on Debian: apt-get install busybox-static"
	fi
	if ldd "$(command -v busybox)" >/dev/null 2>&1; then
		die "$(command -v busybox) is not a static program and can't run in the machine; on Debian: apt-get install busybox-static"
	fi
}

# vm_config CONFIG: can the guest run in a kernel of this configuration?
vm_config() {
	config_problems "$VM_RULES" "$1"
	if [[ $REPLY ]]; then
		die "--boot-test: the boot test does not work with the configuration $1, because of these options:$REPLY"
	fi
}

# vm_image: VM_IMAGE is what qemu can boot of the target: its image, if that is a bootable one or an ELF file with the entry that
# CONFIG_PVH makes; else the bootable one of the same build.
vm_image() {
	local place tried=""
	VM_IMAGE=$TARGET_IMAGE
	if ! is_elf "$TARGET_IMAGE" || [[ $(file_facts "$TARGET_IMAGE" virtual-entry || true) ]]; then return; fi
	for place in "${TARGET_IMAGE%/*}" "${TARGET_CONFIG%/*}" "$OPT_SOURCE"; do
		VM_IMAGE=$place/$ARCH_BOOT_IMAGE
		if [[ -f $VM_IMAGE ]] && vm_is_of_target "$VM_IMAGE"; then return; fi
		if [[ -f $VM_IMAGE ]]; then tried="; $VM_IMAGE is of another build"; fi
	done
	die "--boot-test: $TARGET_IMAGE is an ELF file without an entry point for virtual machines (CONFIG_PVH is not set), and there is no ${ARCH_BOOT_IMAGE##*/} of the same build beside it ($ARCH_BOOT_IMAGE)$tried; build it (make ${ARCH_BOOT_IMAGE##*/}), or give the bootable image with -v"
}

# vm_is_of_target IMAGE: does the bootable image say what the target says of itself: "RELEASE (USER@HOST) #1 SMP DATE", the banner without
# the compiler?
vm_is_of_target() {
	local text
	text=$(arch_boot_image_version "$1")
	[[ $text == *") #"* && $TARGET_BANNER == "Linux version ${text%%) #*}) "*" #${text#*) #}" ]]
}

vm_prepare() {
	local dir=$1
	rm -rf -- "$dir"
	mkdir -p -- "$dir"/root/{bin,proc,sys,dev,run,tmp,vm/modules}
	cp -- "$(command -v busybox)" "$dir/root/bin/busybox"
	cp -- "$VM_LIB/vm-guest.sh" "$dir/root/vm/"
	cat >"$dir/root/init" <<-EOF
		#!/bin/busybox sh
		export PATH=/bin
		/bin/busybox --install -s /bin
		mount -t proc proc /proc
		mount -t sysfs sysfs /sys
		mount -t devtmpfs devtmpfs /dev
		mount -t tmpfs tmpfs /run
		mount -t tmpfs tmpfs /tmp
		mount -t debugfs debugfs /sys/kernel/debug 2> /dev/null
		mount -t tracefs tracefs /sys/kernel/tracing 2> /dev/null
		ip link set lo up
		stty -F /dev/$ARCH_SECOND_LINE raw -echo 115200
		cd /vm
		sh ./main > /dev/$ARCH_SECOND_LINE 2>&1 < /dev/null
		echo "$VM_DONE \$?" > /dev/$ARCH_SECOND_LINE
		sync
		# Not poweroff, which needs ACPI: any kernel can reset the machine, and with -no-reboot that is its end.
		reboot -f
	EOF
	chmod 755 "$dir/root/init"
}

vm_add() { install -D -m 755 -- "$2" "$1/root/vm/$3"; }

# module_find DIR NAME ACTION...: give the files of modules below DIR, whose name (a pattern) may be of a compressed one, to ACTION of find
module_find() {
	local dir=$1 name=$2
	shift 2
	find "$dir/" "(" -name "$name.ko" -o -name "$name.ko.xz" -o -name "$name.ko.zst" -o -name "$name.ko.gz" ")" "$@"
}

# module_unpack FILE TO: the module in FILE, which may be compressed
module_unpack() {
	local unpack=(cat)
	case $1 in
	*.xz) unpack=(xz -dc) ;;
	*.zst) unpack=(zstd -dcq) ;;
	*.gz) unpack=(gzip -dc) ;;
	esac
	if ! "${unpack[@]}" -- "$1" >"$2"; then die "$1 can't be read, see above"; fi
}

# vm_find_module MODULES NAME: path of a module in a lib/modules/<release> directory, in REPLY; "" if there is none
vm_find_module() {
	local name=${2//_/[-_]}
	REPLY=$(module_find "$1" "$name" -print -quit)
}

# vm_add_module DIR MODULES NAME: NAME's order file lists what to load, dependencies first.
# The packages come without modules.dep, which is made when they are installed: each module says itself what it needs.
vm_add_module() {
	local dir=$1 modules=$2 name=${3//-/_}
	: >"$dir/root/vm/modules/$name.order"
	vm_add_module_to "$dir/root/vm/modules/$name.order" "$dir" "$modules" "$name"
}
vm_add_module_to() {
	local order=$1 dir=$2 modules=$3 name=${4//-/_} file dep soft into
	into=$dir/root/vm/modules
	vm_find_module "$modules" "$name"; file=$REPLY
	if [[ -z $file ]]; then
		# Built into the kernel, or not there at all; the second shows when the first module is loaded.
		return 0
	fi
	for dep in $(modinfo -F depends "$file" | tr ',' ' '); do
		vm_add_module_to "$order" "$dir" "$modules" "$dep"
	done
	# libcrc32c does not start without a crc32c, which is an alias of several.
	for soft in $(softdeps_of "$file" pre); do
		vm_resolve_module "$dir" "$modules" "$soft"
		for dep in $REPLY; do vm_add_module_to "$order" "$dir" "$modules" "$dep"; done
	done
	if grep -qx "$name.ko" "$order"; then return 0; fi
	module_unpack "$file" "$into/$name.ko"
	if [[ ${SIGN_KEY:-} ]]; then sign_file_for_machine "$into/$name.ko"; fi
	echo "$name.ko" >>"$order"
}

# softdeps_of FILE pre|post: what the module's file says, each word with a blank in front
softdeps_of() {
	modinfo -F softdep "$1" | tr -s ' \t' '\n\n' |
		awk -v kind="$2:" '/:$/ { wanted = ($0 == kind); next } wanted && NF { printf " %s", $0 }'
}

# vm_resolve_module DIR MODULES NAME: in REPLY, the modules of that name or alias; "" if there are none. Aliases need depmod's
# index, which takes seconds and is made for those machines only that ask for one.
vm_resolve_module() {
	local index=$1/index
	vm_find_module "$2" "$3"
	if [[ $REPLY ]]; then
		REPLY=$3
		return
	fi
	if [[ ! -d $index ]]; then
		mkdir -p -- "$index/lib/modules/0.0"
		ln -s -- "$(realpath -- "$2")" "$index/lib/modules/0.0/kernel"
		depmod -b "$index" 0.0 2>/dev/null || die "depmod can't read the modules of $2"
	fi
	# Not the configuration of this machine; no module of that name is no error.
	REPLY=$(modprobe -C /dev/null -d "$index" -S 0.0 -R "$3" 2>/dev/null) || true
}

# vm_boot DIR IMAGE SECONDS [PROGRESS]: run DIR/root/vm/main. Returns the script's status, or 99 if the machine itself
# failed; VM_WHY says why.
vm_boot() {
	local dir=$1 image=$2 seconds=$3 show=${4:-no_progress} status=0 last
	VM_WHY=""
	# Not compressed: the kernel needs no decompressor for it (CONFIG_RD_GZIP and others), and nothing is gained in memory.
	(cd "$dir/root" && find . | cpio --quiet -o -H newc -R 0:0) >"$dir/initrd"
	: >"$dir/results"
	: >"$dir/console"
	long_run "$dir/qemu.log" "$show" timeout -k 5 "$seconds" "$ARCH_EMULATOR" -nodefaults -no-reboot -display none \
		"${ARCH_EMULATOR_MACHINE[@]}" -accel "$VM_ACCEL" -smp 2 -m "$VM_MEMORY" -kernel "$image" -initrd "$dir/initrd" \
		-append "console=$ARCH_CONSOLE $ARCH_EMULATOR_KERNEL $VM_PATIENCE $VM_SPARED panic=-1 oops=panic loglevel=7 ${VM_APPEND:-}" \
		-serial "file:$dir/console" -serial "file:$dir/results" "${VM_OPTIONS[@]}" || status=$?
	last=$(tail -n 1 "$dir/results" | tr -d '\r')
	if ((status == 124 || status == 137)); then
		VM_WHY="it was not finished after $seconds s"
	elif ((status)); then
		VM_WHY="qemu failed (exit $status): $(tail -n 1 "$dir/qemu.log")"
	elif [[ $last != "$VM_DONE "* ]]; then
		VM_WHY=$(grep -aoE 'Kernel panic.*|BUG: .*|Oops: .*' "$dir/console" | head -n 1 | tr -d '\r') || true
		VM_WHY=${VM_WHY:-it stopped before the script was at its end}
	fi
	if [[ $VM_WHY ]]; then return 99; fi
	return "${last#"$VM_DONE "}"
}

# vm_boot_test IMAGE TEST KO...: boot IMAGE, load the modules that the livepatch KO... changes and then KO..., wait for the
# transitions, run TEST (unless it is empty), which must fail before, pass while all of KO... are loaded and fail again
# afterwards; unload them (those that can't be removed are disabled, and must refuse to be removed); the kernel log must stay clean,
# for some seconds more. TEST has the phase in KPATCH_PHASE, and what it started before goes on; a status of 100 says in any phase
# that something is broken. $TARGET_MODULES_DIR is where the modules are that KO... patch. Leaves one line for the stage in STAGE_SUMMARY.
vm_boot_test() {
	local image=$1 test=$2 ko dir=$WORK/10-boot files=() object status=0 wait kept=0 file
	shift 2
	vm_wait "$@"; wait=$REPLY
	vm_require
	vm_prepare "$dir"
	if [[ $test ]]; then vm_add "$dir" "$test" test; fi
	for ko; do
		files+=("${ko##*/}")
		vm_add "$dir" "$ko" "${ko##*/}"
		for object in $(modinfo -F klp_object "$ko"); do
			if [[ $object == vmlinux ]]; then continue; fi
			if [[ -z $TARGET_MODULES_DIR ]]; then
				die "the patch changes module $object, but the target's modules are not known; give their directory with --modules"
			fi
			vm_add_module "$dir" "$TARGET_MODULES_DIR" "$object"
			echo "$object" >>"$dir/root/vm/objects"
		done
		if [[ $(modinfo -F address_kept "$ko") ]]; then kept=1; fi
	done
	for object in "${OPT_BOOT_MODULES[@]}"; do
		if [[ -z $TARGET_MODULES_DIR ]]; then
			die "--boot-test-module $object: the target's modules are not known; give their directory with --modules"
		fi
		vm_find_module "$TARGET_MODULES_DIR" "$object"
		if [[ -z $REPLY ]]; then die "--boot-test-module $object: $TARGET_RELEASE has no such module"; fi
		vm_add_module "$dir" "$TARGET_MODULES_DIR" "$object"
		echo "${object//-/_}" >>"$dir/root/vm/objects"
	done
	for file in "${OPT_BOOT_FILES[@]}"; do vm_add "$dir" "$file" "${file##*/}"; done
	vm_boot_test_script "$wait" "${files[@]}" >"$dir/root/vm/main"
	vm_boot "$dir" "$image" "$((${KPATCH_VM_SECONDS:-300} + wait))" || status=$?
	if ((status == 99)); then
		workdir_keep
		tail -n 30 "$dir/console" | tr -d '\r' | sed 's/^/    /' >&2
		die "the kernel was booted, but $VM_WHY; its console output is in $dir/console"
	elif ((status)); then
		grep -v "^$VM_DONE" "$dir/results" | tr -d '\r' | sed 's/^/    /' >&2
		workdir_keep
		die "${files[*]} failed the boot test, see above; console and results are in $dir"
	fi
	STAGE_SUMMARY="booted, loaded, ${test:+tested, }unloaded; the kernel log is clean"
	if ((kept)); then STAGE_SUMMARY=${STAGE_SUMMARY/unloaded/disabled (it can\'t be removed)}; fi
}

# vm_wait KO...: seconds to wait for what comes late, in REPLY. What an author says is cancelled may be a delayed work.
vm_wait() {
	local ko
	REPLY=${OPT_BOOT_WAIT:-5}
	if [[ $OPT_BOOT_WAIT ]]; then return; fi
	for ko; do
		if modinfo -F accepted "$ko" | grep '^address-kept:' >/dev/null; then REPLY=45; fi
	done
}

vm_test_module() {
	local name made=()
	for name in "${MODULES_MADE[@]}"; do made+=("$WORK/8-post-link/$name.ko"); done
	vm_boot_test "$VM_IMAGE" "$OPT_BOOT_SCRIPT" "${made[@]}"
}

vm_boot_test_script() {
	local wait=$1
	shift
	cat <<-EOF
		. ./vm-guest.sh
		modules="$*"
		step() { "\$@" || { say "failed: \$*"; exit 1; }; }
		[ ! -e objects ] || for object in \$(cat objects); do step load_target \$object; done
		log_mark
		step test_phase before
		backwards=
		for ko in \$modules; do step klp_load "/vm/\$ko"; backwards="\$ko \$backwards"; done
		step test_phase loaded
		for ko in \$backwards; do step klp_retire "\$(klp_name "\$ko")"; done
		sleep $wait
		step test_phase after
		step log_check
	EOF
}
