# shellcheck shell=bash
# The table of a run of the sample: one row a unit, then, as comments, what they add up to.

# One row a unit and, as comments, what they add up to. A test is a unit: ok if each column is as it should be or explained.
sample_report() {
	local object number=0 bad=0 verdict
	{
		echo "# $TARGET_RELEASE ($TARGET_VERSION), seed $SAMPLE_SEED; made by test/sample/run, which says what the columns mean"
		echo "# unit"$'\t'"part of"$'\t'"base"$'\t'"functions"$'\t'"again"$'\t'"lines"$'\t'"statement"$'\t'"in"$'\t'"why"
		for object in "${OBJECTS[@]}"; do
			report_explain "$object"
			printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$object" "${PARENT[$object]}" "${BASE[$object]}" \
				"${FUNCTIONS[$object]}" "${AGAIN[$object]}" "${LINES_[$object]}" "${STATEMENT[$object]}" "${CHOSEN[$object]}" "${WHY[$object]}"
		done
	} >"$WORK/table.new"
	report_summary <"$WORK/table.new" >"$WORK/summary"
	cat "$WORK/summary" >>"$WORK/table.new"
	mv "$WORK/table.new" "$WORK/table"
	for object in "${OBJECTS[@]}"; do
		verdict="base ${BASE[$object]} ${FUNCTIONS[$object]}, again ${AGAIN[$object]}, lines ${LINES_[$object]}, statement ${STATEMENT[$object]}"
		number=$((number + 1))
		if [[ ${UNEXPLAINED[$object]:-} ]]; then
			bad=1
			echo "not ok $number sample/$SERIES $object: $verdict"
			echo "#   ${WHY[$object]:-no message}"
		else
			echo "ok $number sample/$SERIES $object: $verdict${WHY[$object]:+ (${WHY[$object]})}"
		fi
	done
	cat "$WORK/summary"
	echo "# the table: $WORK/table"
	if awk '$1 == "#" && $2 == "base" { exit !($4 * 100 >= 97 * $6) }' "$WORK/summary"; then
		echo "ok $((number + 1)) sample/$SERIES: at least 97 % have the same base"
	else
		echo "not ok $((number + 1)) sample/$SERIES: at least 97 % have the same base"
		bad=1
	fi
	exit "$bad"
}

# report_explain OBJECT: UNEXPLAINED, and WHY with the reason instead of the message
declare -A UNEXPLAINED=()
report_explain() {
	local object=$1 pair reason reasons="" open=""
	for pair in "base ${BASE[$1]} same" "again ${AGAIN[$1]} same" "lines ${LINES_[$1]} same" "statement ${STATEMENT[$1]} changed"; do
		read -ra pair <<<"$pair"
		if [[ ${pair[1]} == "${pair[2]}" ]]; then continue; fi
		if [[ ${pair[0]} == statement && ${AUTOMATIC[$object]:-} ]]; then
			reason=${AUTOMATIC[$object]}
		else
			reason=$(awk -v line="$SERIES" -v object="$object" -v column="${pair[0]}" -v value="${pair[1]}" '
				/^#/ || NF < 5 || ($1 != "*" && $1 != line) || $2 != object || $3 != column || $4 != value { next }
				{ sub(/^[^ \t]+[ \t]+[^ \t]+[ \t]+[^ \t]+[ \t]+[^ \t]+[ \t]+/, ""); print; exit }' "$HERE/explained")
		fi
		if [[ $reason ]]; then reasons+="${reasons:+; }$reason"; else open=1; fi
	done
	if [[ $open ]]; then UNEXPLAINED[$object]=1; else WHY[$object]=$reasons; fi
}

report_summary() {
	awk -F '\t' '
	/^#/ { next }
	{
		units++; part[$2 == "vmlinux" ? "vmlinux" : "modules"]++
		same += $3 == "same"
		split($4, f, "/"); matched += f[1]; functions += f[2]
		empty += f[2] == 0
		again += $5 == "same"; lines += $6 == "same"
		statement[$7]++; explained += $9 != ""
	}
	END {
		printf "# %d units, %d of vmlinux and %d of modules\n", units, part["vmlinux"], part["modules"]
		printf "# base same %d of %d (%.1f %%), %d of %d functions; %d units hold data only\n", same, units, same * 100 / units, matched, functions, empty
		printf "# compiled again: %d same; with other line numbers: %d same\n", again, lines
		printf "# one statement more: %d changed that function alone", statement["changed"]
		for (s in statement) if (s != "changed") others = others sprintf(", %d %s", statement[s], s)
		print others
		printf "# %d units have something to explain\n", explained
	}'
}
