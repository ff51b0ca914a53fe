# shellcheck shell=bash
# What the kernel says of livepatches: /sys/kernel/livepatch/NAME has enabled, transition and a directory for each object with its patched
# functions (Documentation/ABI/testing/sysfs-kernel-livepatch). It goes when the livepatch is disabled or replaced; the module stays until
# it is removed.

STATE=""                # what kernel_state found
readonly KLP_SYSFS=$ROOT/sys/kernel/livepatch MODULE_SYSFS=$ROOT/sys/module

klp_dir() { REPLY=$KLP_SYSFS/$1; }
module_is_loaded() { [[ -d $MODULE_SYSFS/$1 ]]; }

# read_value FILE -> REPLY: a number of sysfs, "" if it is gone
read_value() { REPLY=""; { read -r REPLY <"$1"; } 2>/dev/null || true; }

# kernel_state NAME: STATE is
#   enabled, enabling, disabling (a transition is in progress), disabled (old kernels can enable it again), inactive (replaced or disabled:
#   only the module is left), other (a module of that name that is no livepatch), "" (not loaded)
kernel_state() {
	local dir enabled transition taint=""
	STATE=""
	klp_dir "$1"; dir=$REPLY
	read_value "$dir/enabled"; enabled=$REPLY
	read_value "$dir/transition"; transition=$REPLY
	case $enabled$transition in
	10) STATE=enabled ;;
	11) STATE=enabling ;;
	01)
		STATE=disabling
		# While insmod is at work it is not enabled yet.
		read_value "$MODULE_SYSFS/$1/initstate"
		if [[ $REPLY == coming ]]; then STATE=enabling; fi
		;;
	00) STATE=disabled ;;
	*)
		if module_is_loaded "$1"; then
			read_value "$MODULE_SYSFS/$1/taint"; taint=$REPLY
			# (The kernel marks livepatches by a K.)
			if [[ $taint == *K* ]]; then STATE=inactive; else STATE=other; fi
		fi
		;;
	esac
}
# kernel_state_for RELEASE NAME: nothing is loaded for a kernel that does not run
kernel_state_for() { if [[ $1 == "$RUNNING" ]]; then kernel_state "$2"; else STATE=""; fi; }

# kernel_loaded -> LOADED: livepatches that are loaded, the newest first (as /proc/modules has them)
LOADED=()
kernel_loaded() {
	local name rest
	LOADED=()
	# (A kernel without modules)
	if [[ ! -e $ROOT/proc/modules ]]; then return; fi
	while read -r name rest; do
		kernel_state "$name"
		if [[ $STATE && $STATE != other ]]; then LOADED+=("$name"); fi
	done <"$ROOT/proc/modules"
}

# in_transition -> REPLY: the livepatch whose transition is in progress, or ""
in_transition() {
	local file found=""
	for file in "$KLP_SYSFS"/*/transition; do
		read_value "$file"
		if [[ $REPLY == 1 ]]; then file=${file%/transition} found=${file##*/}; fi
	done
	REPLY=$found
}

# kernel_replaces NAME FILE: does it replace the others? (Before 6.11, only the module says so.)
kernel_replaces() {
	klp_dir "$1"
	read_value "$REPLY/replace"
	if [[ ! $REPLY ]] && module_read "$2"; then REPLY=${INFO[klp_replace]:+1}; fi
	[[ $REPLY == 1 ]]
}

# write_value FILE VALUE: the reason of a failure is in REPLY
write_value() {
	local text
	if text=$( (printf '%s\n' "$2" >"$1") 2>&1); then return; fi
	REPLY=${text##*: }
	return 1
}

# module_remove NAME: it may be used for a moment more
module_remove() {
	local tries=0 text
	while module_is_loaded "$1"; do
		if text=$(rmmod -- "$1" 2>&1); then return; fi
		if ((++tries > 25)); then
			REPLY=${text##*$'\n'}
			return 1
		fi
		pause
	done
}

load_lock() {
	local fd
	if [[ ! -d $ROOT/run ]]; then mkdir -p -- "$ROOT/run"; fi
	if ! { exec {fd}>"$ROOT/run/kpatch.lock"; } 2>/dev/null; then die "$EXIT_ERROR" "$ROOT/run/kpatch.lock can't be written"; fi
	lock_take "$fd"
}
