# shellcheck shell=bash
# What came of the fixes.

# report_row DIR FIX: one row of the table.
report_row() {
	local dir=$1 fix=$2 result why="" verdict=- counts=$'-\t-' headers status
	status=$(<"$dir/status")
	headers=$(paste -s -d ' ' "$dir/headers")
	case $status in
	0)
		result=built
		counts=$(sed -n 's/^diff .* \([0-9]*\) changed and \([0-9]*\) new function.*/\1\t\2/p' "$dir/log")
		verdict=unjudged
		;;
	2) report_refusal "$dir/log"; result=$REPLY why=$WHY ;;
	3) result=unchanged ;;
	5) result="does not apply" ;;
	6) result="does not compile" why=$(grep -a 'error: ' "$dir/log" | head -n 1 | sed 's/^ *//') ;;
	*) result="error $status" why=$(tail -n 1 "$dir/log") ;;
	esac
	if [[ -f $dir/judge ]]; then verdict=$(tail -n 1 "$dir/judge" | cut -f 1); fi
	if [[ $headers ]]; then result+=" with its header"; fi
	printf '%s\t%s\t%s\t%s\t%s\n' "$fix" "$result" "${counts:-"-	-"}" "$verdict" "${why:-$headers}"
}

# report_refusal LOG -> REPLY: "refused RULE...", or the kind of a refusal that has no rule's name; WHY
report_refusal() {
	local rules
	WHY=$(grep -aE 'error: |: refused: ' "$1" | head -n 1 | sed 's/^ *//; s/\t/ /g')
	rules=$(grep -aoE ' \[[a-z]+(-[a-z]+)*\]$' "$1" | tr -d ' []' | sort -u | paste -s -d ' ' || true)
	if grep -aq 'are not compiled into the kernel or a module' "$1"; then
		REPLY="not in the configuration" WHY=""
	elif grep -aq 'the patch can change more than' "$1"; then
		REPLY="reaches too many objects" WHY=""
	elif [[ $rules ]]; then
		REPLY="refused $rules"
	else
		REPLY=refused
	fi
}

# Of all fixes that have a result: a run that was interrupted has not all.
report() {
	local kind path failed=0 result fix verdict why
	{
		echo "# $NEWER for $RELEASE ($VERSION), seed $FIXES_SEED; made by test/fixes/run, which says what it is"
		echo "# fix	result	changed	new	judge	why"
		while read -r kind path; do
			fix=$path
			if [[ $kind == directory ]]; then fix=$path/; fi
			if [[ -f $OUT/results/${fix//\//!}/result ]]; then cat -- "$OUT/results/${fix//\//!}/result"; fi
		done <"$OUT/fixes"
	} >"$OUT/table.rows"
	{
		cat -- "$OUT/table.rows"
		echo "# $(grep -vc '^#' "$OUT/table.rows") of $(wc -l <"$OUT/fixes") fixes were tried"
		grep -v '^#' "$OUT/table.rows" | cut -f 2 | sort | uniq -c | sort -k 1,1nr -k 2 | awk '{ n = $1; $1 = ""; print "# " n $0 }'
		grep -v '^#' "$OUT/table.rows" | cut -f 5 | sort | uniq -c | sort -k 1,1nr -k 2 | awk '$2 != "-" { print "# judged " $2 ": " $1 }'
	} >"$OUT/table"
	while IFS=$'\t' read -r fix result _ _ verdict why; do
		case $fix in \#*) continue ;; esac
		case $verdict in
		wrong | error) echo "not ok - $fix: the judge says the module is wrong, see $OUT/results/${fix//\//!}/judge"; failed=1 ;;
		*)
			case $result in
			"error "*) echo "not ok - $fix: $result: $why"; failed=1 ;;
			*) echo "ok - $fix: $result" ;;
			esac
			;;
		esac
	done <"$OUT/table.rows"
	return "$failed"
}
