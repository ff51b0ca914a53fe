# shellcheck shell=bash
# Stage 6: 6-diff/X.o for each object that the patch changes: changed and new functions with what they need. Objects that
# come out the same are left out. What can't be livepatched is collected from all objects and told at once. The comparisons are made in the
# pool of stage 4, but for those that depend on what other objects are, and judged here.
# 6-diff/log and 6-diff/report have the messages and records of all objects.

DIFFS=()                # objects of 6-diff that were written
DIFF_REFUSED=0          # how many objects were refused
DIFF_NOTES=""           # what is said of the others
DIFF_LIST=""            # what is included of them
declare -A DIFF_KEYS=() # objects compiled with static keys that are tested at run time -> these keys

# diff_compare: what came of each of OBJECTS
diff_compare() {
	local object done=0 again
	DIFFS=() DIFF_REFUSED=0 DIFF_NOTES="" DIFF_LIST="" DIFF_KEYS=()
	diff_share_globals
	: >"$WORK/6-diff/log"
	: >"$WORK/6-diff/report"
	for object in "${OBJECTS[@]}"; do
		progress "comparing original and patched: $((done++)) of ${#OBJECTS[@]} objects"
		diff_object "$object" ""
		keys_needed "${DIFF_LOG%.log}.report"
		if [[ $REPLY ]]; then DIFF_KEYS[$object]=$REPLY; else diff_take "$object"; fi
	done
	if ((${#DIFF_KEYS[@]})); then
		diff_with_keys | mapfile -t again
		keys_compile "${again[@]}"
		for object in "${again[@]}"; do
			diff_object "$object" -keys
			diff_take "$object"
		done
	fi
}
# diff_with_keys: those of DIFF_KEYS, in the order of OBJECTS
diff_with_keys() {
	local object
	for object in "${OBJECTS[@]}"; do
		if [[ ${DIFF_KEYS[$object]:-} ]]; then printf '%s\n' "$object"; fi
	done
}

diff_objects() {
	local object changed new copied
	diff_compare
	accept_check "$WORK/6-diff" "${OBJECTS[@]}"
	if ((DIFF_REFUSED && OPT_SUGGEST)); then suggest_callbacks; fi
	if ((DIFF_REFUSED)); then without_again "$WORK/6-diff/report"; fi
	if ((DIFF_REFUSED)); then check_page; fi
	if ((DIFF_REFUSED)); then finish "$EXIT_REFUSED" "refused: the patch can't be livepatched, for the reasons above ($DIFF_REFUSED object(s))"; fi
	if ((${#DIFFS[@]} == 0)) && grep -q $'^note\tinit-code\t' "$WORK/6-diff/report"; then
		print_folded "$DIFF_NOTES" >&2
		refuse init-code "the patch changes only __init code, which has run"
	fi
	if ((${#DIFFS[@]} == 0)); then
		print_folded "$DIFF_NOTES" >&2
		unchanged "nothing changed: the patch changes no code in ${OBJECTS[*]:0:5}"
	fi
	progress_clear
	if ((!OPT_CHECK && !OPT_QUIET)); then print_folded "$DIFF_NOTES" >&2; fi
	# (Scripts look for these lines.)
	if ((!OPT_QUIET)); then printf %s "$DIFF_LIST"; fi
	diff_with_keys | while IFS= read -r object; do
		print_folded "          ${object##*/}: static keys are tested at run time, because of ${DIFF_KEYS[$object]}"
	done
	author_check
	# The kernel refuses a livepatch without a function to patch, and nothing would ever call what it adds.
	diff_counts; read -r changed new copied <<<"$REPLY"
	if ((changed == 0 && ${#AUTHOR_ALONE[@]} == 0)); then
		unchanged "nothing changed: the patch adds code and data, but no function of $TARGET_RELEASE changes to use it"
	fi
	STAGE_SUMMARY="$changed changed and $new new function(s)"
	if ((copied)); then STAGE_SUMMARY+=", $copied constant(s) with new content"; fi
}

# diff_counts -> REPLY: how many functions of all objects are changed, how many new, how many constants copied
diff_counts() {
	REPLY=$(awk -F '\t' '{ n[$1]++ } END { print n["changed"] + 0, n["new"] + 0, n["copied"] + 0 }' "$WORK/6-diff/report")
}

# Of a report, in awk: places(record) is where in the patch the record that ended comes from, as create-diff-object says it behind a message:
# " (FILE:LINE, ...)" if its lines are known (diff_lines), else " (hunk @@ ... of FILE, ...)". Give it the lines, the report, and
# `pass=2` and the report again: these records follow the one that they belong to.
# shellcheck disable=SC2016
readonly DIFF_PLACES='
	function key() { return $2 "\t" $3 }
	pass != 2 {
		if ($1 == "line") lines[key()] = lines[key()] (lines[key()] == "" ? "" : ", ") $4
		if ($1 == "hunk" && !seen[$0]++) hunks[key()] = hunks[key()] (hunks[key()] == "" ? "hunk " : ", ") $5 " of " $4
		next
	}
	function places(   at) {
		if ($1 != "refused") return ""
		at = lines[key()] != "" ? lines[key()] : hunks[key()]
		return at == "" ? "" : " (" at ")"
	}'

# diff_messages OBJECT KIND...: the records of these kinds in its report, each as the message that create-diff-object makes of it. (What
# is not to be accepted in one object may be in another.)
diff_messages() {
	local report=$WORK/6-diff/${1%.o}.report
	awk -F '\t' -v object="$1" -v kinds=" ${*:2} " "$DIFF_PLACES"'
		BEGIN { word["accepted"] = "warning: accepted" }
		index(kinds, " " $1 " ") && $2 != "unused-accept" {
			printf "    %s: %s%s: %s%s%s\n", object, $3 == "-" ? "" : $3 ": ", $1 in word ? word[$1] : $1, $4, places(), $2 == "-" ? "" : " [" $2 "]"
		}' "$report.lines" "$report" pass=2 "$report"
}

# diff_list OBJECT: what was included of it
diff_list() {
	awk -F '\t' -v object="${1##*/}" '
		BEGIN { what["changed"] = "changed function"; what["new"] = "new function"; what["copied"] = "copied constant" }
		$1 in what { printf "          %s: %s: %s\n", object, what[$1], $2 }' "$WORK/6-diff/${1%.o}.report"
}

# diff_show_explanation OBJECT: what --explain has for it. Sources have the names of the patch; instructions are not folded.
diff_show_explanation() {
	local line
	if [[ ! -e $WORK/6-diff/${1%.o}.explanation ]]; then return; fi
	progress_clear
	sed "s,$PATCHED/,,g; s/^/    /" "$WORK/6-diff/${1%.o}.explanation" | while IFS= read -r line; do
		if [[ $line == "      "[-+\ ]* ]]; then printf '%s\n' "$line"; else print_folded "$line"; fi
	done
}

# diff_script OBJECT SIDE: 6-diff/X.sh compares the pair orig$SIDE, patched$SIDE
diff_script() {
	local object=$1 side=$2 out=$WORK/6-diff/$1 symbols=$TARGET_KALLSYMS place=$WORK/6-diff/${1%.o}.place args=() base=$WORK/6-diff/${1%.o}
	mkdir -p "${out%/*}"
	rm -f -- "$base".{explanation,status}
	if [[ ${PARENT[$object]} != vmlinux ]]; then
		module_unpacked "$object"; symbols=$REPLY args=(--kernel "$TARGET_KALLSYMS")
		if ((OPT_PER_OBJECT)); then args+=(--present); fi
	fi
	if ((OPT_EXPLAIN)); then args+=("--explain=$base.explanation"); fi
	accept_options "$object"
	args+=("${ACCEPT_OPTIONS[@]}")
	# __LINE__ is the same in both: see patch_number_lines().
	args+=(--exact --hunks "$WORK/2-tree/hunks" --report "$base.report")
	if [[ ! -e $place ]]; then place=$WORK/5-base/${object%.o}.place; fi
	args+=(--layout "$TARGET_LAYOUT" --placement "$place" "$WORK/4-compile/orig$side/$object"
		"$WORK/4-compile/patched$side/$object" "${MODULE[$object]}" "$symbols" "$TARGET_SYMVERS" "${MODULE_NAME//-/_}" "$out")
	shell_words "$BIN_DIR/create-diff-object" "${args[@]}"
	cat >"$base.sh" <<EOF
COLUMNS=$UNFOLDED $REPLY >$base.log 2>&1
echo \$? >$base.status
EOF
}

# diff_object OBJECT SIDE: what came of the comparison of the pair orig$SIDE, patched$SIDE: DIFF_STATUS and DIFF_LOG. The pool made it, if
# there was nothing to be known of other objects.
diff_object() {
	local object=$1 base=$WORK/6-diff/${1%.o}
	DIFF_LOG=$base.log DIFF_STATUS=""
	if [[ $2 || ! -f $base.status || -e $base.place ]]; then
		diff_script "$@"
		sh "$base.sh"
	fi
	read -r DIFF_STATUS <"$base.status" || true
	case $DIFF_STATUS in
	0 | 3) : >"${DIFF_LOG%.log}.report.lines" ;;
	2) diff_lines "$object" ;;
	*)
		print_folded "$(tail -n 25 -- "$DIFF_LOG" | sed 's/^/    /')" >&2
		die "create-diff-object failed on $object (status $DIFF_STATUS)"
		;;
	esac
}

# diff_lines OBJECT: 6-diff/X.report.lines, where in the patch stands what the author asked for and can't get, as records `line RULE PLACE
# FILE:LINE`. It may be no more than a name, of which the debug information knows nothing.
diff_lines() {
	local report=$WORK/6-diff/${1%.o}.report kind rule place
	LC_ALL=C sort -u "$report" | while IFS=$'\t' read -r kind rule place _; do
		case $kind:$rule in
		refused:author-section | refused:callback-function | refused:callback-twice | refused:ignore-unmatched | refused:states-form)
			lines_with_word "$place" "${1%.o}.c"
			if [[ $REPLY ]]; then printf 'line\t%s\t%s\t%s\n' "$rule" "$place" "${REPLY:2:-1}"; fi
			;;
		esac
	done >"$report.lines"
}

# diff_take OBJECT: sort its result in
diff_take() {
	local text
	case $DIFF_STATUS in
	0)
		DIFFS+=("$1")
		diff_show_explanation "$1"
		;;
	2)
		DIFF_REFUSED=$((DIFF_REFUSED + 1))
		progress_clear
		text=$(diff_messages "$1" refused warning accepted note)
		if ((!OPT_CHECK)); then print_folded "$text" >&2; fi
		diff_show_explanation "$1" >&2
		;;
	esac
	text=$(diff_messages "$1" warning accepted note)
	DIFF_NOTES+=${text:+$text$'\n'}
	text=$(diff_list "$1")
	DIFF_LIST+=${text:+$text$'\n'}
	cat "$DIFF_LOG" >>"$WORK/6-diff/log"
	cat "${DIFF_LOG%.log}.report" >>"$WORK/6-diff/report"
}

# A patch may take the `static` off a function or variable to use it in another file. There it is an undefined symbol, which
# the kernel only has as a local one; its place is known from the object that defines it, and is told to the others: these have
# 6-diff/X.place, the base stage's with such records added.
diff_share_globals() {
	local object record place objects=()
	mkdir -p -- "$WORK/6-diff"
	for object in "${OBJECTS[@]}"; do objects+=("${MODULE[$object]}:$object"); done
	if ! "$BIN_DIR/klp-link" made-global --orig "$WORK/4-compile/orig" --patched "$WORK/4-compile/patched" --placements "$WORK/5-base" \
		"${objects[@]}" >"$WORK/6-diff/made-global" 2>"$WORK/6-diff/made-global.log"; then
		show_file "$WORK/6-diff/made-global.log"
		die "klp-link failed on ${OBJECTS[*]:0:5}"
	fi
	while IFS=$'\t' read -r object record; do
		place=$WORK/6-diff/${object%.o}.place
		if [[ ! -e $place ]]; then
			mkdir -p -- "${place%/*}"
			cp -- "$WORK/5-base/${object%.o}.place" "$place"
		fi
		printf '%s\n' "$record" >>"$place"
	done <"$WORK/6-diff/made-global"
}
