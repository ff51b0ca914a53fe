# shellcheck shell=bash
# kpatch-farm report: results.json has all that is known of each job; a page for people and junit.xml for CI systems are made of it.

command_report() {
	farm_open
	farm_lock
	# (Of a cluster's jobs that run, what is there by now.)
	mkdir -p -- "$FARM/work"
	report_results >"$FARM/results.json.new"
	report_file results.json
	jq -r --arg failures "$FAILURES" -f "$FARM_LIB/junit.jq" -- "$FARM/results.json" >"$FARM/junit.xml.new"
	report_file junit.xml
	report_page >"$FARM/index.html.new"
	report_file index.html
	jq -r '"\(.jobs | length) jobs: \(.counts | to_entries | sort_by(.key) | map("\(.value) \(.key)") | join(", "))"' -- "$FARM/results.json"
	echo "written $FARM/index.html"
}
report_file() { mv -f -- "$FARM/$1.new" "$FARM/$1"; }

report_results() {
	local file id status damaged
	for file in "$FARM"/targets/*/status; do
		id=${file%/status}
		if read -r status _ <"$file" && [[ $status =~ ^[0-9]{1,3}$ && ${id##*/} =~ ^[0-9a-f-]+$ ]]; then printf '%s %s\n' "${id##*/}" "$status"; fi
	done >"$FARM/work/prepared"
	results_whole "$FARM/work/whole" "$FARM/work/damaged"
	mapfile -d '' -t damaged <"$FARM/work/damaged"
	if ((${#damaged[@]})); then
		message "warning: ${#damaged[@]} result(s) are not as they were written (edited, or cut off when the power failed); the next run makes them again:"$'\n'"$(printf '%s\0' "${damaged[@]:0:5}" | field_list)"
	fi
	(cd -- "$FARM/results" && xargs -0 -r cat -- <"$FARM/work/whole") |
		jq -c -n --slurpfile manifest "$FARM/manifest.json" --rawfile prepared "$FARM/work/prepared" --arg now "$EPOCHSECONDS" -f "$FARM_LIB/results.jq"
	rm -f -- "$FARM/work"/{prepared,whole,damaged}
}

# report_page: the page, with the data where its template has a line for them
report_page() {
	sed '/^@DATA@$/,$d' "$FARM_LIB/page.html"
	jq -c -f "$FARM_LIB/page.jq" -- "$FARM/results.json" | sed 's/</\\u003c/g'
	sed '1,/^@DATA@$/d' "$FARM_LIB/page.html"
}
