# shellcheck shell=bash
# Stage 6: 6-diff/X.o for each object that the patch changes: changed and new functions with what they need. Objects that
# come out the same are left out. What can't be livepatched is collected from all objects and told at once.

DIFFS=()                # objects of 6-diff that were written
# What create-diff-object says of what it included, for people; what is decided by it is read from its report.
DIFF_INCLUDED=': (changed|new) function: |: carried constant: '

diff_objects() {
	local object done=0 again=() changed new carried
	local -A keys=()
	DIFFS=() DIFF_REFUSED=0
	: >"$WORK/6-diff.log"
	: >"$WORK/6-diff.report"
	diff_share_globals
	for object in "${OBJECTS[@]}"; do
		progress "comparing original and patched: $((done++)) of ${#OBJECTS[@]} objects"
		diff_object "$object" ""
		keys_needed "${DIFF_LOG%.log}.report"; keys[$object]=$REPLY
		if [[ $REPLY ]]; then again+=("$object"); else diff_take "$object"; fi
	done
	if ((${#again[@]})); then
		keys_compile "${again[@]}"
		for object in "${again[@]}"; do
			diff_object "$object" -keys
			diff_take "$object"
		done
	fi
	accept_check "$WORK/6-diff" "${OBJECTS[@]}"
	if ((DIFF_REFUSED)); then without_again "$WORK/6-diff.report"; fi
	if ((DIFF_REFUSED)); then finish "$EXIT_REFUSED" "refused: the patch can't be livepatched, for the reasons above ($DIFF_REFUSED object(s))"; fi
	if ((${#DIFFS[@]} == 0)) && grep -q $'^note\tinit-code\t' "$WORK/6-diff.report"; then
		diff_show_notes
		refuse init-code "the patch changes only what has run at start-up"
	fi
	if ((${#DIFFS[@]} == 0)); then
		finish "$EXIT_UNCHANGED" "nothing changed: the patch changes no code in ${OBJECTS[*]:0:5}"
	fi
	progress_clear
	diff_show_notes
	sed -nE "/$DIFF_INCLUDED/{ s,^.*/,,; s/^/          /p }" "$WORK/6-diff.log"
	for object in "${again[@]}"; do
		printf '          %s: static keys are tested at run time, for the sake of %s\n' "${object##*/}" "${keys[$object]}"
	done
	# The kernel refuses a livepatch without a function to patch, and nothing would ever call what it adds.
	diff_count changed; changed=$REPLY
	diff_count new; new=$REPLY
	diff_count carried; carried=$REPLY
	if ((changed == 0)); then
		finish "$EXIT_UNCHANGED" "nothing changed: the patch adds code and data, but no function of $TARGET_RELEASE changes to use it"
	fi
	STAGE_SUMMARY="$changed changed and $new new function(s)"
	if ((carried)); then STAGE_SUMMARY+=", $carried constant(s) with new content"; fi
}

# diff_count KIND -> REPLY: how many records of all objects are of that kind
diff_count() { REPLY=$(awk -F '\t' -v kind="$1" '$1 == kind { n++ } END { print n + 0 }' "$WORK/6-diff.report"); }

# What create-diff-object said beside what it included, of all objects
diff_show_notes() { sed -n "s,$WORK/4-compile/[a-z-]*/,,; s/^.*: \(warning\|note\): .*/    &/p" "$WORK/6-diff.log" >&2; }

# What --explain printed, without the lines that the stage prints for all objects together. Sources have the names of the patch.
diff_show_explanation() {
	progress_clear
	grep -vE "$DIFF_INCLUDED|: (warning|note): " "$1" | sed "s,$PATCHED/,,g; s/^/    /"
}

# diff_object OBJECT SIDE: compare the pair orig$SIDE, patched$SIDE; DIFF_STATUS and DIFF_LOG are what came of it
diff_object() {
	local object=$1 side=$2 out=$WORK/6-diff/$1 symbols=$TARGET_KALLSYMS args=()
	DIFF_LOG=$WORK/6-diff/${object%.o}.log DIFF_STATUS=0
	mkdir -p "${out%/*}"
	if [[ ${PARENT[$object]} != vmlinux ]]; then
		module_unpacked "$object"; symbols=$REPLY args=(--kernel "$TARGET_KALLSYMS")
		if ((OPT_PER_OBJECT)); then args+=(--present); fi
	fi
	if ((OPT_EXPLAIN)); then args+=(--explain); fi
	accept_options "$object"
	args+=("${ACCEPT_OPTIONS[@]}")
	# __LINE__ is the same in both: see patch_number_lines().
	args+=(--exact --hunks "$WORK/2-tree/hunks" --report "${DIFF_LOG%.log}.report")
	args+=(--layout "$TARGET_LAYOUT" --placement "$WORK/5-base/${object%.o}.place")
	"$BIN_DIR/create-diff-object" "${args[@]}" "$WORK/4-compile/orig$side/$object" \
		"$WORK/4-compile/patched$side/$object" "${MODULE[$object]}" "$symbols" "$TARGET_SYMVERS" "${MODULE_NAME//-/_}" "$out" \
		>"$DIFF_LOG" 2>&1 || DIFF_STATUS=$?
	case $DIFF_STATUS in
	0 | 2 | 3) ;;
	*)
		show_file "$DIFF_LOG"
		die "create-diff-object failed on $object (status $DIFF_STATUS)"
		;;
	esac
	accept_filter "$DIFF_LOG"
}

# diff_take OBJECT: sort its result in
diff_take() {
	case $DIFF_STATUS in
	0)
		DIFFS+=("$1")
		if ((OPT_EXPLAIN)); then diff_show_explanation "$DIFF_LOG"; fi
		;;
	2)
		DIFF_REFUSED=$((DIFF_REFUSED + 1))
		progress_clear
		sed "s,$WORK/4-compile/[a-z-]*/,,g; s/^/    /" "$DIFF_LOG" >&2
		;;
	esac
	cat "$DIFF_LOG" >>"$WORK/6-diff.log"
	cat "${DIFF_LOG%.log}.report" >>"$WORK/6-diff.report"
}

# A patch may take the `static` off a function or variable to use it in another file. There it is an undefined symbol, which
# the kernel only has as a local one; its place is known from the object that defines it, and is told to the others.
diff_share_globals() {
	local object other place name record
	for object in "${OBJECTS[@]}"; do
		place=$WORK/5-base/${object%.o}.place
		while read -r name; do
			record=$(awk -F '\t' -v OFS='\t' -v name="$name" \
				'$1 == "symbol" && $2 == name && $3 == "def" { $3 = "undef"; print }' "$place")
			for other in "${OBJECTS[@]}"; do
				if [[ $record && $other != "$object" && ${MODULE[$other]} == "${MODULE[$object]}" ]]; then
					printf '%s\n' "$record" >>"$WORK/5-base/${other%.o}.place"
				fi
			done
		done < <(comm -12 <(nm -j --defined-only --extern-only "$WORK/4-compile/patched/$object" | sort) \
			<(nm --defined-only "$WORK/4-compile/orig/$object" | awk '$2 ~ /^[a-z]$/ { print $3 }' | sort))
	done
}
