# shellcheck shell=bash
# The tasks that hold up a transition. Each task has its own: /proc/PID/task/TID/patch_state is 1 if it runs the patched code, 0 if the
# unpatched, -1 outside of a transition. It changes when the task is seen outside of patched functions: between two system calls, or
# asleep somewhere else.

STALLED=()              # directories of such tasks
# What task_read found
TASK_PID="" TASK_TID="" TASK_NAME="" TASK_KIND="" TASK_RUN="" TASK_STACK=() TASK_PATCHED=""

# tasks_stalled STATE -> STALLED: those that have not come to it
tasks_stalled() {
	local file state
	STALLED=()
	for file in "$ROOT"/proc/[0-9]*/task/[0-9]*/patch_state; do
		state=-1
		{ read -r state <"$file"; } 2>/dev/null || true
		if [[ $state != "$1" && $state == [01] ]]; then STALLED+=("${file%/patch_state}"); fi
	done
}

# task_read DIR: false if it is gone. (Without a process: there can be thousands.)
task_read() {
	local stat="" line lines=() words
	TASK_TID=${1##*/} TASK_PID=${1%/task/*} TASK_STACK=() TASK_PATCHED=""
	TASK_PID=${TASK_PID##*/}
	# "12 (name) S ...": the name can have anything, also a bracket or a line feed
	{ IFS= read -r -d '' stat <"$1/stat"; } 2>/dev/null || true
	if [[ $stat != *'('*')'* ]]; then return 1; fi
	TASK_NAME=${stat#*(}
	TASK_NAME=${TASK_NAME%)*}
	read -ra words <<<"${stat##*) }"
	TASK_RUN=${words[0]}
	# PF_KTHREAD (include/linux/sched.h)
	if ((words[6] & 0x200000)); then TASK_KIND=kernel; else TASK_KIND=user; fi
	{ mapfile -t lines <"$1/stack"; } 2>/dev/null || true
	for line in "${lines[@]}"; do
		# "[<0>] hrtimer_nanosleep+0xa6/0x110 [module]"
		line=${line#*] }
		line=${line%%+*}
		if [[ ! $line || $line == 0x* ]]; then continue; fi
		TASK_STACK+=("$line")
		if [[ ! $TASK_PATCHED && ${PATCHED_FUNCTIONS[$line]:-} ]]; then TASK_PATCHED=$line; fi
	done
}

# patched_functions -> PATCHED_FUNCTIONS: those of all livepatches that are enabled, or about to be or not to be
declare -A PATCHED_FUNCTIONS=()
patched_functions() {
	local dir
	PATCHED_FUNCTIONS=()
	# NAME/OBJECT/FUNCTION,POSITION
	for dir in "$KLP_SYSFS"/*/*/*,*/; do
		dir=${dir%/}
		dir=${dir##*/}
		PATCHED_FUNCTIONS[${dir%,*}]=1
	done
}

# task_text -> REPLY: who it is and where
task_text() {
	local where
	printable "$TASK_NAME"
	REPLY="$TASK_PID $REPLY"
	if [[ $TASK_TID != "$TASK_PID" ]]; then REPLY+=" (thread $TASK_TID)"; fi
	if [[ $TASK_KIND == kernel ]]; then REPLY+=" (of the kernel)"; fi
	case $TASK_RUN in
	R) where=": runs" ;;
	D) where=": waits, and can't be woken by a signal," ;;
	T | t) where=": is stopped" ;;
	*) where=": sleeps" ;;
	esac
	if ((${#TASK_STACK[@]})); then where+=" in ${TASK_STACK[0]}"; fi
	if [[ $TASK_PATCHED && $TASK_PATCHED != "${TASK_STACK[0]}" ]]; then where+=", called by $TASK_PATCHED"; fi
	if [[ $TASK_PATCHED ]]; then where+=", which is patched"; fi
	REPLY+=${where%,}
}

# tasks_tell STATE HOW: all that have not come to it, and why, each by HOW (say or tell)
tasks_tell() {
	local dir shown=0
	patched_functions
	tasks_stalled "$1"
	# (The idle tasks of the processors are not in /proc.)
	if ((!${#STALLED[@]})); then "$2" "    no task in /proc, so it must be the idle task of a processor"; fi
	for dir in "${STALLED[@]}"; do
		if ! task_read "$dir"; then continue; fi
		json_task
		if ((shown++ == 20)); then "$2" "    and $((${#STALLED[@]} - 20)) more"; fi
		if ((shown <= 20)); then
			task_text
			"$2" "    $REPLY"
		fi
	done
}

json_task() {
	local IFS=$'\n'
	json_row task "$TASK_PID" "$TASK_TID" "$TASK_NAME" "$TASK_KIND" "$TASK_RUN" "$TASK_PATCHED" "${TASK_STACK[*]}"
}

# The kernel wakes such tasks itself, every 15 s (since 5.1; before, on request): kernel threads, and processes by a signal that they do not
# see. This does it at once for processes: one that is stopped and goes on leaves its system call in the same way, and its parent may
# see that it was stopped.
command_signal() {
	local name target dir text woken=0 done_pids=" "
	in_transition; name=$REPLY
	if [[ ! $name ]]; then
		say "no transition is in progress"
		return
	fi
	klp_dir "$name"; dir=$REPLY
	if [[ -e $dir/signal ]]; then
		if ! write_value "$dir/signal" 1; then die "$EXIT_ERROR" "$dir/signal can't be written: $REPLY"; fi
		say "the kernel wakes the tasks that hold up the transition of $name"
		return
	fi
	read_value "$dir/enabled"; target=$REPLY
	patched_functions
	tasks_stalled "$target"
	for dir in "${STALLED[@]}"; do
		if ! task_read "$dir"; then continue; fi
		json_task
		# (What is stopped already must not go on.)
		if [[ $TASK_KIND == kernel || $TASK_RUN == [TtZX] || $done_pids == *" $TASK_PID "* ]]; then continue; fi
		done_pids+="$TASK_PID "
		if task_poke "$TASK_PID"; then woken=$((woken + 1)); fi
	done
	number_of "$woken" process; text=$REPLY
	number_of "${#STALLED[@]}" task
	say "woke $text, for $REPLY that hold up the transition of $name; the kernel itself wakes all of them every 15 s"
}
task_poke() {
	local poked=1
	# Between the two, nothing ends this run.
	signals_ignored
	if kill -STOP "$1" 2>/dev/null; then
		pause
		kill -CONT "$1" 2>/dev/null || true
		poked=0
	fi
	install_traps
	return "$poked"
}
