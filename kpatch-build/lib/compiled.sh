# shellcheck shell=bash
# Objects of the unpatched source that an earlier run compiled, and that the next one need not compile again.
#
#   TREE/kpatch/compiled/SIDE/X.o      orig, or plain after objtool
#   TREE/kpatch/compiled/SIDE/X.o.sh   the script that made it, with @WORK@ in place of the work directory
#   ... .log, .d                       what the compiler said, and what it read
#
# One is used where this run's script is the same, word for word: it names the compiler, the source and the tree, and what these are is
# in the tree's name. They are as good as the objects that make left there, and stand in the same manifest.

# A run of more objects keeps none: they take megabytes each, and a patch of a header that reaches so many is not built daily.
readonly COMPILED_MOST=50
readonly COMPILED_SIDES="plain orig"

# compiled_take OBJECT...: put those that are in the tree where this run would have compiled them
compiled_take() {
	local object side kept made
	# (An out-of-tree module has its own build directory, which lasts for one run.)
	if [[ $CODE != kernel ]]; then return; fi
	tree_lock
	for side in $COMPILED_SIDES; do
		for object; do compiled_files "$side/$object"; done
	done >"$WORK/4-compile/compiled"
	tree_check_files "$WORK/4-compile/compiled"
	for side in $COMPILED_SIDES; do
		for object; do
			kept=$TREE/kpatch/compiled/$side/$object made=$WORK/4-compile/$side/$object
			if [[ ! -f $kept ]] || ! compiled_script "$made" | cmp -s - "$kept.sh"; then continue; fi
			cp -- "$kept.log" "$made.log"
			if [[ -e $kept.d ]]; then cp -- "$kept.d" "$made.part.d"; fi
			cp -- "$kept" "$made"
			debug "$side $object is from the cache"
		done
	done
	tree_unlock
}

# compiled_keep OBJECT...: have the tree keep what was compiled of these
compiled_keep() {
	local object side kept made added=0
	if [[ $CODE != kernel ]] || (($# > COMPILED_MOST)); then return; fi
	tree_lock
	for side in $COMPILED_SIDES; do
		for object; do
			kept=$TREE/kpatch/compiled/$side/$object made=$WORK/4-compile/$side/$object
			if [[ ${SIBLING[$object]:-} ]] || compiled_script "$made" | cmp -s - "$kept.sh"; then continue; fi
			mkdir -p -- "${kept%/*}"
			rm -f -- "$kept"{,.sh,.log,.d}
			if [[ -e $made.part.d ]]; then cp -- "$made.part.d" "$kept.d"; fi
			cp -- "$made.log" "$kept.log"
			cp -- "$made" "$kept"
			compiled_script "$made" >"$kept.sh"
			added=1
		done
	done
	if ((added)); then cache_seal "$TREE"; fi
	tree_unlock
}

# compiled_script MADE: its script, the same in every run
compiled_script() {
	local text
	text=$(<"$1.sh")
	printf '%s\n' "${text//"$WORK"/@WORK@}"
}

# compiled_files SIDE/OBJECT: those of it that are there, relative to the tree
compiled_files() {
	local file
	for file in "$TREE/kpatch/compiled/$1"{,.sh,.log,.d}; do
		if [[ -e $file || -L $file ]]; then printf '%s\n' "${file#"$TREE"/}"; fi
	done
}
