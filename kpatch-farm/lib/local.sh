# shellcheck shell=bash
# The engine for one machine: make. A makefile of all jobs that are to be run, each of which waits for the preparation of its kernel; make's
# job server starts as many as may run at a time, goes on after a failure, and ends all of them when it is interrupted.

# local_run PENDING
local_run() {
	local makefile=$FARM/work/Makefile jobs=${OPT_JOBS:-$(nproc)} status=0
	local_makefile "$1" >"$makefile"
	# (Not what a make above us says: -j and the names of its variables.)
	unset MAKEFLAGS MAKELEVEL MFLAGS GNUMAKEFLAGS MAKEFILES
	(cd -- "$FARM" && exec setsid "${TIED[@]}" make -s -k -r -j "$jobs" -f "$makefile" all) 2>"$FARM/work/make.log" </dev/null &
	CHILD=$!
	wait "$CHILD" || status=$?
	CHILD=""
	# What make says of commands that failed was said by them.
	{ grep -vE '^make(\[[0-9]+\])?: ' "$FARM/work/make.log" || true; } | print_lines >&2
	if ((status)) && disk_full; then
		DISK_TOLD=1
		die "$REPLY; free some space, then run again: what is done is kept"
	fi
}

# (A shell between make and a job would keep a signal for itself: hence exec.)
# local_makefile PENDING: a line for all jobs of a kernel, for make goes through what a target has each time that it gets more
local_makefile() {
	printf 'export KPATCH_FARM_JOBS ?= 1\nSHELL := /bin/sh\n.SUFFIXES:\n.PHONY: all\n'
	awk -F '\t' -v lib="$(sed 's/\$/$$/g' <<<"$FARM_LIB")" '
		function rules() {
			if (kernel == "") return
			printf ".PHONY: prepare/%s\nprepare/%s:\n\t@exec \"%s/prepare\" \"$@\"\n", kernel, kernel, lib
			printf ".PHONY:%s\nall:%s\n%s: prepare/%s\n\t@exec \"%s/job\" \"$@\"\n", jobs, jobs, jobs, kernel, lib
			jobs = ""
		}
		{ split($1, part, "/") }
		part[2] != kernel { rules(); kernel = part[2] }
		{ jobs = jobs " " $1 }
		END { rules() }' "$1"
}
