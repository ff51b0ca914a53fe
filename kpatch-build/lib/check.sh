# shellcheck shell=bash
# The page of --check: what would be in the livepatch, and all that its author has to judge, by function. It is made of the records of
# create-diff-object, so that it says what a build says; --explain shows it with each build.

# check_page: for all objects of this run, if it is asked for
check_page() {
	local object
	if ((!OPT_CHECK && !OPT_EXPLAIN)); then return; fi
	progress_clear
	echo
	print_folded "Check of ${PATCHES[*]##*/} for $TARGET_RELEASE"
	for object in "${OBJECTS[@]}"; do check_object "$object"; done
	echo
	print_folded "$(check_verdict)"
}

# check_object OBJECT: if there is something to say of it, its functions, each with what is said of it; then what is said of anything else
check_object() {
	local report=$WORK/6-diff/${1%.o}.report text
	text=$(awk -F '\t' "$DIFF_PLACES"'
		BEGIN {
			kind["changed"] = "changed; ftrace can reach it"; kind["new"] = "new"; kind["copied"] = "constant with new content, copied"
			word["refused"] = word["warning"] = word["note"] = 1; word["accepted"] = 1
		}
		$1 in kind { order[++n] = $2; what[$2] = kind[$1]; next }
		$1 in word && $2 != "unused-accept" {
			if (!($3 in what) && !($3 in said)) rest[++m] = $3
			said[$3] = said[$3] "    " ($1 == "accepted" ? "warning, accepted" : $1) ": " $4 places() ($2 == "-" ? "" : " [" $2 "]") "\n"
		}
		END {
			for (i = 1; i <= n; i++) printf "  %s: %s\n%s", order[i], what[order[i]], said[order[i]]
			for (i = 1; i <= m; i++) if (!(rest[i] in what)) printf "  %s:\n%s", rest[i] == "-" ? "the object" : rest[i], said[rest[i]]
		}' "$report.lines" "$report" pass=2 "$report")
	if [[ ! $text ]]; then return; fi
	echo
	echo "$1 (${MODULE[$1]})"
	print_folded "$text"
}

# check_verdict: one line
check_verdict() {
	awk -F '\t' '
		{ n[$1]++ }
		END {
			if (n["refused"]) { printf "Refused: %d reason(s), see above.\n", n["refused"]; exit }
			printf "Can be livepatched: %d changed and %d new function(s).", n["changed"], n["new"]
			if (n["warning"] + n["accepted"] + n["note"]) printf " To be judged: %d warning(s), %d note(s).", n["warning"] + n["accepted"], n["note"]
			print ""
		}' "$WORK/6-diff/report"
}
