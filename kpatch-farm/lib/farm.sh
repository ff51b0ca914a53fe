# shellcheck shell=bash
# The farm directory:
#
#   format                  the version of all this
#   manifest.json           what was planned: the tool, the options, each kernel and each patch (or ordered set) with its hash
#   jobs/KERNEL/PATCH/      a job: job.json, with its command, and run, which runs it by itself
#   results/ID/             what came of it: result.json, build.json (kpatch-build --json), log, the modules. ID is made of the hashes of
#                           kernel, patch and tool, so it is a result of just these; and there is one, for it appears by a rename
#   targets/ID/             what came of preparing a kernel: status, log, seconds
#   inputs/                 what files the last run began with (inputs.sh)
#   damaged/ID/             results that were edited, or cut off when the power failed
#   work/                   of jobs that run, or were killed
#   index.html junit.xml results.json    the report
#
# KERNEL and PATCH are names that are safe everywhere; what a list says is in the manifest.

readonly FARM_FORMAT=1
FARM=""                 # absolute

# farm_open: the directory of a plan
farm_open() {
	if [[ ! -d $OPT_FARM ]]; then usage_error "there is no directory ${OPT_FARM@Q}; kpatch-farm plan -o ${OPT_FARM@Q} makes it"; fi
	path_of "$OPT_FARM"; FARM=$REPLY
	farm_version format
	if [[ ! -f $FARM/manifest.json ]]; then
		usage_error "$FARM has no manifest.json, so it is no farm directory; kpatch-farm plan -o ${OPT_FARM@Q} makes one"
	fi
	if ! farm_manifest_is_whole; then
		die "$FARM/manifest.json is not as kpatch-farm plan wrote it (edited, or cut off when the power failed); plan again with --force (results are kept)"
	fi
	mkdir -p -- "$FARM"/{jobs,results,targets,work}
	if [[ -e $FARM/planning ]]; then usage_error "$FARM: its plan was interrupted; plan again (results are kept)"; fi
	# (disk_full looks there.)
	CACHE=$FARM
}

farm_manifest_is_whole() { jq -n -e --argjson format "$FARM_FORMAT" -f "$FARM_LIB/manifest-check.jq" -- "$FARM/manifest.json" >/dev/null 2>&1; }

# farm_version FILE: is the directory of this version?
farm_version() {
	local is="" file=$FARM/$1
	if [[ -e $file ]]; then read -r is <"$file" || true; fi
	if [[ $is && $is != "$FARM_FORMAT" ]]; then
		die "$FARM is of another version of kpatch-farm (format ${is@Q}, this one has $FARM_FORMAT); use that version, or plan in a new directory. Nothing was changed"
	fi
}

# What is started with this before it ends when we are killed, and all that it has started ends with it.
readonly TIED=(setpriv --pdeathsig TERM --)

# farm_lock [NAME]: until the end of this run and of all that it starts. (A report has a lock of its own: it may be made while jobs run.)
farm_lock() {
	local lock file=$FARM/${1:-.lock} pid="" host=""
	if ! { exec {lock}>>"$file"; } 2>/dev/null; then die "$FARM can't be written to"; fi
	if ! flock -n "$lock"; then
		read -r pid host <"$file" || true
		if [[ $host != "${HOSTNAME:-}" || ! $pid =~ ^[1-9][0-9]*$ ]] || grep -qsa kpatch-farm "/proc/$pid/cmdline"; then
			die "another kpatch-farm works in $FARM; wait for its end, or use another directory"
		fi
		# It was killed, and what it has started is about to end.
		if ! flock -w 10 "$lock"; then
			die "a kpatch-farm in $FARM was killed, but something that it had started is still at work there; wait for its end, or end it (fuser ${file@Q} tells who it is)"
		fi
	fi
	echo "$$ ${HOSTNAME:-}" 2>/dev/null >"$file" || true
}

# farm_jobs: job.json of each job of the manifest, as one line: DIR <TAB> JSON. (The one place that knows what a job is.)
farm_jobs() { jq -r --arg run "$KPATCH_BUILD" -f "$FARM_LIB/jobs.jq" -- "$FARM/manifest.json"; }

# farm_jobs_edited JOBS: those whose directory is not as the list JOBS (of farm_jobs) has it
farm_jobs_edited() {
	(cd -- "$FARM" && find jobs -mindepth 3 -maxdepth 3 -name job.json -type f -print0 | { xargs -0 -r grep -asH --null '' || true; }) |
		tr '\0' '\t' | sed 's,/job\.json\t,\t,' |
		awk -F '\t' 'FILENAME == "-" { if (n[$1]++) is[$1] = ""; else is[$1] = $0; next } is[$1] != $0 { print $1 }' - "$1"
	# Whatever else is there.
	(cd -- "$FARM" && find jobs -mindepth 1 ! '(' -type d -path 'jobs/*' ! -path 'jobs/*/*/*' ')' ! '(' -path 'jobs/*/*/*' ! -path 'jobs/*/*/*/*' \
		'(' -type f -name job.json -o -name run -lname '*/run-job' ')' ')' -printf '%h\n')
}

# farm_verify JOBS
farm_verify() {
	local edited count
	edited=$(farm_jobs_edited "$1" | sort -u)
	if [[ ! $edited ]]; then return; fi
	count=$(wc -l <<<"$edited")
	die "$count job(s) are not as planned: somebody edited or removed files there; save what you need, then plan again with --force:"$'\n'"$(sed -n '1,5s/^/    /p' <<<"$edited")"
}

# results_whole WHOLE REST: to the file WHOLE names of the result.json files that are whole, each with a NUL behind it; to REST what else is in results/.
# (Each is one line.)
results_whole() {
	{
		# (A name that kpatch-build gives no file is in no result. An ID has no dot.)
		(cd -- "$FARM/results" && find . -mindepth 3 -maxdepth 3 -regex '\./[0-9a-f-]*/modules/[A-Za-z0-9._+~-]*' -type f -printf '.\t%P\t%s\n')
		(cd -- "$FARM/results" && find . -mindepth 2 -maxdepth 2 -name result.json -type f -printf '%P\0' | { xargs -0 -r grep -asH --null '' || true; }) | tr '\0' '\t'
	} | awk -F '\t' '
		function told() { if (n == 1) { id = path; sub(/\/.*/, "", id); print path "\t" files[id] "\t" substr(line, length(path) + 2) } }
		$1 == "." { split($2, part, "/"); files[part[1]] = files[part[1]] " " part[3] "/" $3; next }
		$1 != path { told(); path = $1; n = 0 }
		{ line = $0; n++ }
		END { told() }' |
		jq -n -R -j --arg results "${RESULTS[*]}" -f "$FARM_LIB/results-whole.jq" | sort -z >"$1"
	find "$FARM/results" -mindepth 1 -maxdepth 1 -printf '%P/result.json\0' | sort -z | comm -z -13 "$1" - | sed -z 's,/result\.json$,,' >"$2"
}

# results_take_away: those that are not whole are made again. They are kept: somebody may want to see them.
results_take_away() {
	local damaged name
	results_whole "$FARM/work/whole" "$FARM/work/damaged"
	mapfile -d '' -t damaged <"$FARM/work/damaged"
	if ((${#damaged[@]} == 0)); then return; fi
	mkdir -p -- "$FARM/damaged"
	for name in "${damaged[@]}"; do
		rm -rf -- "$FARM/damaged/$name"
		mv -T -- "$FARM/results/$name" "$FARM/damaged/$name"
	done
	message "warning: ${#damaged[@]} result(s) are not as they were written (edited, or cut off when the power failed), and are made again; they are in $FARM/damaged now:"$'\n'"$(printf '%s\0' "${damaged[@]:0:5}" | field_list)"
}
