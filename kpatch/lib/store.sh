# shellcheck shell=bash
# Installed livepatches: /var/lib/kpatch/RELEASE/NAME.ko, and beside them
#
#   order      names as the kernel has them, one a line, in the order in which they are loaded. What is not in there (a package has put
#              its file beside the others) comes behind, in the order of the names, by version.
#   .loading   at boot, how many times the machine went down while a livepatch was being loaded: its name and the number, a line for each;
#              with the one that is being loaded, as if it did now
#
# Each of these files is complete or not there: written under another name, brought to the disk, renamed.

readonly STORE=/var/lib/kpatch
LOADING=()                      # what store_loading found
STORE_NAMES=() STORE_FILES=()   # what store_read found, in order
STORE_TEMPS=()                  # what is to be removed if this run ends now
STORE_LOCK=""

store_dir() { REPLY=$ROOT$STORE/$1; }

# store_read RELEASE
store_read() {
	local dir file name names=() sorted=() line
	local -A files=()
	STORE_NAMES=() STORE_FILES=()
	store_dir "$1"; dir=$REPLY
	for file in "$dir"/*.ko; do
		if [[ ! -f $file ]]; then continue; fi
		# (A damaged file is listed by the name of the file, and told of when it is to be loaded.)
		if module_read "$file"; then name=${INFO[name]}; else name_of "${file##*/}"; name=$REPLY; fi
		if [[ ! $name =~ ^[A-Za-z0-9_]+$ ]]; then
			printable "$file"
			warn "$REPLY is no kernel module, and is left out"
			continue
		fi
		if [[ ${files[$name]:-} ]]; then
			printable "${file##*/}"
			warn "$dir has two files of $name; $REPLY is not used"
			continue
		fi
		files[$name]=$file
	done
	if [[ -f $dir/order ]]; then
		mapfile -t names <"$dir/order"
	fi
	sorted=("${!files[@]}")
	if ((${#files[@]} > 1)); then
		printf '%s\0' "${!files[@]}" | sort -zV | mapfile -d '' -t sorted
	fi
	for line in "${names[@]}" "${sorted[@]}"; do
		# (Somebody may have written it by hand.)
		read -r line <<<"$line" || true
		name_of "${line%$'\r'}"; line=$REPLY
		if [[ ! $line =~ ^[A-Za-z0-9_]+$ || ! ${files[$line]:-} ]]; then continue; fi
		STORE_NAMES+=("$line")
		STORE_FILES+=("${files[$line]}")
		unset "files[$line]"
	done
}

# store_find RELEASE NAME -> REPLY: its file
store_find() {
	local i
	store_read "$1"
	for i in "${!STORE_NAMES[@]}"; do
		if [[ ${STORE_NAMES[i]} == "$2" ]]; then REPLY=${STORE_FILES[i]}; return; fi
	done
	return 1
}

# store_place NAME -> REPLY: as how many-th it is loaded, of what was read; "" if it is not installed
store_place() {
	local i
	REPLY=""
	for i in "${!STORE_NAMES[@]}"; do
		if [[ ${STORE_NAMES[i]} == "$1" ]]; then REPLY=$((i + 1)); fi
	done
}

# store_lock DIR: one kpatch at a time changes it; what killed ones left behind goes
store_lock() {
	local left
	if ! { exec {STORE_LOCK}>"$1/.lock"; } 2>/dev/null; then die "$EXIT_ERROR" "$1 can't be written to"; fi
	lock_take "$STORE_LOCK"
	module_forget
	left=("$1"/.*.ko.new "$1"/.order[.]new)
	if ((${#left[@]})); then rm -f -- "${left[@]}"; fi
}
# (What is there under a temporary name from now on is another's.)
store_unlock() { store_clean; exec {STORE_LOCK}>&-; STORE_LOCK=""; }
# lock_take FD
lock_take() {
	if flock -n "$1"; then return; fi
	note "waiting for another kpatch"
	wait_for flock "$1"
}

store_clean() {
	if ((${#STORE_TEMPS[@]})); then rm -f -- "${STORE_TEMPS[@]}"; fi
	STORE_TEMPS=()
}

# store_temp FILE -> REPLY: its name until it is complete
store_temp() {
	REPLY=${1%/*}/.${1##*/}.new
	STORE_TEMPS+=("$REPLY")
}
# store_put FILE: what was written under that name is on the disk, and then has its own
store_put() {
	store_temp "$1"
	sync -- "$REPLY" && mv -fT -- "$REPLY" "$1" && sync -- "${1%/*}"
}

# store_write_order DIR NAME...: under its temporary name
store_write_order() {
	store_temp "$1/order"
	printf '%s\n' "${@:2}" >"$REPLY"
}

# store_loading DIR -> LOADING: the lines of .loading
store_loading() {
	LOADING=()
	if [[ -f $1/.loading ]]; then mapfile -t LOADING <"$1/.loading"; fi
}

# store_loading_set DIR NAME [TIMES]: have it say so of this one, or nothing
store_loading_set() {
	local line lines=()
	if [[ ! -e $1/.loading && ! ${3:-} ]]; then return; fi
	store_loading "$1"
	for line in "${LOADING[@]}"; do
		if [[ $line != "$2" && $line != "$2 "* ]]; then lines+=("$line"); fi
	done
	if [[ ${3:-} ]]; then lines+=("$2 $3"); fi
	if ((!${#lines[@]})); then
		rm -f -- "$1/.loading"
	else
		store_temp "$1/.loading"
		printf '%s\n' "${lines[@]}" >"$REPLY" && store_put "$1/.loading"
	fi
}

# install_one FILE NAME: the module, and its place, which is the last unless it has one. Where the disk is full, nothing has changed.
install_one() {
	local file=$1 name=$2 dir to place names
	store_dir "$RELEASE"; dir=$REPLY
	if ! mkdir -p -- "$dir" 2>"$TEMP/log"; then
		fail "$EXIT_ERROR" "$dir can't be made: $(tail -n 1 -- "$TEMP/log")"
		return 1
	fi
	store_lock "$dir"
	store_read "$RELEASE"
	store_place "$name"; place=$REPLY
	names=("${STORE_NAMES[@]}")
	to=$dir/$name.ko
	if [[ $place ]]; then to=${STORE_FILES[place - 1]}; else names+=("$name"); fi
	if [[ $place && -f $to ]] && cmp -s -- "$file" "$to"; then
		say "$name is installed for $RELEASE already"
	elif { store_temp "$to" && cp -- "$file" "$REPLY" && chmod 644 -- "$REPLY" && store_write_order "$dir" "${names[@]}" && store_put "$to" && store_put "$dir/order"; } 2>"$TEMP/log"; then
		store_loading_set "$dir" "$name" 2>/dev/null || true
		say "$name is installed for $RELEASE${place:+, in place of another of that name}"
	else
		store_clean
		store_unlock
		fail "$EXIT_ERROR" "$name could not be installed in $dir, and what was there is as before: $(tail -n 1 -- "$TEMP/log")"
		return 1
	fi
	store_unlock
	module_forget
	store_read "$RELEASE"
	store_place "$name"
	kernel_state_for "$RELEASE" "$name"
	store_place "$name"
	json_module "$name" "$RELEASE" "$to" "$STATE" "$REPLY" installed
}

command_install() {
	local arg
	temp_make
	for arg in "${ARGS[@]}"; do
		if [[ $arg != */* && ! -e $arg ]]; then
			printable "$arg"
			fail "$EXIT_ERROR" "there is no file $REPLY"
			continue
		fi
		if [[ $arg != */* ]]; then arg=./$arg; fi
		if ! module_find "$arg"; then continue; fi
		# For another kernel nothing is here to check it against; it is checked when it is to be loaded there.
		if [[ $RELEASE == "$RUNNING" ]]; then
			if ! module_check "$MODULE_FILE"; then json_module "$MODULE_NAME" "$RELEASE" "$MODULE_FILE" "" "" refused; continue; fi
		elif ! module_is_livepatch "$MODULE_NAME" "$RELEASE"; then
			json_module "$MODULE_NAME" "$RELEASE" "$MODULE_FILE" "" "" refused
			continue
		fi
		install_one "$MODULE_FILE" "$MODULE_NAME" || json_module "$MODULE_NAME" "$RELEASE" "$MODULE_FILE" "" "" error
	done
}

command_uninstall() {
	local arg dir names name file
	temp_make
	store_dir "$RELEASE"; dir=$REPLY
	for arg in "${ARGS[@]}"; do
		name_of "${arg##*/}"; name=$REPLY
		if [[ ! -d $dir ]] || ! store_find "$RELEASE" "$name"; then
			printable "$name"
			fail "$EXIT_ERROR" "$REPLY is not installed for $RELEASE"
			json_module "$name" "$RELEASE" "" "" "" missing
			continue
		fi
		store_lock "$dir"
		if ! store_find "$RELEASE" "$name"; then store_unlock; continue; fi
		file=$REPLY
		printf '%s\0' "${STORE_NAMES[@]}" | grep -zvxF -- "$name" | mapfile -d '' -t names || true
		# (The order first: it may name what is not there.)
		if { rm -f -- "$file" && sync -- "$dir" && store_write_order "$dir" "${names[@]}" && store_put "$dir/order"; } 2>"$TEMP/log"; then
			say "$name is not installed for $RELEASE any more"
			json_module "$name" "$RELEASE" "" "" "" uninstalled
		elif [[ ! -e $file ]]; then
			# The rest of the order stands as it was.
			say "$name is not installed for $RELEASE any more"
			json_module "$name" "$RELEASE" "" "" "" uninstalled
		else
			fail "$EXIT_ERROR" "$name could not be removed from $dir: $(tail -n 1 -- "$TEMP/log")"
			json_module "$name" "$RELEASE" "$file" "" "" error
		fi
		store_clean
		if ((!${#names[@]})); then rm -f -- "$dir"/{order,.loading}; fi
		store_unlock
	done
}
