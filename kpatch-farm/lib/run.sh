# shellcheck shell=bash
# kpatch-farm run: the jobs that have no result, by an engine. What comes of a job is not the engine's business: lib/job keeps it.

command_run() {
	farm_open
	farm_lock
	farm_is_idle
	work_clean
	farm_jobs >"$FARM/work/jobs"
	farm_verify "$FARM/work/jobs"
	rm -rf -- "$FARM/inputs"
	tool_check "$FARM/manifest.json" "$FARM/inputs"
	kernels_check "$FARM/manifest.json" "" "$FARM/inputs"
	patches_check "$FARM/manifest.json"
	results_take_away
	jobs_pending "$FARM/work/jobs" >"$FARM/work/pending"
	if [[ -s $FARM/work/pending ]]; then
		"${OPT_ON}_run" "$FARM/work/pending"
	else
		echo "all jobs have a result"
	fi
	run_end
}

# run_end: say what came of all of it, and end with that
run_end() {
	local line status=0 total
	jobs_pending "$FARM/work/jobs" >"$FARM/work/pending"
	total=$(wc -l <"$FARM/work/jobs")
	results_list | awk -F '\t' '
		FILENAME == "-" { result[$1] = $2; next }
		{ match($2, /"id":"[0-9a-f-]+"/); id = substr($2, RSTART + 6, RLENGTH - 7); n[id in result ? result[id] : "without a result"]++ }
		END { for (r in n) print n[r] " " r }' - "$FARM/work/jobs" | sort -k 2 >"$FARM/work/counts"
	line=$(paste -sd , "$FARM/work/counts")
	echo "$total jobs: ${line//,/, }"
	if grep -qE "^[0-9]+ (${FAILURES// /|})\$" "$FARM/work/counts"; then status=$EXIT_REFUSED; fi
	if grep -qE '^[0-9]+ (error|without a result)$' "$FARM/work/counts"; then status=$EXIT_ERROR; fi
	exit "$status"
}

# farm_is_idle: no job of a cluster is at work here (slurm.sh)
farm_is_idle() { if [[ -e $FARM/slurm.json ]]; then slurm_is_over; fi; }

