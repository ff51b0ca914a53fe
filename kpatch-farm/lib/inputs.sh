# shellcheck shell=bash
# What results are made of, besides patches: kpatch-build, the files that options name, and kernels that are given as files. Any of it may
# change while jobs wait or run, and reading all of it for each job would take longer than many jobs. So a run writes down names, sizes and
# times of the files before it compares their contents with the plan, and each job looks at the end whether these are the same.
#
#   inputs/tool/paths        what is looked at, each with a NUL behind it
#   inputs/tool/state        as it was when the run began
#   inputs/kernel-DIR/       the same for a kernel that is given as files

# inputs_state PATH...: names, sizes and times of all files there, but not of git's own; where links lead, and the same of files behind them. (Of
# a directory behind a link within, only where it is: a build tree has one to its source.)
inputs_state() {
	# (One find: this is done for each job.)
	find -H "$@" -name .git -prune -o '(' -type f -o -type l ')' -printf '%p %y %s %T@ %l\0' -type l -xtype f -exec stat -L --printf '%n %s %.9Y\0' -- '{}' + | sort -z
}

# inputs_write DIR PATH...
inputs_write() {
	local dir=$1
	shift
	mkdir -p -- "$dir"
	printf '%s\0' "$@" >"$dir/paths"
	inputs_state "$@" >"$dir/state" 2>/dev/null || true
}

# inputs_are_same DIR: as when this was written?
inputs_are_same() {
	local paths
	mapfile -d '' -t paths <"$1/paths"
	inputs_state "${paths[@]}" 2>/dev/null | cmp -s - "$1/state"
}
