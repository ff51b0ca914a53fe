# shellcheck shell=bash
# kpatch-farm plan: the manifest, and a directory for each job. Few processes, however many jobs: 60,000 of them are written by one awk.

command_plan() {
	local kernels patches have pending
	lists_read
	plan_options
	plan_open
	tool_id
	plan_manifest >"$FARM/manifest.new"
	plan_jobs "$FARM/manifest.new"
	mv -f -- "$FARM/manifest.new" "$FARM/manifest.json"
	rm -f -- "$FARM/planning"
	# (A run writes them; until then each job has to look for itself.)
	rm -rf -- "$FARM/inputs"
	kernels=$(wc -l <"$LISTS/kernels") patches=$(wc -l <"$LISTS/patches")
	farm_jobs >"$FARM/work/jobs"
	jobs_pending "$FARM/work/jobs" >"$FARM/work/pending"
	pending=$(wc -l <"$FARM/work/pending")
	work_clean
	have=$((kernels * patches - pending))
	echo "$((kernels * patches)) jobs: $kernels kernel(s), $patches patch(es); $have have a result"
	if ((pending)); then echo "next: kpatch-farm run -o ${OPT_FARM@Q}"; fi
}

# plan_options: would kpatch-build take them? (It is asked before it looks at anything else.)
plan_options() {
	local fault
	environment_take
	if ((${#OPT_BUILD[@]})) && ! fault=$("$KPATCH_BUILD" "${OPT_BUILD[@]}" --version 2>&1 </dev/null); then
		usage_error "kpatch-build does not take the options behind --: ${fault%%$'\n'*}"
	fi
	options_read "behind --" "$NAME_WORDS$OPTIONS_REFUSED" "$PWD" "${OPT_BUILD[@]}"
	OPT_BUILD=("${OPTIONS[@]}")
}

# plan_open_other NAME: the directory of another command, which is no farm directory
plan_open_other() {
	if [[ -e $OPT_FARM/manifest.json || -d $OPT_FARM && ! -e $OPT_FARM/$1-format && -n $(ls -A -- "$OPT_FARM") ]]; then
		usage_error "$OPT_FARM has other things in it; give a directory of its own with -o"
	fi
	if ! mkdir -p -- "$OPT_FARM/work" 2>/dev/null; then die "the directory $OPT_FARM can't be made"; fi
	path_of "$OPT_FARM"; FARM=$REPLY
	CACHE=$FARM
	farm_version "$1-format"
	farm_lock
	if [[ ! -s $FARM/$1-format ]]; then echo "$FARM_FORMAT" >"$FARM/$1-format"; fi
	work_clean
}

# plan_open: make the farm directory, or take one that is there and as it was planned
plan_open() {
	if [[ -e $OPT_FARM && ! -d $OPT_FARM ]]; then usage_error "$OPT_FARM is a file, no directory"; fi
	if [[ -d $OPT_FARM && ! -e $OPT_FARM/format && -n $(ls -A -- "$OPT_FARM") ]]; then
		usage_error "$OPT_FARM is a directory with other things in it; give a new one with -o"
	fi
	if ! mkdir -p -- "$OPT_FARM" 2>/dev/null; then die "the directory $OPT_FARM can't be made"; fi
	path_of "$OPT_FARM"; FARM=$REPLY
	CACHE=$FARM
	farm_version format
	farm_lock
	farm_is_idle
	mkdir -p -- "$FARM"/{jobs,results,targets,work}
	if [[ ! -s $FARM/format ]]; then echo "$FARM_FORMAT" >"$FARM/format"; fi
	work_clean
	if [[ -f $FARM/manifest.json && ! -e $FARM/planning ]] && ((!OPT_FORCE)); then
		if ! farm_manifest_is_whole; then
			die "$FARM/manifest.json is not as kpatch-farm plan wrote it (edited, or cut off when the power failed); plan again with --force (results are kept)"
		fi
		farm_jobs >"$FARM/work/jobs"
		farm_verify "$FARM/work/jobs"
	else
		rm -rf -- "$FARM/jobs"
		mkdir -- "$FARM/jobs"
		: >"$FARM/work/jobs"
	fi
}

# tool_files -> TOOL_FILES: the program, all that it is made of, and the files that its options name
tool_files() {
	local here
	here=$(realpath -- "$KPATCH_BUILD")
	here=${here%/*}
	option_paths / "${OPT_BUILD[@]}"
	environment_files
	TOOL_FILES=("$KPATCH_BUILD" "${OPTION_FILES[@]}" "${ENVIRONMENT_FILES[@]}")
	for here in "$here"/lib "${KPATCH_BIN:-}" "${here%/*}"/{build/bin,kmod/patch,share/kpatch-build}; do
		if [[ -d $here ]]; then find "$here" -path '*/farm' -prune -o -type f -print0 | sort -z | mapfile -d '' -t -O "${#TOOL_FILES[@]}" TOOL_FILES; fi
	done
}

# tool_id -> TOOL_ID, TOOL_VERSION
tool_id() {
	tool_files
	TOOL_ID=$({ printf '%s\0' "${OPT_BUILD[@]}" "${ENVIRONMENT[@]}"; cat -- "${TOOL_FILES[@]}"; } | sha256sum | cut -c 1-16)
	TOOL_VERSION=$("$KPATCH_BUILD" --version 2>/dev/null </dev/null | head -n 1) || TOOL_VERSION=""
}

# planned_otherwise WHAT: the end. (inputs-check has another one.)
planned_otherwise() { die "$1; plan again (results are kept)"; }

# tool_check MANIFEST [INPUTS]: is it still what was planned with? Its hash is in the name of each result.
tool_check() {
	local words file n
	jq -j '.tool.file, .tool.id, (.environment | length), .environment[], .options[] | ., "\u0000"' "$1" | mapfile -d '' -t words
	n=${words[2]}
	environment_set "${words[@]:3:n}"
	KPATCH_BUILD=${words[0]} OPT_BUILD=("${words[@]:3 + n}")
	if [[ ! -x $KPATCH_BUILD ]]; then die "$KPATCH_BUILD, with which the plan was made, does not exist"; fi
	tool_files
	for file in "${OPTION_FILES[@]}" "${ENVIRONMENT_FILES[@]}"; do
		if [[ ! -f $file || ! -r $file ]]; then die "${file@Q}, which an option or a variable of the environment names, is not a readable file"; fi
	done
	if [[ ${2:-} ]]; then inputs_write "$2/tool" "${TOOL_FILES[@]}"; fi
	tool_id
	if [[ $TOOL_ID != "${words[1]}" ]]; then planned_otherwise "$KPATCH_BUILD${OPTION_FILES[0]:+, or a file that an option names,}${ENVIRONMENT[0]:+, or a file that ${ENVIRONMENT[*]%%=*} names,} has changed since the plan was made"; fi
}

# kernels_check MANIFEST [KERNEL [INPUTS]]: are kernels that were given as files what they were (or this one)? A release's build is compared when
# it is used (prepare, job).
kernels_check() {
	local fields options n name
	lists_begin
	jq -j --arg only "${2:-}" '.kernels[] | select($only == "" or .dir == $only) | .name, .dir, .target // "", (.options | length), .options[] | ., "\u0000"' "$1" | mapfile -d '' -t fields
	while ((${#fields[@]})); do
		n=${fields[3]}
		options=("${fields[@]:4:n}")
		kernel_files "${options[@]}"
		if ((${#KERNEL_PATHS[@]})); then
			if [[ ${3:-} ]]; then inputs_write "$3/kernel-${fields[1]}" "${KERNEL_PATHS[@]}"; fi
			TARGET=${fields[2]} TARGET_IS_PLANNED=1
			kernel_add "${fields[0]}" / "the kernel ${fields[0]@Q}" "${options[@]}"
		fi
		fields=("${fields[@]:4 + n}")
	done
	if [[ ! -s $LISTS/kernels.fields ]]; then return; fi
	lists_name kernels
	name=$(jq -r -n --slurpfile now "$LISTS/kernels" --slurpfile manifest "$1" '
		[$manifest[0].kernels[].id] as $planned | first($now[] | select(.id | IN($planned[]) | not) | .name)')
	if [[ $name ]]; then planned_otherwise "the kernel ${name@Q} has changed since it was planned"; fi
}

# patches_check MANIFEST: are the patches what they were?
patches_check() {
	local fields n m file
	jq -j '.patches[] | .name, .id, (.options | length), .options[], (.patches | length), .patches[].file | ., "\u0000"' "$1" | mapfile -d '' -t fields
	while ((${#fields[@]})); do
		n=${fields[2]}
		m=${fields[3 + n]}
		for file in "${fields[@]:4 + n:m}"; do
			if [[ ! -f $file || ! -r $file ]]; then planned_otherwise "${file@Q}, of the patch ${fields[0]@Q}, is no longer a readable file"; fi
		done
		if [[ $({ patch_inputs "$n" "${fields[@]:3:n}" "${fields[@]:4 + n:m}" 2>/dev/null || true; } | sha256sum) != "${fields[1]}"* ]]; then
			planned_otherwise "the patch ${fields[0]@Q} has changed since it was planned"
		fi
		fields=("${fields[@]:4 + n + m}")
	done
}

plan_manifest() {
	jq -n --argjson format "$FARM_FORMAT" --arg file "$KPATCH_BUILD" --arg version "$TOOL_VERSION" --arg id "$TOOL_ID" \
		--argjson n "${#ENVIRONMENT[@]}" --slurpfile kernels "$LISTS/kernels" --slurpfile patches "$LISTS/patches" '
		{
			format: $format, tool: {file: $file, version: $version, id: $id}, environment: $ARGS.positional[:$n], options: $ARGS.positional[$n:],
			kernels: [$kernels[] | {name, id, dir, options, target}],
			patches: [$patches[] | {name, id, dir, patches: [.patches[] | {file: .}], options}]
		}' --args -- "${ENVIRONMENT[@]}" "${OPT_BUILD[@]}"
}

# plan_jobs MANIFEST: jobs/ as the manifest has it. Only what differs from the jobs that were planned before ($FARM/work/jobs) is written or
# removed. Results are not there, so nothing is lost; a plan that is killed here leaves the file "planning", and the next one writes all.
plan_jobs() {
	local new=$FARM/work/jobs.new add=$FARM/work/add template=$FARM/work/template dir
	if ! jq -r -f "$FARM_LIB/jobs.jq" -- "$1" | sort >"$new"; then die "internal: the jobs can't be made of $1"; fi
	sort -o "$FARM/work/jobs" "$FARM/work/jobs"
	comm -13 "$FARM/work/jobs" "$new" >"$add"
	: >"$FARM/planning"
	plan_run_job
	# A symbolic link takes no room of its own; one directory with all of them is copied for each kernel.
	mkdir -p -- "$template"
	jq -r '.patches[].dir' -- "$1" | while read -r dir; do
		mkdir -- "$template/$dir"
		ln -s ../../../run-job "$template/$dir/run"
	done
	cut -d / -f 2 "$add" | sort -u | while read -r dir; do cp -aT --remove-destination -- "$template" "$FARM/jobs/$dir"; done
	(cd -- "$FARM" && awk -F '\t' '{ file = $1 "/job.json"; print $2 >file; close(file) }' "$add")
	cut -f 1 "$new" | sort >"$FARM/work/dirs"
	(cd -- "$FARM" && cut -f 1 work/jobs | sort | comm -23 - work/dirs | tr '\n' '\0' | xargs -0 -r rm -rf --)
	find "$FARM/jobs" -mindepth 1 -maxdepth 1 -empty -delete
	rm -rf -- "$template"
}

# plan_run_job: what each job has as "run"
plan_run_job() {
	cat >"$FARM/run-job.new" <<-END
		#!/bin/sh
		# The job in whose directory this is run as "run": by itself, without kpatch-farm run.
		exec '${FARM_LIB//\'/\'\\\'\'}/job' "\$(dirname -- "\$0")"
	END
	chmod +x "$FARM/run-job.new"
	mv -f -- "$FARM/run-job.new" "$FARM/run-job"
}

# jobs_pending JOBS: those without a result, and those that ended with an error, as DIR <TAB> ID
jobs_pending() {
	results_list | awk -F '\t' '
		FILENAME == "-" { if ($2 != "error") have[$1] = 1; next }
		{ match($2, /"id":"[0-9a-f-]+"/); id = substr($2, RSTART + 6, RLENGTH - 7); if (!(id in have)) print $1 "\t" id }' - "$1"
}

# results_list: ID <TAB> result of each
results_list() {
	(cd -- "$FARM/results" && find . -mindepth 2 -maxdepth 2 -name result.json -printf '%P\0' |
		{ xargs -0 -r grep -sHom 1 --null '"result":"[a-z-]*"' || true; }) | tr '\0' '\t' | sed 's,/result\.json\t"result":",\t,; s,"$,,'
}

# work_clean: what killed runs left. Nobody else is here: the lock is ours.
work_clean() {
	find "$FARM/work" -mindepth 1 -maxdepth 1 -exec rm -rf -- '{}' +
}
