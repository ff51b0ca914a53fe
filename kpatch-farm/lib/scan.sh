# shellcheck shell=bash
# kpatch-farm scan: which kernels need which patch? kpatch-build --dry-run sees in seconds how each patch applies and what it can change; its
# records (--json) are put together here. What only compiled code shows, such as a changed initial value, a scan can't see.

command_scan() {
	local work status=0
	# (Not at the end of all that work.)
	if [[ $OPT_JSON && $OPT_JSON != - ]]; then
		path_of "$OPT_JSON" -m
		if [[ -d $OPT_JSON || ! -d ${REPLY%/*}/ ]] || [[ ! -w $OPT_JSON && ! -w ${REPLY%/*}/ ]]; then usage_error "--json: ${OPT_JSON@Q} can't be written"; fi
	fi
	lists_read
	plan_options
	work=$LISTS/scan
	mkdir -- "$work"
	TOOL_ID="" TOOL_VERSION=""
	plan_manifest >"$work/manifest"
	jq -r -f "$FARM_LIB/jobs.jq" -- "$work/manifest" | cut -f 2 |
		awk -v dir="$work" '{ file = sprintf("%s/%06d.job", dir, NR); print >file; close(file) }'
	find "$work" -name '*.job' -print0 | sort -z >"$work/all"
	setsid "${TIED[@]}" xargs -0 -n 1 -P "${OPT_JOBS:-$(nproc)}" "${TIED[@]}" "$FARM_LIB/scan-pair" <"$work/all" &
	CHILD=$!
	wait "$CHILD" || status=$?
	CHILD=""
	if ((status)); then die "some patches could not be looked at (xargs, status $status)"; fi
	cat -- "$work"/*.result | jq -s --slurpfile manifest "$work/manifest" '
		{format: 1, options: $manifest[0].options, kernels: [$manifest[0].kernels[].name], patches: [$manifest[0].patches[].name], pairs: .}' >"$work/scan.json"
	if [[ $OPT_JSON == - ]]; then
		cat -- "$work/scan.json"
	else
		scan_table "$work/scan.json"
		if [[ $OPT_JSON ]] && ! cat -- "$work/scan.json" 2>/dev/null >"$OPT_JSON"; then die "--json: ${OPT_JSON@Q} can't be written"; fi
	fi
	if jq -e 'any(.pairs[]; .answer == "error")' "$work/scan.json" >/dev/null; then exit "$EXIT_ERROR"; fi
}

# scan_table FILE: a line for each patch, a column for each kernel; and what stopped, below
scan_table() {
	local line
	jq -r '
		def line: gsub("[\n\t]"; " ");
		(.kernels | length) as $n | .pairs as $pairs | (.patches | length) as $m
		| (["patch"] + [.kernels[] | line] | @tsv),
		(.patches | to_entries[] | .key as $p | [(.value | line)] + [range(0; $n) as $k | $pairs[$k * $m + $p].answer] | @tsv)' "$1" |
		column -t -s $'\t'
	jq -r '[.pairs[] | select(.answer == "error") | "\(.kernel): \(.patch): \(.message)" | gsub("\n"; " ")] | unique[]' "$1" |
		while IFS= read -r line; do message "error: $line"; done
}
