# shellcheck shell=bash
# The farm directory:
#
#   format                  the version of all this
#   manifest.json           what was planned: the tool, the options, each kernel and each patch (or ordered set) with its hash
#   jobs/KERNEL/PATCH/      a job: job.json, with its command, and run, which runs it by itself
#   results/ID/             what came of it: result.json, build.json (kpatch-build --json), log, the modules. ID is made of the hashes of
#                           kernel, patch and tool, so it is a result of just these; and there is one, for it appears by a rename
#   targets/ID/             what came of preparing a kernel: status, log, seconds
#   work/                   of jobs that run, or were killed
#   index.html junit.xml results.json    the report
#
# KERNEL and PATCH are names that are safe everywhere; what a list says is in the manifest.

readonly FARM_FORMAT=1
FARM=""                 # absolute

# farm_open: the directory of a plan
farm_open() {
	if [[ ! -d $OPT_FARM ]]; then usage_error "there is no directory $OPT_FARM; kpatch-farm plan makes it"; fi
	FARM=$(realpath -- "$OPT_FARM")
	farm_version format
	if [[ ! -f $FARM/manifest.json ]]; then
		usage_error "$FARM has no manifest.json, so it is no farm directory; kpatch-farm plan -o $OPT_FARM makes one"
	fi
	if [[ -e $FARM/planning ]]; then usage_error "$FARM: its plan was interrupted; plan again (results are kept)"; fi
	# (disk_full looks there.)
	CACHE=$FARM
}

# farm_version FILE: is the directory of this version?
farm_version() {
	local is="" file=$FARM/$1
	if [[ -e $file ]]; then read -r is <"$file" || true; fi
	if [[ $is && $is != "$FARM_FORMAT" ]]; then
		die "$FARM is of another version of kpatch-farm (format ${is@Q}, this one has $FARM_FORMAT); use that version, or plan in a new directory. Nothing was changed"
	fi
}

# farm_lock: until the end of this run and of all that it starts
farm_lock() {
	local lock
	if ! { exec {lock}>>"$FARM/.lock"; } 2>/dev/null; then die "$FARM can't be written to"; fi
	if ! flock -n "$lock"; then die "another kpatch-farm works in $FARM; wait for its end, or use another directory"; fi
}

# farm_jobs: job.json of each job of the manifest, as one line: DIR <TAB> JSON. (The one place that knows what a job is.)
farm_jobs() { jq -r --arg run "$KPATCH_BUILD" -f "$FARM_LIB/jobs.jq" -- "$FARM/manifest.json"; }

# farm_jobs_edited JOBS: those whose directory is not as the list JOBS (of farm_jobs) has it
farm_jobs_edited() {
	# (grep goes on where a file is missing.)
	(cd -- "$FARM" && cut -f 1 -- "$1" | sed 's,$,/job.json,' | tr '\n' '\0' | { xargs -0 -r grep -sH --null '' || true; }) |
		tr '\0' '\t' | sed 's,/job\.json\t,\t,' |
		awk -F '\t' 'FILENAME == "-" { if (n[$1]++) is[$1] = ""; else is[$1] = $0; next } is[$1] != $0 { print $1 }' - "$1"
	# Whatever else is there.
	find "$FARM/jobs" '(' -type f ! -name job.json -o -type l ! -lname '*/run-job' ')' -printf 'jobs/%P\n' | sed 's,/[^/]*$,,'
}

# farm_verify JOBS
farm_verify() {
	local edited count
	edited=$(farm_jobs_edited "$1" | sort -u)
	if [[ ! $edited ]]; then return; fi
	count=$(wc -l <<<"$edited")
	die "$count job(s) are not as planned: somebody edited or removed files there; save what you need, then plan again with --force:"$'\n'"$(sed -n '1,5s/^/    /p' <<<"$edited")"
}
