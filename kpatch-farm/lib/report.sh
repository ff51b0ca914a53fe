# shellcheck shell=bash
# kpatch-farm report: results.json has all that is known of each job; a page for people and junit.xml for CI systems are made of it.

REPORT=""               # a temporary directory

command_report() {
	farm_open
	farm_lock .report-lock
	# (While jobs run, what is there by now. work/ is theirs.)
	rm -rf -- "$FARM"/report.??????
	REPORT=$(mktemp -d -p "$FARM" report.XXXXXX)
	at_exit report_end
	report_results >"$FARM/results.json.new"
	report_file results.json
	jq -r --arg failures "$FAILURES" -f "$FARM_LIB/junit.jq" -- "$FARM/results.json" >"$FARM/junit.xml.new"
	report_file junit.xml
	report_page >"$FARM/index.html.new"
	report_file index.html
	jq -r '"\(.jobs | length) jobs: \(.counts | to_entries | sort_by(.key) | map("\(.value) \(.key)") | join(", "))"' -- "$FARM/results.json"
	echo "written $FARM/index.html"
}
report_end() { rm -rf -- "$REPORT"; }
report_file() { mv -f -- "$FARM/$1.new" "$FARM/$1"; }

report_results() {
	local file id status damaged
	for file in "$FARM"/targets/*/status; do
		id=${file%/status}
		if read -r status _ <"$file" && [[ $status =~ ^[0-9]{1,3}$ && ${id##*/} =~ ^[0-9a-f-]+$ ]]; then printf '%s %s\n' "${id##*/}" "$status"; fi
	done >"$REPORT/prepared"
	results_whole "$REPORT/whole" "$REPORT/damaged"
	mapfile -d '' -t damaged <"$REPORT/damaged"
	if ((${#damaged[@]})); then
		message "warning: ${#damaged[@]} result(s) are not as they were written (edited, or cut off when the power failed); the next run makes them again:"$'\n'"$(printf '%s\0' "${damaged[@]:0:5}" | field_list)"
	fi
	# (One that is an error may be replaced just now.)
	(cd -- "$FARM/results" && { xargs -0 -r grep -hsa '' <"$REPORT/whole" || true; }) |
		jq -c -n --slurpfile manifest "$FARM/manifest.json" --rawfile prepared "$REPORT/prepared" --arg now "$EPOCHSECONDS" -f "$FARM_LIB/results.jq"
}

# report_page: the page, with the data where its template has a line for them
report_page() {
	sed '/^@DATA@$/,$d' "$FARM_LIB/page.html"
	jq -c -f "$FARM_LIB/page.jq" -- "$FARM/results.json" | sed 's/</\\u003c/g'
	sed '1,/^@DATA@$/d' "$FARM_LIB/page.html"
}
