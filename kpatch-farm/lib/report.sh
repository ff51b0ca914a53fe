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
	local file id
	for file in "$FARM"/targets/*/status; do
		id=${file%/status}
		printf '%s %s\n' "${id##*/}" "$(<"$file")"
	done >"$FARM/work/prepared"
	(cd -- "$FARM/results" && find . -mindepth 2 -maxdepth 2 -name result.json -print0 | xargs -0 -r cat --) |
		jq -c -n --slurpfile manifest "$FARM/manifest.json" --rawfile prepared "$FARM/work/prepared" --arg now "$EPOCHSECONDS" -f "$FARM_LIB/results.jq"
	rm -f -- "$FARM/work/prepared"
}

# report_page: the page, with the data where its template has a line for them
report_page() {
	sed '/^@DATA@$/,$d' "$FARM_LIB/page.html"
	jq -c -f "$FARM_LIB/page.jq" -- "$FARM/results.json" | sed 's/</\\u003c/g'
	sed '1,/^@DATA@$/d' "$FARM_LIB/page.html"
}
