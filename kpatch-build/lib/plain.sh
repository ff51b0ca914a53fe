# shellcheck shell=bash
# Objects as the target was built, by make, for the build tree that all runs for a kernel share.
#
# make runs in a directory of this run, WORK/4-compile/make, so that runs don't meet, and none waits for another that compiles. What
# the tree has is there as links, but for the directories of the wanted objects, which are new and empty: what is made there, headers
# and tables that they include as well, is put into the tree when it is complete.
#
# What make does first for any goal ("prepare": headers, objtool, what modules need) was done when the tree was prepared; make is told
# so (-o). It would write through the links, and takes as long as the compiler does for an object. How it then calls Kbuild is the same
# for all objects of a tree, and is recorded (recall.sh).

PLAIN_WANTED=()         # .cmd files that make is to write
PLAIN_OBJECTS=()        # that it makes now

compile_plain() {
	local object log=$WORK/4-compile/make.log
	tree_keep_lists
	claims_make plain plain_missing plain_make "${OBJECTS[@]}"
	for object in "${OBJECTS[@]}"; do
		plain_is_there "$object" || plain_failed "$log"
	done
}
plain_failed() {
	show_matching 'error|\*\*\*' "$1"
	die "the unpatched source does not compile; is the source complete and the configuration the target's?"
}

plain_is_there() {
	recorded_object "$1"
	local made=$REPLY
	command_file "$made"
	[[ -f $REPLY && -f $TREE/$made ]]
}

# plain_missing OBJECT...: with the tree's lock held: MISSING are those that the tree does not have. What it has of them is in its
# manifest. (Another run may have been killed since this one looked.)
plain_missing() {
	local object file
	for object; do
		recorded_object "$object"; object=$REPLY
		command_file "$object"
		for file in "$REPLY" "$TREE/$object"; do
			if [[ -e $file || -L $file ]]; then printf '%s\n' "${file#"$TREE"/}"; fi
		done
	done >"$WORK/4-compile/made"
	for file in "${RECALL_FILES[@]}"; do
		if [[ -e $TREE/$file || -L $TREE/$file ]]; then echo "$file"; fi
	done >>"$WORK/4-compile/made"
	tree_check_files "$WORK/4-compile/made"
	for object; do
		recorded_object "$object"; object=$REPLY
		if ! plain_is_there "$object"; then MISSING+=("$object"); fi
	done
}

# plain_make OBJECT...: all in one call of make. The tree gets what was made, also if some can't be.
plain_make() {
	local object dir=$WORK/4-compile/make log=$WORK/4-compile/make.log status=0 goals=() begin
	PLAIN_WANTED=() PLAIN_OBJECTS=("$@")
	plain_directory "$dir" "$@"
	for object; do
		goals+=("${GOAL[$object]:-$object}")
		command_file "$object"
		PLAIN_WANTED+=("$dir${REPLY#"$TREE"}")
	done
	now_us; begin=$REPLY
	recall_make "$dir" "$log" "${goals[@]}" || status=$?
	estimate_measured plain $# "$begin"
	# (Killed, it may leave what is not complete: on 5.10 objtool comes after the .cmd file is written.)
	if ((status > 128)); then die "make was killed (signal $((status - 128))) while it compiled the unpatched source; perhaps there was too little memory"; fi
	# A command that names the directory of the objects means the tree.
	find "$dir" -name '.*.cmd' -type f -exec sed -i "s,$dir/,$TREE/,g" '{}' +
	tree_add "$dir"
	if ((status)); then plain_failed "$log"; fi
}

# plain_directory DIR OBJECT...: DIR is the tree for make, without what is in the directories of these objects
plain_directory() {
	local to=$1 object goal path entry
	local -A fresh=() parents=([/]=1)
	shift
	rm -rf -- "$to"
	mkdir -- "$to"
	for object; do
		goal=/${GOAL[$object]:-$object}
		# (A directory of the way must be none of the tree's: what is behind "drivers/gpu/drm/amd/amdgpu/.." would be the tree.)
		while [[ $goal == */../* ]]; do
			path=${goal%%/../*}
			plain_parents "$path/"
			goal=${path%/*}/${goal#*/../}
		done
		plain_parents "$goal"
		plain_parents "/$object"
		path=/$object
		fresh[${path%/*}/]=1
	done
	if [[ ${fresh[/]:-} ]]; then die "internal: an object in the top directory of the kernel: $*"; fi
	for path in "${!parents[@]}"; do
		mkdir -p -- "$to$path"
		if [[ ${fresh[$path]:-} ]]; then continue; fi
		for entry in "$TREE$path"* "$TREE$path".[!.]*; do
			entry=${entry##*/}
			if [[ ! ${parents[$path$entry/]:-} ]]; then ln -sn -- "$TREE$path$entry" "$to$path$entry"; fi
		done
	done
}
# plain_parents /FILE: all directories above it are parents
plain_parents() {
	local path=${1%/*}
	while [[ $path ]]; do
		parents[$path/]=1
		path=${path%/*}
	done
}

plain_progress() {
	local file done=0
	for file in "${PLAIN_WANTED[@]}"; do
		if [[ -f $file ]]; then done=$((done + 1)); fi
	done
	REPLY="compiling as the target was built: $done of ${#PLAIN_WANTED[@]} objects"
}
