# shellcheck shell=bash
# Modules as files: which one is meant, what it says of itself, and whether it is for the kernel that runs.

declare -A INFO=()      # what module_read found: the first value of each key of the modinfo
declare -A MODULES_READ=()      # the lines of each file that was read, as words of the shell: it is not read again until module_forget
MODULE_FILE=""          # what module_find found, "" if there is no file
MODULE_NAME=""          # as the kernel has it
VERIFICATION=""         # what klp-verify says of the module that was checked last, for JSON

# module_read FILE: into INFO. False if it is no module.
module_read() {
	local file=$1 line lines=() key
	INFO=()
	if [[ $file != /* ]]; then file=$PWD/$file; fi
	if [[ ! ${MODULES_READ[$file]+set} ]]; then
		# (modinfo takes a name without such an end for that of a module of this machine.)
		if [[ $file != *.ko ]] || ! modinfo -0 "$file" 2>/dev/null | mapfile -d '' -t lines; then return 1; fi
		MODULES_READ[$file]=${lines[*]@Q}
	fi
	eval "lines=(${MODULES_READ[$file]})"
	for line in "${lines[@]}"; do
		key=${line%%=*}
		if [[ $key && ! ${INFO[$key]+set} ]]; then INFO[$key]=${line#*=}; fi
	done
	[[ ${INFO[vermagic]:-} && ${INFO[name]:-} =~ ^[A-Za-z0-9_]+$ ]]
}
# module_forget: files may have changed
module_forget() { MODULES_READ=(); }
module_release() { REPLY=${INFO[vermagic]%% *}; }

# name_of TEXT -> REPLY: the kernel's name for what a user writes: without .ko, and _ for -
name_of() { REPLY=${1%.ko}; REPLY=${REPLY//-/_}; }

# module_find ARG: MODULE_FILE and MODULE_NAME of what the user names. False if that is nothing, told.
module_find() {
	local arg=$1 shown
	printable "$arg"; shown=$REPLY
	MODULE_FILE="" MODULE_NAME=""
	if [[ $arg == */* || $arg == *.ko && -e $arg ]]; then
		if [[ ! -f $arg || ! -r $arg ]]; then
			fail "$EXIT_ERROR" "$shown is not a readable file"
			return 1
		fi
		if ! module_read "$arg"; then
			fail "$EXIT_ERROR" "$shown is no kernel module (NAME.ko)"
			return 1
		fi
		MODULE_FILE=$(realpath -- "$arg") MODULE_NAME=${INFO[name]}
		return
	fi
	name_of "$arg"
	if [[ ! $REPLY =~ ^[A-Za-z0-9_]+$ ]]; then
		fail "$EXIT_ERROR" "there is no file '$shown', and no module can have that name"
		return 1
	fi
	MODULE_NAME=$REPLY
	if store_find "$RELEASE" "$MODULE_NAME"; then MODULE_FILE=$REPLY; fi
}

# module_check FILE: is it a livepatch, and for the kernel that runs? What is wrong is told.
module_check() {
	local file=$1 status=0 name=${1##*/}
	printable "$name"; name=$REPLY
	if ! module_read "$file"; then
		fail "$EXIT_ERROR" "$name can't be read, or is no kernel module"
		return 1
	fi
	module_is_livepatch "$name" "$RUNNING" || return 1
	if [[ ! -x $KLP_VERIFY ]]; then die "$EXIT_ERROR" "$KLP_VERIFY is missing, and livepatches are not loaded without being checked"; fi
	temp_make
	if [[ -e $TEMP/report ]]; then rm -f -- "$TEMP/report"; fi
	wait_for "$KLP_VERIFY" "$file" --running="$ROOT" --report "$TEMP/report" >"$TEMP/verify" 2>&1 || status=$?
	if ((OPT_JSON)) && [[ -f $TEMP/report ]]; then VERIFICATION=$(<"$TEMP/report"); fi
	if ((status == 0)); then return; fi
	progress_clear
	sed 's/^/    /' "$TEMP/verify" >&2 || true
	case $status in
	2) fail "$EXIT_REFUSED" "$name is not for the kernel that runs, or violates a relocation rule, see above" ;;
	*) fail "$EXIT_ERROR" "$name could not be checked against the kernel that runs, see above" ;;
	esac
	return 1
}

# module_is_livepatch NAME RELEASE: does that hold of what is in INFO?
module_is_livepatch() {
	local release
	module_release; release=$REPLY
	if [[ ! ${INFO[livepatch]+set} ]]; then
		fail "$EXIT_REFUSED" "$1 is no livepatch (its modinfo has no livepatch=Y)"
		return 1
	fi
	if [[ $release != "$2" ]]; then
		fail "$EXIT_REFUSED" "$1 is for the kernel $release, not for $2"
		return 1
	fi
}

# module_is_build FILE NAME: is the loaded module of this name made of FILE? The kernel shows the note with its build ID (add_notes_attrs() of
# kernel/module/sysfs.c). What has none is taken for the same.
module_is_build() {
	local note=$MODULE_SYSFS/$2/notes/.note.gnu.build-id want have
	if [[ ! -r $note ]]; then return; fi
	want=$(od -An -v -tx1 -- "$note" | tr -d ' \n')
	have=$(od -An -v -tx1 -- "$1" | tr -d ' \n')
	[[ $have == *"$want"* ]]
}

command_verify() {
	local arg
	for arg in "${ARGS[@]}"; do
		if ! module_find "$arg"; then continue; fi
		if [[ ! $MODULE_FILE ]]; then
			fail "$EXIT_ERROR" "$MODULE_NAME is not installed for $RELEASE"
			json_module "$MODULE_NAME" "$RELEASE" "" "" "" missing
		elif module_check "$MODULE_FILE"; then
			say "$MODULE_NAME may be loaded into $RUNNING:"
			say "$(sed 's/^/    /' "$TEMP/verify")"
			json_module "$MODULE_NAME" "$RUNNING" "$MODULE_FILE" "" "" passed
		else
			json_module "$MODULE_NAME" "" "$MODULE_FILE" "" "" refused
		fi
	done
}
