# shellcheck shell=bash
# Stage 6: 6-diff/X.o for each object that the patch changes: changed and new functions with what they need. Objects that
# come out the same are left out. What can't be livepatched is collected from all objects and told at once.

DIFFS=()                # objects of 6-diff that were written

diff_objects() {
	local object symbols out log status done=0 refused=0 changes kernel explain=()
	DIFFS=()
	if ((OPT_EXPLAIN)); then explain=(--explain); fi
	: >"$WORK/6-diff.log"
	diff_share_globals
	for object in "${OBJECTS[@]}"; do
		progress "comparing original and patched: $((done++)) of ${#OBJECTS[@]} objects"
		out=$WORK/6-diff/$object log=$WORK/6-diff/${object%.o}.log status=0 symbols=$TARGET_KALLSYMS kernel=()
		mkdir -p "${out%/*}"
		if [[ ${PARENT[$object]} != vmlinux ]]; then module_unpacked "$object"; symbols=$REPLY kernel=(--kernel "$TARGET_KALLSYMS"); fi
		"$BIN_DIR/create-diff-object" "${kernel[@]}" "${explain[@]}" --placement "$WORK/5-proof/${object%.o}.place" \
			"$WORK/4-compile/orig/$object" \
			"$WORK/4-compile/patched/$object" "${MODULE[$object]}" "$symbols" "$TARGET_SYMVERS" "${MODULE_NAME//-/_}" "$out" \
			>"$log" 2>&1 || status=$?
		case $status in
		0)
			DIFFS+=("$object")
			if ((OPT_EXPLAIN)); then diff_show_explanation "$log"; fi
			;;
		2)
			refused=$((refused + 1))
			progress_clear
			sed "s,$WORK/4-compile/[a-z]*/,,g; s/^/    /" "$log" >&2
			;;
		3) ;;
		*)
			show_file "$log"
			die "create-diff-object failed on $object (status $status)"
			;;
		esac
		cat "$log" >>"$WORK/6-diff.log"
	done
	if ((refused)); then refuse "the patch can't be livepatched, for the reasons above ($refused object(s))"; fi
	if ((${#DIFFS[@]} == 0)); then
		finish "$EXIT_UNCHANGED" "nothing changed: the patch changes no code in ${OBJECTS[*]:0:5}"
	fi
	progress_clear
	sed -n "s,$WORK/4-compile/[a-z]*/,,; s/^.*: warning: .*/    &/p" "$WORK/6-diff.log" >&2
	changes=$(grep -E ': (changed|new) function: ' "$WORK/6-diff.log") || changes=""
	printf '%s\n' "$changes" | sed 's,^.*/,,; s/^/         /'
	# The kernel refuses a livepatch without a function to patch, and nothing would ever call what it adds.
	if [[ $changes != *": changed function: "* ]]; then
		finish "$EXIT_UNCHANGED" "nothing changed: the patch adds code and data, but no function of $TARGET_RELEASE changes to use it"
	fi
	STAGE_SUMMARY="$(grep -c ': changed function: ' <<<"$changes" || true) changed and $(grep -c ': new function: ' <<<"$changes" || true) new function(s)"
}

# What --explain printed, without the lines that the stage prints for all objects together. Sources have the names of the patch.
diff_show_explanation() {
	progress_clear
	grep -vE ': (changed|new) function: |: warning: ' "$1" | sed "s,$PATCHED/,,g; s/^/    /"
}

# A patch may take the `static` off a function or variable to use it in another file. There it is an undefined symbol, which
# the kernel only has as a local one; its place is known from the object that defines it, and is told to the others.
diff_share_globals() {
	local object other place name record
	for object in "${OBJECTS[@]}"; do
		place=$WORK/5-proof/${object%.o}.place
		while read -r name; do
			record=$(awk -F '\t' -v OFS='\t' -v name="$name" \
				'$1 == "symbol" && $2 == name && $3 == "def" { $3 = "undef"; print }' "$place")
			for other in "${OBJECTS[@]}"; do
				if [[ $record && $other != "$object" && ${MODULE[$other]} == "${MODULE[$object]}" ]]; then
					printf '%s\n' "$record" >>"$WORK/5-proof/${other%.o}.place"
				fi
			done
		done < <(comm -12 <(nm -j --defined-only --extern-only "$WORK/4-compile/patched/$object" | sort) \
			<(nm --defined-only "$WORK/4-compile/orig/$object" | awk '$2 ~ /^[a-z]$/ { print $3 }' | sort))
	done
}
