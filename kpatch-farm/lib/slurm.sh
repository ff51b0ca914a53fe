# shellcheck shell=bash
# The engine for a Slurm cluster that is there: the jobs are one array, which waits for another one that prepares each kernel once. The farm
# directory, the patches and the cache (KPATCH_CACHE) are on a directory that all nodes share. What a node that failed had begun is queued
# again by Slurm; lib/job sees to it that there is one result.
#
#   slurm/jobs      directories of the jobs of the array
#   slurm/kernels   of the kernels to prepare
#   slurm/*.out     what tasks printed
#   slurm/*.err     what went wrong in them
#   slurm.json      the name that both arrays have. It is there before they are, so a run that is killed while it submits them leaves nothing
#                   that the next one does not find.

# Seconds between two questions to the cluster: at first, and after hours
readonly SLURM_POLL=2 SLURM_POLL_MOST=20
SLURM_NAME=""

# slurm_there: does a cluster answer?
slurm_there() {
	local answer
	if ! command -v sbatch >/dev/null || ! command -v squeue >/dev/null; then
		die "there is no Slurm on this machine (no sbatch); install slurm-client and let it know the cluster, or run --on local"
	fi
	if ! answer=$(timeout 30 scontrol ping 2>&1) || ! answer=$(timeout 30 sinfo -h 2>&1); then
		die "no Slurm cluster answers; is slurmctld running, and /etc/slurm/slurm.conf (or SLURM_CONF) that of the cluster?"$'\n'"$(sed -n '1,3s/^/    /p' <<<"$answer")"
	fi
}

# slurm_queued NAME: is anything of that name still waiting or running?
slurm_queued() {
	local ids
	if ! ids=$(timeout 60 squeue -h -n "$1" -o %F 2>/dev/null); then return 2; fi
	[[ $ids ]]
}

# slurm_is_over: or the end of this run
slurm_is_over() {
	local name status=0
	name=$(jq -r '.name // empty' "$FARM/slurm.json" 2>/dev/null) || name=""
	if [[ ! $name ]]; then
		die "$FARM/slurm.json, which tells what was given to a cluster, can't be read; when you know that nothing of it runs (squeue), remove it"
	fi
	slurm_queued "$name" || status=$?
	case $status in
	0) die "jobs of $FARM are at work on a cluster (squeue -n $name); wait for their end, or end them with scancel -n $name" ;;
	2) die "jobs of $FARM were given to a cluster, with the name $name, and the cluster does not answer; when you know that they are over, remove $FARM/slurm.json" ;;
	esac
	rm -f -- "$FARM/slurm.json"
}

# slurm_submit OPTION... SCRIPT ARG... -> REPLY: the id
slurm_submit() {
	if ! REPLY=$(sbatch --parsable --requeue --chdir="$FARM" ${OPT_PARTITION:+--partition="$OPT_PARTITION"} --time="$OPT_TIME" "$@" 2>"$FARM/slurm/submit.log"); then
		# What was taken before waits for nothing more.
		scancel -n "$SLURM_NAME" 2>/dev/null || true
		rm -f -- "$FARM/slurm.json"
		die "Slurm does not take the jobs: $(sed -n '1,3p' "$FARM/slurm/submit.log")"
	fi
	REPLY=${REPLY%%;*}
}

# slurm_run PENDING
slurm_run() {
	local prepare count step most jobs=${OPT_JOBS:+%$OPT_JOBS}
	slurm_there
	# (It takes these in the path of an output file for its own.)
	if [[ $FARM == *[%\\]* ]]; then die "Slurm can't write into a directory with % or \\ in its name, as $FARM; rename it, or run --on local"; fi
	rm -rf -- "$FARM/slurm"
	mkdir -- "$FARM/slurm"
	cut -f 1 -- "$1" >"$FARM/slurm/jobs"
	cut -d / -f 2 "$FARM/slurm/jobs" | sort -u >"$FARM/slurm/kernels"
	# A task of the array has several jobs where it may not have as many tasks.
	count=$(wc -l <"$FARM/slurm/jobs")
	most=$(scontrol show config | awk '$1 == "MaxArraySize" { print $3 - 1 }')
	step=$((count < ${most:-1000} ? count : ${most:-1000}))
	SLURM_NAME=kpatch-farm-$(head -c 6 /dev/urandom | od -An -tx1 | tr -d ' \n')
	jq -n -c --arg name "$SLURM_NAME" '{name: $name}' >"$FARM/slurm.json.new"
	mv -f -- "$FARM/slurm.json.new" "$FARM/slurm.json"
	slurm_submit --job-name="$SLURM_NAME" --mem="$OPT_MEMORY" --array="1-$(wc -l <"$FARM/slurm/kernels")" --output="slurm/prepare-%a.out" --error="slurm/prepare-%a.err" \
		"$FARM_LIB/slurm-task" "$FARM_LIB" kernels 1000000000
	prepare=$REPLY
	slurm_submit --job-name="$SLURM_NAME" --mem="$OPT_MEMORY" --array="1-$step$jobs" --output="slurm/job-%a.out" --error="slurm/job-%a.err" --open-mode=append \
		--dependency="afterany:$prepare" "$FARM_LIB/slurm-task" "$FARM_LIB" jobs "$step"
	message "submitted $count job(s) as array $REPLY, after array $prepare, which prepares the kernels (squeue -n $SLURM_NAME)"
	slurm_wait "$count"
}

# slurm_wait COUNT: an interruption ends only the waiting
slurm_wait() {
	local status last="" left answers=1 begin=$SECONDS pause
	trap_end 'message "the jobs go on on the cluster (squeue -n '"$SLURM_NAME"'); run again when they are over"; exit 130' INT
	trap_end 'message "the jobs go on on the cluster (squeue -n '"$SLURM_NAME"'); run again when they are over"; exit 143' TERM
	while :; do
		status=0
		slurm_queued "$SLURM_NAME" || status=$?
		if ((status == 1)); then break; fi
		if ((status == 2 && answers)); then message "note: the cluster does not answer (squeue -n $SLURM_NAME); waiting for it"; fi
		answers=$((status != 2))
		left=$(jobs_pending "$FARM/work/jobs" | wc -l)
		if [[ $left != "$last" ]]; then echo "$left of $1 job(s) to be done"; fi
		last=$left
		pause=$((SLURM_POLL + (SECONDS - begin) / 60))
		wait_for sleep "$((pause < SLURM_POLL_MOST ? pause : SLURM_POLL_MOST))"
	done
	rm -f -- "$FARM/slurm.json"
	cat -- /dev/null "$FARM"/slurm/*.err | awk '!seen[$0]++' | print_lines >&2
	slurm_ended
}

# slurm_ended: say which tasks ended otherwise than by themselves
slurm_ended() {
	local line
	{ timeout 60 scontrol -o show jobs 2>/dev/null || true; } | awk -v name="JobName=$SLURM_NAME" '
		{
			state = reason = ours = ""
			for (i = 1; i <= NF; i++) {
				if ($i == name) ours = 1
				else if ($i ~ /^JobState=/ && state == "") state = substr($i, 10)
				else if ($i ~ /^Reason=/ && reason == "") reason = substr($i, 8)
			}
			if (ours && state != "COMPLETED" && !(state == "FAILED" && reason == "NonZeroExitCode")) n[state (reason ~ /^(None)?$/ ? "" : " (" reason ")")]++
		}
		END { for (s in n) print n[s] " task(s) of the cluster: " s }' | sort | while IFS= read -r line; do
		message "warning: $line; scontrol show job and the log of slurmd on the node tell more"
	done
}
