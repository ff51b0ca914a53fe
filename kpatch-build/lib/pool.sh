# shellcheck shell=bash
# Jobs of a run, as many at once as -j says, each as soon as what it needs is done: a placement or a diff of one object is made while others
# are still compiled, so that no processor waits for the end of a stage.
#
# A job is a script. make runs them by the rules in WORK/4-compile/pool.mk, where a job has a number.

declare -A POOL_NUMBER=()       # name of a job -> its number
POOL_RULES=""

# shell_words WORD... -> REPLY: as any shell reads them. (What bash makes of bytes that are not ASCII only bash reads.)
shell_words() {
	local word quote="'\\''" words=""
	for word; do words+="${words:+ }'${word//"'"/"$quote"}'"; done
	REPLY=$words
}

pool_begin() { POOL_NUMBER=() POOL_RULES=""; }

# pool_job NAME SCRIPT IN_ROOT NEEDED...: run SCRIPT, in the target's build root if IN_ROOT is 1, when the jobs of the names NEEDED are done.
# Those that are not in the pool were done before.
pool_job() {
	local name=$1 script=$2 where="" needed needs=""
	if (($3)) && ((${#IN_ROOT[@]})); then shell_words "${IN_ROOT[@]}"; where="$REPLY "; fi
	for needed in "${@:4}"; do
		if [[ ${POOL_NUMBER[$needed]:-} ]]; then needs+=" ${POOL_NUMBER[$needed]}"; fi
	done
	POOL_NUMBER[$name]=$((${#POOL_NUMBER[@]} + 1))
	shell_words "$script"
	where+="sh $REPLY"
	POOL_RULES+="${POOL_NUMBER[$name]}:$needs"$'\n\t@'"${where//'$'/'$$'}"$'\n'
}

# pool_run LOG PROGRESS: run them all. Of one that fails, those that need it are not run; who put them there looks at what was made.
pool_run() {
	local numbers
	if ((${#POOL_NUMBER[@]} == 0)); then return; fi
	# (make begins with the first that it can.)
	numbers=$(seq -s " " "${#POOL_NUMBER[@]}")
	printf '%s\n' ".PHONY: all $numbers" "all: $numbers" "$POOL_RULES" >"$WORK/4-compile/pool.mk"
	long_run "$1" "$2" make -s -r -R -k -j "$OPT_JOBS" -f "$WORK/4-compile/pool.mk" all || true
}
