# shellcheck shell=bash
# The hunks of the patch, as `diff -u` of source and patched file has them: so that a refusal can name the one that it comes from,
# and the author can do without it (--without, --without-hunk).

WITHOUT_HUNKS=()        # what was left out, as FILE:HUNK

# What a definition is, for a program that reads no C: it ends with a line that begins with a brace, or outside of braces with
# one that begins at the left margin and ends in a semicolon. Comment and blank lines before it are its own. Where this takes two
# for one, a hunk is said to touch both.
# shellcheck disable=SC2016
readonly HUNKS_PROGRAM='
	FNR == 1 { files++ }
	files == 1 {
		if (start == 0) start = FNR
		if (!started && $0 ~ /[^ \t]/) { started = 1; lead = FNR }
		text = $0
		gsub(/\\./, "", text); gsub(/"[^"]*"/, "", text); gsub(/\047[^\047]*\047/, "", text)
		depth += gsub(/{/, "", text) - gsub(/}/, "", text)
		if (depth < 0 || $0 ~ /^}/) depth = 0
		if ($0 ~ /^}/ || (depth == 0 && $0 ~ /^[A-Za-z_].*;[ \t]*(\/\*.*\*\/[ \t]*)?$/)) close_item(FNR)
		lines = FNR
		next
	}
	files == 2 && FNR == 1 { if (start) close_item(lines) }
	/^@@ / && !left && !right {
		match($0, /^@@ [^@]* @@/)
		hunk = substr($0, 1, RLENGTH)
		sub(/^@@ -/, ""); split($0, side, / \+| @@/)
		n = split(side[1], o, ","); line = o[1]; left = n > 1 ? o[2] : 1
		if (left == 0) line++
		n = split(side[2], p, ","); right = n > 1 ? p[2] : 1
		removed = added = 0
		next
	}
	!left && !right { next }
	/^-/ { removed++; left--; line++ }
	/^\+/ { added++; right-- }
	/^[ \t]|^$/ { row(); left--; right--; line++ }
	!left && !right { row() }
	function close_item(end,   i) {
		for (i = start; i <= end; i++) { first[i] = start; last[i] = end; body[i] = started ? lead : end + 1 }
		start = started = 0
	}
	# The run of changed lines before the current one
	function row(   from, to, a) {
		if (!removed && !added) return
		if (removed) { from = first[line - removed]; to = last[line - 1] }
		else {
			# Behind line a: within its definition, unless that ends there, or only blank lines were before.
			a = line - 1; from = 1; to = 0
			if (a in last && a < last[a] && a >= body[a]) { from = first[a]; to = last[a] }
		}
		printf "%s\t%s\t%d\t%d\t%d\t%d\n", name, hunk, from, to, line - removed, line - removed + added - 1
		removed = added = 0
	}'

# hunks_list: 2-tree/hunks, the table for create-diff-object (see its manual page), from the copies of source and patched files
hunks_list() {
	local file
	for file in "${PATCHED_FILES[@]}"; do
		hunks_diff "$file" >"$WORK/2-tree/hunks.diff"
		awk -v name="$file" "$HUNKS_PROGRAM" "$(hunks_original "$file")" "$WORK/2-tree/hunks.diff"
	done >"$WORK/2-tree/hunks"
}

# The file as the source has it, or an empty one
hunks_original() {
	local file=$TARGET_SOURCE/$1
	if [[ ! -s $file ]]; then file=$WORK/2-tree/empty; echo >"$file"; fi
	printf %s "$file"
}

# hunks_diff FILE [PATCHED]: the difference to what the patch leaves, or to PATCHED, with names that git apply takes
hunks_diff() {
	local old=$TARGET_SOURCE/$1 old_name=a/$1
	if [[ ! -f $old ]]; then old=/dev/null old_name=/dev/null; fi
	diff -u --label "$old_name" --label "b/$1" -- "$old" "${2:-$WORK/2-tree/unnumbered/$1}" || (($? == 1))
}

# lines_with_word WORD [FILE] -> REPLY: the first line with it that each hunk adds, in the patched file, as " (FILE:LINE, ...)"; empty if there
# are none. Where FILE has it, other files are not asked: they may have another one of that name.
lines_with_word() {
	local file found=""
	for file in ${2:+"$2"} "${PATCHED_FILES[@]}"; do
		if [[ ! -f $WORK/2-tree/unnumbered/$file ]]; then continue; fi
		hunks_diff "$file" >"$WORK/2-tree/hunks.diff"
		found+=$(awk -v word="$1" -v name="$file" '
			/^@@ / { line = $3 + 0; wanted = 1; next }
			line && wanted && /^\+/ && has_word(" " substr($0, 2) " ") { print ", " name ":" line; wanted = 0 }
			line && /^[+ ]/ { line++ }
			function has_word(text,   at) {
				while ((at = index(text, word))) {
					if (substr(text, at - 1, 1) !~ /[A-Za-z0-9_]/ && substr(text, at + length(word), 1) !~ /[A-Za-z0-9_]/) return 1
					text = substr(text, at + 1)
				}
				return 0
			}' "$WORK/2-tree/hunks.diff")
		if [[ $found && $file == "${2:-}" ]]; then break; fi
	done
	found=${found//$'\n'/}
	REPLY=${found:+" (${found#, })"}
}

# ---- doing without them -----------------------------------------------------------------------------------------------

# hunks_leave_out: take those of OPT_WITHOUT_HUNKS back, in 2-tree/unnumbered. A hunk is known by its file and its lines in the source.
hunks_leave_out() {
	local wanted file hunk log=$WORK/2-tree/without.log
	for wanted in "${OPT_WITHOUT_HUNKS[@]}"; do
		file=${wanted%%:*} hunk=${wanted#*:}
		if [[ ! -f $WORK/2-tree/unnumbered/$file ]]; then usage_error "--without-hunk $wanted: the patch does not change $file"; fi
		hunks_diff "$file" >"$WORK/2-tree/hunks.diff"
		# (The lines of the patched file move when hunks before it go.)
		if ! awk -v wanted="${hunk%% +*} " '
			/^--- / && !body { next_head = 1 }
			/^@@ / { body = 1; out = index($0, wanted) == 1; if (out) found = 1 }
			!out { print }
			END { exit !found }' "$WORK/2-tree/hunks.diff" >"$WORK/2-tree/hunks.rest"; then
			usage_error "--without-hunk $wanted: $file has no such hunk; it has: $(grep -o '^@@ [^@]* @@' "$WORK/2-tree/hunks.diff" | paste -sd , | sed 's/,@/, @/g')"
		fi
		WITHOUT_HUNKS+=("$wanted")
		rm -f -- "$WORK/2-tree/unnumbered/$file"
		if [[ -f $TARGET_SOURCE/$file ]]; then cp -- "$TARGET_SOURCE/$file" "$WORK/2-tree/unnumbered/$file"; fi
		if grep -q '^@@ ' "$WORK/2-tree/hunks.rest" &&
			! (cd -- "$WORK/2-tree/unnumbered" && patch_git -p1 -- "$WORK/2-tree/hunks.rest") >"$log" 2>&1; then
			show_file "$log"
			die "internal: the rest of the hunks of $file does not apply"
		fi
	done
}

# without_again REPORT: where each refusal in it is of a rule in OPT_WITHOUT, and its hunks are known, begin again without these
without_again() {
	local report=$1 kind rule place file hunk missing=() add=()
	local -A wanted=() known=() why=()
	if ((${#OPT_WITHOUT[@]} == 0)); then return 0; fi
	for rule in "${OPT_WITHOUT[@]}"; do wanted[$rule]=1; done
	LC_ALL=C sort -u "$report" | while IFS=$'\t' read -r kind rule place file hunk; do
		if [[ $kind != hunk || -z ${wanted[$rule]:-} ]]; then continue; fi
		known["$rule $place"]=1
		why["$file:$hunk"]+="${why["$file:$hunk"]:+, }$place [$rule]"
	done
	while IFS=$'\t' read -r kind rule place file; do
		if [[ $kind != refused ]]; then continue; fi
		if [[ -z ${wanted[$rule]:-} ]]; then return 0; fi
		if [[ -z ${known["$rule $place"]:-} ]]; then missing+=("$place [$rule]"); fi
	done <"$report"
	if ((${#missing[@]})); then
		warn "--without: these refusals can't be traced to hunks: ${missing[*]}"
		return 0
	fi
	for hunk in "${!why[@]}"; do add+=("--without-hunk=$hunk"); done
	if ((${#add[@]} == 0)); then return 0; fi
	printf '%s\n' "${!why[@]}" | sort -V | while IFS= read -r hunk; do
		note "without the hunk ${hunk#*:} of ${hunk%%:*}, because of ${why[$hunk]}"
	done
	note "building again without ${#add[@]} hunk(s)"
	RUN_ARGS=("${add[@]}" "${RUN_ARGS[@]}")
	RUN_AGAIN=1
	exit "$EXIT_REFUSED"
}
