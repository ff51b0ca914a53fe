# shellcheck shell=bash
# Loading and unloading, with the transition of all tasks to the other code.

IN_TRANSITION=""        # the livepatch that is waited for
# A reversal gets as long as the transition, and at least so many seconds (the tests set it). It has few tasks to wait for.
REVERSAL_SECONDS=${KPATCH_REVERSAL_SECONDS:-30}

# transition_wait NAME STATE SECONDS: until all tasks have come to it. False if that is not so after that time.
transition_wait() {
	local name=$1 dir end last=-1 now
	klp_dir "$name"; dir=$REPLY
	IN_TRANSITION=$name
	now_seconds; end=$((REPLY + $3)) PROGRESS_LAST=$REPLY
	while true; do
		read_value "$dir/transition"
		if [[ $REPLY != 1 ]]; then break; fi
		now_seconds; now=$REPLY
		if ((now >= end)); then IN_TRANSITION=""; return 1; fi
		if ((now != last)); then
			last=$now
			tasks_stalled "$2"
			number_of "${#STALLED[@]}" task
			progress "$name: waiting for $REPLY, $((end - now)) s more"
		fi
		pause
	done
	IN_TRANSITION=""
	progress_clear
}

# transition_turn NAME STATE: back, after one that took too long, to the other code. Sets RESULT.
transition_turn() {
	local name=$1 back=$((1 - $2)) dir seconds=$((OPT_TIMEOUT > REVERSAL_SECONDS ? OPT_TIMEOUT : REVERSAL_SECONDS))
	klp_dir "$name"; dir=$REPLY
	message "after $OPT_TIMEOUT s, these tasks hold up the transition of $name:"
	tasks_tell "$2" tell
	if ! write_value "$dir/enabled" "$back"; then
		# It may have ended in this moment.
		RESULT=stuck
		read_value "$dir/transition"
		if [[ $REPLY != 1 ]]; then RESULT="done"; fi
		return
	fi
	RESULT=reversed
	if ! transition_wait "$name" "$back" "$seconds"; then
		RESULT=stuck
		message "after $seconds s more, these tasks hold up the reversal:"
		tasks_tell "$back" tell
	fi
}
tell_stuck() { fail "$EXIT_STUCK" "the transition of $1 was reversed after $OPT_TIMEOUT s, and the reversal has not ended; it goes on in the kernel, see kpatch status"; }

# load_one FILE NAME: sets RESULT
load_one() {
	local file=$1 name=$2 before text
	RESULT=error
	kernel_state "$name"
	if [[ $file && $STATE == @(enabled|enabling|disabling|disabled) ]] && ! module_is_build "$file" "$name"; then
		fail "$EXIT_ERROR" "another build of $name is loaded than $file; unload it first"
		return
	fi
	case $STATE in
	enabled)
		say "$name is loaded already"
		RESULT="done"
		return
		;;
	other)
		fail "$EXIT_ERROR" "a module $name is loaded that is no livepatch"
		return
		;;
	esac
	in_transition
	if [[ $REPLY && $REPLY != "$name" ]]; then
		fail "$EXIT_ERROR" "the transition of $REPLY is in progress, and there can be only one; see kpatch status"
		return
	fi
	kernel_loaded
	before=("${LOADED[@]}")
	kernel_state "$name"
	case $STATE in
	enabling) ;;
	disabling | disabled)
		klp_dir "$name"
		if ! write_value "$REPLY/enabled" 1; then
			fail "$EXIT_ERROR" "$name can't be enabled again: $REPLY"
			return
		fi
		;;
	*)
		if [[ ! $file ]]; then
			fail "$EXIT_ERROR" "$name is not installed for $RUNNING"
			RESULT=missing
			return
		fi
		if ! module_check "$file"; then
			RESULT=refused
			return
		fi
		if [[ $STATE == inactive ]] && ! module_remove "$name"; then
			fail "$EXIT_ERROR" "$name was disabled, and can't be removed to be loaded anew: $REPLY"
			return
		fi
		# (It begins there.)
		IN_TRANSITION=$name
		if ! text=$(insmod "$file" 2>&1); then
			IN_TRANSITION=""
			fail "$EXIT_ERROR" "the kernel does not load $name: ${text##*: }; its log tells why (dmesg)"
			return
		fi
		kernel_state "$name"
		if [[ $STATE != enabl* ]]; then
			fail "$EXIT_ERROR" "$name was loaded, but has enabled no livepatch; its log tells why (dmesg)"
			module_remove "$name" || true
			return
		fi
		;;
	esac
	RESULT="done"
	if ! transition_wait "$name" 1 "$OPT_TIMEOUT"; then transition_turn "$name" 1; fi
	case $RESULT in
	stuck) tell_stuck "$name" ;;
	reversed)
		module_remove "$name" || warn "$name is not in use, but can't be removed: $REPLY"
		fail "$EXIT_REVERSED" "$name is not loaded: the transition took more than $OPT_TIMEOUT s and was reversed"
		;;
	done)
		say "$name is loaded"
		remove_replaced "$name" "${before[@]}"
		;;
	esac
}

# remove_replaced NAME LOADED...: those that it has replaced. (They can't be enabled again.)
remove_replaced() {
	local new=$1 name gone=()
	shift
	for name; do
		kernel_state "$name"
		if [[ $STATE != inactive || $name == "$new" ]]; then continue; fi
		if module_remove "$name"; then gone+=("$name"); else note "$name is replaced, and stays in memory: $REPLY"; fi
	done
	if ((${#gone[@]})); then say "$new replaces ${gone[*]}, which $( ((${#gone[@]} == 1)) && echo is || echo are) removed"; fi
}

json_result() {
	kernel_state "$2"
	json_module "$2" "$RUNNING" "$1" "$STATE" "" "$RESULT"
}

command_load() {
	local arg
	load_lock
	if ((OPT_ALL)); then load_all; return; fi
	for arg in "${ARGS[@]}"; do
		if ! module_find "$arg"; then continue; fi
		load_one "$MODULE_FILE" "$MODULE_NAME"
		# It has worked: boot may try it again.
		if [[ $RESULT == "done" ]]; then loading_end "$MODULE_NAME"; fi
		json_result "$MODULE_FILE" "$MODULE_NAME"
	done
}

# load_all: what is installed, in order. One that fails does not keep the others from being loaded.
load_all() {
	local i first=0 name names files part
	store_read "$RUNNING"
	names=("${STORE_NAMES[@]}") files=("${STORE_FILES[@]}")
	if ((!${#names[@]})); then say "no livepatch is installed for $RUNNING"; fi
	# Those before one that has replaced them would, loaded anew, replace that.
	for i in "${!names[@]}"; do
		kernel_state "${names[i]}"
		if [[ $STATE == enabl* ]] && kernel_replaces "${names[i]}" "${files[i]}"; then first=$i; fi
	done
	for i in "${!names[@]}"; do
		name=${names[i]} RESULT=skipped
		part=""
		if module_read "${files[i]}"; then part=${INFO[klp_part_of]:-}; fi
		if ((i < first)); then
			say "$name is left out: ${names[first]} replaces it"
		elif [[ $part && $part != vmlinux ]] && ! module_is_loaded "$part"; then
			say "$name is left out: it is for the module $part, which is not loaded"
		elif loading_begin "$name"; then
			load_one "${files[i]}" "$name"
			loading_end "$name"
		fi
		json_result "${files[i]}" "$name"
	done
}

# loading_begin NAME: a livepatch that stops the kernel must not stop every boot. False if the machine went down twice while it was being
# loaded. (Those that are loaded before it at each boot leave its count alone.)
loading_begin() {
	local dir line times=0
	store_dir "$RUNNING"; dir=$REPLY
	kernel_state "$1"
	if [[ $STATE == enabled ]]; then return; fi
	store_loading "$dir"
	for line in "${LOADING[@]}"; do
		if [[ $line =~ ^"$1 "([0-9]{1,6})$ ]]; then times=${BASH_REMATCH[1]}; fi
	done
	if ((times >= 2)); then
		fail "$EXIT_ERROR" "$1 is not loaded: twice the machine went down while it was; to try again: kpatch load $1"
		return 1
	fi
	# (What can't be written, because the disk is full, keeps no livepatch from being loaded.)
	store_loading_set "$dir" "$1" "$((times + 1))" 2>/dev/null || warn "$dir can't be written to"
}
loading_end() { store_dir "$RUNNING"; store_loading_set "$REPLY" "$1" 2>/dev/null || true; }

# unload_one NAME: sets RESULT
unload_one() {
	local name=$1 dir
	RESULT=error
	klp_dir "$name"; dir=$REPLY
	kernel_state "$name"
	case $STATE in
	"")
		fail "$EXIT_ERROR" "$name is not loaded"
		RESULT=missing
		return
		;;
	other)
		fail "$EXIT_ERROR" "the module $name is no livepatch"
		return
		;;
	enabled | enabling)
		if ! write_value "$dir/enabled" 0; then
			fail "$EXIT_ERROR" "$name can't be disabled: $REPLY"
			return
		fi
		;;
	esac
	RESULT="done"
	if ! transition_wait "$name" 0 "$OPT_TIMEOUT"; then transition_turn "$name" 0; fi
	case $RESULT in
	stuck) tell_stuck "$name" ;;
	reversed) fail "$EXIT_REVERSED" "$name is still loaded: the transition took more than $OPT_TIMEOUT s and was reversed" ;;
	done)
		if module_remove "$name"; then
			say "$name is unloaded"
		else
			RESULT=disabled
			warn "$name is disabled, but its module stays in memory: $REPLY"
		fi
		;;
	esac
}

command_unload() {
	local arg names=()
	load_lock
	if ((OPT_ALL)); then
		kernel_loaded
		names=("${LOADED[@]}")
		if ((!${#names[@]})); then say "no livepatch is loaded"; fi
	fi
	for arg in "${ARGS[@]}"; do
		if module_find "$arg"; then names+=("$MODULE_NAME"); fi
	done
	for arg in "${names[@]}"; do
		unload_one "$arg"
		json_result "" "$arg"
	done
}
