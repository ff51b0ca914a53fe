# shellcheck shell=bash
# Objects of the unpatched source that an earlier run compiled, and that the next one need not compile again.
#
#   TREE/kpatch/compiled/SIDE/X.o      orig; plain after objtool; place: the placement of plain in the target
#   TREE/kpatch/compiled/SIDE/X.o.sh   the script that made it, with @WORK@ in place of the work directory
#   ... .log, .d                       what the compiler said, and what it read
#
# One is used where this run's script is the same, word for word: it names the compiler, the source and the tree, and what these are is
# in the tree's name. Of a placement also the plain object, the image or module and klp-place are the same (base_identity). They are as good as the objects that make left there, and stand in the same manifest.

# A run of more objects keeps none: they take megabytes each, and a patch of a header that reaches so many is not built daily.
readonly COMPILED_MOST=50
readonly COMPILED_SIDES="plain orig place" # a placement is looked at when its plain object is there

# compile_originals OBJECT...: orig and plain of these, compiled by an earlier run, by another one that does it now, or by this one
compile_originals() {
	local object own=() shared=()
	for object; do
		# (An object that the patch adds has no original. And an out-of-tree module has its own build directory, which lasts for one run.)
		if [[ $CODE != kernel || ${SIBLING[$object]:-} ]]; then own+=("$object"); else shared+=("$object"); fi
	done
	if ((${#shared[@]} > COMPILED_MOST)); then
		tree_lock
		compiled_take "${shared[@]}"
		tree_unlock
		own=("$@")
	else
		claims_make orig compiled_take compiled_make "${shared[@]}"
	fi
	if ((${#own[@]})); then compile_pool "${own[@]}"; fi
}
compiled_make() {
	compile_pool "$@"
	compiled_keep "$@"
}

# compiled_take OBJECT...: with the tree's lock held: put those that are in the tree where this run would have compiled them. MISSING are
# the others.
compiled_take() {
	local object side kept made missing
	for side in $COMPILED_SIDES; do
		for object; do compiled_files "$side/$object"; done
	done >"$WORK/4-compile/compiled"
	tree_check_files "$WORK/4-compile/compiled"
	for object; do
		missing=0
		for side in $COMPILED_SIDES; do
			kept=$TREE/kpatch/compiled/$side/$object made=$WORK/4-compile/$side/$object
			if [[ ! -f $kept ]] || ! compiled_script "$side" "$object" | cmp -s - "$kept.sh"; then
				missing=1
				continue
			fi
			cp -- "$kept.log" "$made.log"
			if [[ -e $kept.d ]]; then cp -- "$kept.d" "$made.part.d"; fi
			if [[ $side == place ]]; then base_take "$object" "$kept"; fi
			cp -- "$kept" "$made"
			debug "$side $object is from the cache"
		done
		if ((missing)); then MISSING+=("$object"); fi
	done
}

# compiled_keep OBJECT...: have the tree keep what was compiled of these
compiled_keep() {
	local object side kept made new=$WORK/4-compile/kept
	for side in $COMPILED_SIDES; do
		for object; do
			kept=$TREE/kpatch/compiled/$side/$object made=$WORK/4-compile/$side/$object
			# (There is no placement of an object that is not what the target runs.)
			if [[ ! -f $made ]] || compiled_script "$side" "$object" | cmp -s - "$kept.sh"; then continue; fi
			kept=$new/kpatch/compiled/$side/$object
			mkdir -p -- "${kept%/*}"
			if [[ -e $made.part.d ]]; then cp -- "$made.part.d" "$kept.d"; fi
			cp -- "$made.log" "$kept.log"
			cp -- "$made" "$kept"
			compiled_script "$side" "$object" >"$kept.sh"
		done
	done
	tree_keep "$new"
}

# compiled_script SIDE OBJECT: what it was made by, the same in every run
compiled_script() {
	local text
	text=$(<"$WORK/4-compile/$1/$2.sh")
	if [[ $1 == place ]]; then
		if [[ ! -f $WORK/4-compile/plain/$2 ]]; then return; fi
		text+=$'\n'$(base_identity "$2")
	fi
	printf '%s\n' "${text//"$WORK"/@WORK@}"
}

# compiled_files SIDE/OBJECT: those of it that are there, relative to the tree
compiled_files() {
	local file
	for file in "$TREE/kpatch/compiled/$1"{,.sh,.log,.d}; do
		if [[ -e $file || -L $file ]]; then printf '%s\n' "${file#"$TREE"/}"; fi
	done
}
