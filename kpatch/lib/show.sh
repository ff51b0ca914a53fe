# shellcheck shell=bash
# list, info, status: what is loaded and installed.

# show_loaded INDENT: the livepatches that are loaded, with their state. They are in LOADED.
show_loaded() {
	local name
	kernel_loaded
	store_read "$RUNNING"
	for name in "${LOADED[@]}"; do
		kernel_state "$name"
		printf -v REPLY '%s%-40s %s' "$1" "$name" "$STATE"
		say "$REPLY"
		store_place "$name"
		json_module "$name" "$RUNNING" "" "$STATE" "$REPLY" ""
	done
}

command_list() {
	local dir i release place runs
	say "Loaded:"
	show_loaded "    "
	say "Installed, in the order in which they are loaded:"
	for dir in "$ROOT$STORE"/*/; do
		dir=${dir%/}
		release=${dir##*/}
		store_read "$release"
		if ((${#STORE_NAMES[@]})); then
			runs=""
			if [[ $release == "$RUNNING" ]]; then runs=", which runs"; fi
			printable "$release"
			say "    $REPLY$runs:"
		fi
		for i in "${!STORE_NAMES[@]}"; do
			printable "${STORE_NAMES[i]}"
			say "        $REPLY"
			kernel_state_for "$release" "${STORE_NAMES[i]}"
			# (What is loaded stands there already.)
			if [[ ! $STATE ]]; then place=$((i + 1)); json_module "${STORE_NAMES[i]}" "$release" "${STORE_FILES[i]}" "" "$place" ""; fi
		done
	done
}

command_info() {
	local key object place dir shown
	if ! module_find "${ARGS[0]}"; then return; fi
	kernel_state "$MODULE_NAME"
	if [[ ! $STATE && ! $MODULE_FILE ]]; then
		fail "$EXIT_ERROR" "$MODULE_NAME is neither loaded nor installed for $RELEASE"
		return
	fi
	store_read "$RELEASE"
	store_place "$MODULE_NAME"; place=$REPLY
	say "name:           $MODULE_NAME"
	say "state:          ${STATE:-not loaded}${place:+, installed as number $place}"
	if [[ $MODULE_FILE ]]; then
		printable "$MODULE_FILE"; shown=$REPLY
		say "file:           $shown"
		if module_read "$MODULE_FILE"; then
			module_release
			say "release:        $REPLY"
			for key in target_package kpatch_build description license; do
				printable "${INFO[$key]:-}"
				printf -v shown '%-15s %s' "$key:" "$REPLY"
				if [[ $REPLY ]]; then say "$shown"; fi
			done
			modinfo -F patch "$MODULE_FILE" | while read -r shown; do printable "$shown"; say "patch:          $REPLY"; done
		fi
	fi
	klp_dir "$MODULE_NAME"
	for dir in "$REPLY"/*/*,*/; do
		dir=${dir%/}
		object=${dir%/*}
		say "patched:        ${object##*/}: ${dir##*/}"
	done
	json_module "$MODULE_NAME" "$RELEASE" "$MODULE_FILE" "$STATE" "$place" ""
}

# Exit code 6 while a transition is in progress, for scripts.
command_status() {
	local name target
	show_loaded ""
	if ((!${#LOADED[@]})); then say "no livepatch is loaded"; fi
	in_transition; name=$REPLY
	if [[ ! $name ]]; then
		say "no transition is in progress"
		return
	fi
	STATUS=$EXIT_TRANSITION
	kernel_state "$name"
	target=0
	if [[ $STATE == enabl* ]]; then target=1; fi
	say "The transition of $name is in progress. These tasks hold it up:"
	tasks_tell "$target" say
	if ((target)); then target=unload; else target=load; fi
	say "To wake them: kpatch signal. To turn the transition round: kpatch $target $name"
}
