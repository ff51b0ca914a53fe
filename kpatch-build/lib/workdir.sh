# shellcheck shell=bash
# The cache and the work directory of this run: one folder per stage, each explainable by looking into it.
#
# A run holds a lock in its work directory as long as it lives; what a killed run left is removed by the next one.

CACHE=""        # packages/ target/ source/ tree/ work/
WORK=""

# workdir_find_cache: CACHE, as it is named by the user, or below the home directory. Jobs of init and cron have no HOME.
workdir_find_cache() {
	local home=${HOME:-}
	CACHE=${KPATCH_CACHE:-$CALLER_CACHEDIR}
	if [[ $CACHE ]]; then return; fi
	if [[ -z $home ]]; then home=$(getent passwd "$(id -u)" | cut -d : -f 6) || home=""; fi
	if [[ -z ${XDG_CACHE_HOME:-$home} ]]; then die "HOME is not set, and this user has no home directory; set KPATCH_CACHE"; fi
	CACHE=${XDG_CACHE_HOME:-$home/.cache}/kpatch-build
}

workdir_make() {
	workdir_find_cache
	if ! mkdir -p "$CACHE/work" 2>/dev/null || [[ ! -w $CACHE/work ]]; then
		die "the cache directory $CACHE is not writable; set KPATCH_CACHE to one that is"
	fi
	CACHE=$(realpath -- "$CACHE")
	case $CACHE in *[[:space:]:,%\'\"]*) die "the kernel can't be built in a path with blanks or any of : , % ' \": '$CACHE'; set KPATCH_CACHE" ;; esac
	cache_is_own
	workdir_remove_dead
	WORK=$(mktemp -d "$CACHE/work/run.XXXXXX")
	local lock
	exec {lock}>"$WORK/.lock"
	flock "$lock"
	at_exit workdir_remove
	at_exit cache_drop_partial
	debug "work directory $WORK"
	if ((OPT_KEEP)); then workdir_keep; fi
	export WORK
}

# The work directory outlives this run and those after it.
workdir_keep() {
	OPT_KEEP=1
	: >"$WORK/.keep"
}

workdir_remove_dead() {
	local dir lock
	# (Those that are made this minute are perhaps of a run that has not locked them yet.)
	find "$CACHE/work" -mindepth 1 -maxdepth 1 -name 'run.*' ! -newermt '-1 minute' -print0 | while IFS= read -r -d '' dir; do
		# One that is gone by now was removed by its own run, or by another.
		if [[ -e $dir/.keep ]]; then continue; fi
		if { exec {lock}>"$dir/.lock"; } 2>/dev/null; then
			if flock -n "$lock"; then rm -rf "$dir"; fi
			exec {lock}>&-
		fi
	done
}

# discard PATH: remove what may be large. It is moved to the work directory first, so that an interruption leaves nothing half removed
# under its name.
DISCARDED=0
discard() {
	mv -T -- "$1" "$WORK/discarded.$((++DISCARDED))"
	wait_for rm -rf -- "$WORK/discarded.$DISCARDED"
}

# was_interrupted STATUS: by a signal?
was_interrupted() { (($1 > 128)); }

# workdir_remove [STATUS]: an interrupted run does not wait long for a busy disk: what is then left is a dead run's, which the next one removes
workdir_remove() {
	if ((OPT_KEEP)); then
		message "work directory: $WORK"
	elif was_interrupted "${1:-0}"; then
		timeout -s KILL 0.4 rm -rf -- "$WORK"
	else
		rm -rf -- "$WORK"
	fi
}
