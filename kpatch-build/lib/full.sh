# shellcheck shell=bash
# --full: the cross-check, for who does not trust that compiling a few objects is enough. Both kernels, the original and the patched one, are
# built entirely, with the target's configuration, and every object of one is compared with that of the other. Those that differ go through base
# check and comparison once more, with the commands and the generated headers of these builds. What is changed and new must come out the same.
#
#   full/source     the whole source: links, and for the second build the files of the patch in place of some
#   full/tree       where both are built, one after the other, so that paths in the objects are the same
#   full/original, full/patched     moved there from full/tree
#   full/objects.*  the objects of each: "OBJECT <TAB> Kbuild's name of it"
#   full/different  objects that differ
#   full/check      a work directory, for the stages of these objects
#   full/fast, full/entire          "OBJECT <TAB> KIND <TAB> NAME" of what is in the livepatch, both ways
#
# make's goal is the whole tree, with built-in objects and modules; nothing is linked. No debug information is made: it takes half of the time,
# and is no code. (But gendwarfksyms makes versions of it.)

FULL=""                 # the directory
FULL_OBJECTS=0          # how many objects each kernel has
FULL_SECONDS=()         # of the original kernel, the patched one, the comparison
FULL_SAVED=""           # what full_enter changed, as it was

# These have data that is no code: an archive of the headers (CONFIG_IKHEADERS).
readonly FULL_NO_CODE="kernel/kheaders.o"

# unchanged MESSAGE: there is nothing to build. (That is checked, too.)
unchanged() {
	if ((OPT_FULL)); then stage full full_check; fi
	finish "$EXIT_UNCHANGED" "$1"
}

full_check() {
	local begin count
	FULL=$WORK/full FULL_SECONDS=()
	mkdir -- "$FULL"
	count=$(grep -c '=[ym]$' "$TARGET_CONFIG") || true
	need_space "$CACHE" $(((500 + count) * 1000000)) "a build of both kernels (--full)"
	if source_is_cached && ! cache_check "$TARGET_SOURCE"; then cache_again "$TARGET_SOURCE" "$REPLY"; fi
	full_source
	full_build original
	full_patch
	full_build patched
	now_us; begin=$REPLY
	full_different
	full_known
	full_functions "$WORK" "${OBJECTS[@]}" >"$FULL/fast"
	full_enter
	full_stages
	full_functions "$WORK" "${OBJECTS[@]}" >"$FULL/entire"
	full_leave
	now_us
	FULL_SECONDS+=($((REPLY - begin)))
	full_tell
	full_judge
	STAGE_SUMMARY="of $FULL_OBJECTS objects $(wc -l <"$FULL/different") differ, with the same $(wc -l <"$FULL/fast") function(s)"
}

# ---- both kernels ---------------------------------------------------------------------------------------------------------

# full_source: the source as links; what no object is made of, as links to directories
full_source() {
	local entry name
	progress "linking the whole source"
	mkdir -p -- "$FULL/source/arch"
	for entry in "$TARGET_SOURCE"/* "$TARGET_SOURCE"/arch/*; do
		name=${entry#"$TARGET_SOURCE"/}
		case $name in
		arch) ;;
		"$ARCH_DIR") wait_for cp -rs -- "$entry" "$FULL/source/arch/" ;;
		arch/* | Documentation | LICENSES) ln -s -- "$entry" "$FULL/source/$name" ;;
		*) wait_for cp -rs -- "$entry" "$FULL/source/" ;;
		esac
	done
}

# full_patch: with the files that the patched view has in place of links
full_patch() {
	local from=$PATCHED PATCHED=$FULL/source
	view_fill "$from"
}

# full_build WHICH: full/WHICH has all objects of the source as it is now
full_build() {
	local which=$1 fast=$TREE TREE=$FULL/tree TARGET_SOURCE=$FULL/source KMAKE=() flags=-g0 goal=. begin changed file
	local TREE_RUST TREE_LOG=$FULL/$which.log
	now_us; begin=$REPLY
	if grep -qx CONFIG_GENDWARFKSYMS=y "$TARGET_CONFIG"; then flags=""; fi
	if grep -q '^descend:' "$TARGET_SOURCE/Makefile"; then goal=descend; fi
	# Keys are no code, and those of the target's builder are not here.
	sed -E 's,^(CONFIG_SYSTEM_(TRUSTED|REVOCATION)_KEYS|CONFIG_INITRAMFS_SOURCE)=.*,\1="",; s,^(CONFIG_MODULE_SIG_KEY)=.*,\1="certs/signing_key.pem",' \
		"$TARGET_CONFIG" >"$FULL/config"
	tree_make_command "$flags"
	tree_configure "$FULL/config" "$TREE_LOG"
	config_set "$TREE/include/config/auto.conf" >"$FULL/config.$which"
	config_set "$fast/include/config/auto.conf" >"$FULL/config.fast"
	changed=$(config_differing "$FULL/config.fast" "$FULL/config.$which" "$CONFIG_MAY_DIFFER")
	if [[ $changed ]]; then refuse full-differs "built entirely, the $which kernel has another configuration: $changed"; fi
	# (Each build would make another key to sign modules with.)
	for file in "$FULL"/original/certs/{x509.genkey,signing_key.pem}; do
		if [[ ! -f $file ]]; then continue; fi
		mkdir -p -- "$TREE/certs"
		cp -p -- "$file" "$TREE/certs/"
	done
	if ! long_run "$TREE_LOG" full_progress "${KMAKE[@]}" KBUILD_BUILTIN=1 KBUILD_MODULES=1 'KBUILD_BUILD_TIMESTAMP=Thu Jan 1 00:00:00 UTC 1970' \
		KBUILD_BUILD_VERSION=1 -j "$OPT_JOBS" "$goal"; then
		show_matching 'error|\*\*\*' "$TREE_LOG"
		if [[ $which == patched ]]; then finish "$EXIT_NOT_COMPILED" "error: the patched kernel can't be built entirely (--full)"; fi
		die "the unpatched kernel can't be built entirely (--full); is the source complete and the configuration the target's?"
	fi
	full_objects >"$FULL/objects.$which"
	if [[ ! -s $FULL/objects.$which ]]; then die "internal: make built no object of the $which kernel"; fi
	mv -T -- "$TREE" "$FULL/$which"
	now_us
	FULL_SECONDS+=($((REPLY - begin)))
}
full_progress() {
	local which=patched
	if [[ ! -d $FULL/original ]]; then which=original; fi
	REPLY="building the $which kernel: $(grep -cE '^  (CC|AS) ' "$FULL/$which.log") objects"
}

# full_objects: of TREE, what a compiler or an assembler made for the kernel, by what Kbuild recorded. (Programs of the build have no __KERNEL__.)
full_objects() {
	(cd -- "$TREE" && find . -name '.*.o.cmd' -type f -print0 | xargs -0 awk '
		FNR == 1 && / -D__KERNEL__ / && match($0, / -c -o [^ ]+\.o /) {
			goal = substr($0, RSTART + 7, RLENGTH - 8)
			name = FILENAME
			sub(/^\.\//, "", name)
			sub(/\.cmd$/, "", name)
			match(name, /[^\/]*$/)
			print substr(name, 1, RSTART - 1) substr(name, RSTART + 1) "\t" goal
		}') | sort
}

# ---- every object ---------------------------------------------------------------------------------------------------------

# full_different: objects with other bytes, also without debug information (the assembler makes some), or that only one kernel has
full_different() {
	local side object
	progress "comparing all objects"
	for side in original patched; do
		cut -f 1 "$FULL/objects.$side" | sed "s,^,$FULL/$side/," >"$FULL/files.$side"
		wait_for xargs -d '\n' -a "$FULL/files.$side" sha256sum -- | sed "s,  $FULL/$side/,\t," >"$FULL/sums.$side"
	done
	FULL_OBJECTS=$(wc -l <"$FULL/objects.original")
	awk -F '\t' 'FNR == NR { sum[$2] = $1; next }
		sum[$2] != $1 { print $2 }
		{ delete sum[$2] }
		END { for (object in sum) print object }' "$FULL/sums.original" "$FULL/sums.patched" | sort | while IFS= read -r object; do
		for side in original patched; do
			if [[ ! -f $FULL/$side/$object ]] || ! in_root objcopy --strip-debug -- "$FULL/$side/$object" "$FULL/stripped.$side" 2>/dev/null; then
				rm -f -- "$FULL/stripped.$side"
			fi
		done
		if ! cmp -s -- "$FULL/stripped.original" "$FULL/stripped.patched"; then printf '%s\n' "$object"; fi
	done >"$FULL/different"
}

# full_known: what of these -t names, and what they belong to
full_known() {
	local object name parent module lost="" different kept=()
	local -A goal=()
	cat -- "$FULL"/objects.{original,patched} | while IFS=$'\t' read -r object name; do goal[$object]=$name; done
	mapfile -t different <"$FULL/different"
	for object in "${different[@]}"; do
		if [[ " $FULL_NO_CODE " == *" $object "* ]]; then continue; fi
		if [[ ! ${PARENT[$object]:-} ]]; then
			objects_of_source "${object%.o}.c"
			if [[ ! $REPLY ]]; then
				lost+=$'\n'"    $object"
				continue
			fi
			IFS=$'\t' read -r _ parent module _ <<<"$REPLY"
			PARENT[$object]=$parent MODULE[$object]=$module
		fi
		if ! target_wanted "${PARENT[$object]}" "${MODULE[$object]}" "$object"; then continue; fi
		if [[ ! -f $FULL/patched/$object || ! -f $FULL/original/$object && ! ${SIBLING[$object]:-} ]]; then
			lost+=$'\n'"    $object (one of the kernels does not have it)"
			continue
		fi
		GOAL[$object]=${goal[$object]}
		kept+=("$object")
	done
	printf '%s' "${kept[@]/%/$'\n'}" >"$FULL/different"
	if [[ $lost ]]; then refuse full-differs "objects that can't be livepatched differ in the kernels built entirely:$lost"; fi
}

# full_functions DIR OBJECT...: what is in the livepatch of these, by the reports of the comparison
full_functions() {
	local dir=$1/6-diff object
	shift
	for object; do
		if [[ -f $dir/${object%.o}.report ]]; then
			awk -F '\t' -v OFS='\t' -v object="$object" '$1 == "changed" || $1 == "new" || $1 == "copied" { print object, $1, $2 }' "$dir/${object%.o}.report"
		fi
	done | sort -u
}

# ---- their functions ------------------------------------------------------------------------------------------------------

# full_enter: from here to full_leave the stages work in full/check
full_enter() {
	local object file name
	local -n list
	FULL_SAVED=""
	for name in WORK TREE PATCHED PATCHED_TREE DIFF_REFUSED DIFF_NOTES DIFF_LIST; do FULL_SAVED+="declare -g $name=${!name@Q}"$'\n'; done
	for list in OBJECTS DIFFS BASE_DIFFERS; do FULL_SAVED+="declare -ga ${!list}=(${list[*]@Q})"$'\n'; done
	for object in "${!SIBLING[@]}"; do FULL_SAVED+="SIBLING[${object@Q}]=${SIBLING[$object]@Q}"$'\n'; done
	RUN_LEAVE=full_leave
	mapfile -t OBJECTS <"$FULL/different"
	mkdir -p -- "$FULL/check"/{3-affected/modules,4-compile}
	ln -s -- "$WORK/2-tree" "$FULL/check/2-tree"
	WORK=$FULL/check TREE=$FULL/original PATCHED_TREE=$FULL/patched PATCHED=$FULL/source
	for object in "${OBJECTS[@]}"; do
		if [[ ${SIBLING[$object]:-} ]]; then SIBLING[$object]=$object; fi
		# The source that was built is patched now; and what the commands name in their tree is in the one that is kept, too.
		for file in "$FULL"/{original,patched}/"${object%"${object##*/}"}.${object##*/}.cmd"; do
			if [[ -f $file ]]; then sed -i "s,$FULL/source/,$TARGET_SOURCE/,g; s,$FULL/tree/,$KERNEL_TREE/,g" "$file"; fi
		done
	done
}
full_leave() {
	RUN_LEAVE=""
	eval "$FULL_SAVED"
}

full_stages() {
	if ((${#OBJECTS[@]} == 0)); then return; fi
	compile_begin
	compile_scripts
	compile_pool "${OBJECTS[@]}"
	compile_check_sides
	base_check
	diff_compare
	if ((DIFF_REFUSED)); then refuse full-differs "the kernels, built entirely, differ in what can't be livepatched, see above"; fi
}

# full_judge: both ways the same?
full_judge() {
	local lost
	lost=$(awk -F '\t' 'FNR == NR { fast[$0] = 1; next }
		!($0 in fast) { print "    " $1 ": " $2 " " $3 " is found only in the kernels built entirely" }
		{ delete fast[$0] }
		END { for (line in fast) { split(line, part, "\t"); print "    " part[1] ": " part[2] " " part[3] " is not found in the kernels built entirely" } }' \
		"$FULL/fast" "$FULL/entire" | sort)
	if [[ $lost ]]; then refuse full-differs "not the same functions change when both kernels are built entirely; please report this:"$'\n'"$lost"; fi
}

# full_tell: for --json
full_tell() {
	if [[ ! $JSON_DIR ]]; then return; fi
	jq -n --argjson objects "$FULL_OBJECTS" --rawfile different "$FULL/different" --rawfile functions "$FULL/entire" \
		--argjson original "${FULL_SECONDS[0]}" --argjson patched "${FULL_SECONDS[1]}" --argjson comparison "${FULL_SECONDS[2]}" '
		def lines: split("\n")[] | select(. != "");
		{
			objects: $objects, different: [$different | lines],
			functions: [$functions | lines | split("\t") | {object: .[0], kind: .[1], name: .[2]}],
			seconds: {original: ($original / 1000000), patched: ($patched / 1000000), comparison: ($comparison / 1000000)}
		}' >"$JSON_DIR/full"
}
