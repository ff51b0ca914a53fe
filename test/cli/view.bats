#!/usr/bin/env bats
# The patched view of the source: what it is made of, who gets it next, and that it holds nothing else.
# Code for later; a pattern that is meant to expand:
# shellcheck disable=SC2016,SC2086,SC2116,SC2030,SC2031

load common

setup() {
	common_setup
	export T
	fake_source "$T/src"
	mkdir -p "$T/files/kernel" "$T/files/include/new"
	echo 'int changed;' >"$T/files/kernel/foo.c"
	echo 'int added;' >"$T/files/include/new/x.h"
	# look: the view as the compiler would see it
	export SETUP='TARGET_SOURCE=$T/src TARGET_SOURCE_ID=1 TARGET_RELEASE=6.12.3
		make_view() { rm -rf "$WORK/2-tree" "$T/seen"; mkdir -p "$WORK/2-tree"; view_make "$T/files" "$@"; cp -a "$PATCHED" "$T/seen"; }
		keep() { OPT_KEEP=1; make_view "$@"; }
		dies() { make_view "$@"; exit 1; }
		interrupted() { make_view "$@"; exit 143; }
		interrupted_early() { cache_check() { exit 143; }; make_view "$@"; }
		killed() { make_view "$@"; kill -9 $$; }
		counting() { eval "linked() $(declare -f view_link | tail -n +2)"; view_link() { echo anew >>"$T/anew"; linked; }; "$@"; }'
	# Expanded where it is used: the view is not there yet.
	# shellcheck disable=SC2125
	view=$T/cache/view/src_*.1
	: >"$T/anew"
}
# seen FILE...: the view had these files and else just links to the source
seen() {
	local file
	[[ $(cd "$T/seen" && find . -type f | sort) == $(printf './%s\n' "$@" | sort) ]]
	for file; do cmp "$T/files/$file" "$T/seen/$file"; done
	while read -r file; do [[ $(readlink "$T/seen/$file") == "$T/src/$file" ]]; done < <(cd "$T/seen" && find . -type l -printf '%P\n')
	[[ $(find "$T/seen" -type l | wc -l) -gt 5 ]]
}
times_made() { [[ $(wc -l <"$T/anew") == "$1" ]]; }

@test "patched files are real ones, all others links, directories real; the source stays" {
	run -0 lib make_view kernel/foo.c include/new/x.h
	seen kernel/foo.c include/new/x.h
	[[ -d $T/seen/include/linux && ! -L $T/seen/include/linux ]]
	[[ ! -e $T/seen/Documentation ]]
	grep -q 'return 1;' "$T/src/kernel/foo.c"
	# Given back: only links, and no directory of the patch's
	[[ -z $(find $view -type f) && -L $(echo $view/kernel/foo.c) && ! -e $(echo $view/include/new) ]]
	run -0 lib keep kernel/foo.c
	seen kernel/foo.c
}

@test "the next run takes the view, one of another source does not" {
	run -0 lib counting make_view kernel/foo.c include/new/x.h
	echo 'int other;' >"$T/files/include/linux.h"
	run -0 lib counting make_view include/linux.h
	seen include/linux.h
	times_made 1
	SETUP+='; TARGET_SOURCE_ID=2'
	run -0 lib counting make_view kernel/foo.c
	seen kernel/foo.c
	times_made 2
	[[ $(echo "$T"/cache/view/*.1) == $(echo "$T"/cache/view/*.[0-9]) ]]
}

@test "a view of a run that was killed, or interrupted while it made it, is made anew, one of a run that failed or was interrupted later is not" {
	run lib killed kernel/foo.c include/new/x.h
	run -0 lib counting make_view kernel/foo.c
	seen kernel/foo.c
	times_made 1
	run -143 lib interrupted include/new/x.h
	run -0 lib counting make_view kernel/foo.c
	seen kernel/foo.c
	times_made 1
	run -143 lib interrupted_early include/new/x.h
	run -0 lib counting make_view kernel/foo.c
	seen kernel/foo.c
	times_made 2
	run -1 lib dies include/new/x.h
	run -0 lib counting make_view kernel/foo.c
	seen kernel/foo.c
	times_made 2
}

@test "an interruption does not wait until a view is removed, or made" {
	local program pid status begin
	mkdir "$T/slow"
	SETUP+='; slow() { mkdir -p "$WORK/2-tree"; echo $$ >"$T/driver"; PATH=$T/slow:$PATH; view_make "$T/files" kernel/foo.c; }'
	for program in rm cp; do
		rm -f "$T/child" "$T/slow"/*
		printf '#!/bin/sh\n[ "$1" = -f ] && exec /bin/%s "$@"\necho $$ >%q/child\nexec sleep 30\n' "$program" "$T" >"$T/slow/$program"
		chmod +x "$T/slow/$program"
		lib slow 2>/dev/null 3>&- &
		pid=$! status=0
		until [[ -s $T/child ]]; do sleep 0.05; done
		begin=${EPOCHREALTIME/./}
		kill -TERM "$(<"$T/driver")"
		wait "$pid" || status=$?
		[[ $status == 143 && $((${EPOCHREALTIME/./} - begin)) -lt 1000000 ]]
		run ! kill -0 "$(<"$T/child")"
	done
}

@test "a view that somebody changed is made anew, silently" {
	local damage
	run -0 lib make_view kernel/foo.c
	for damage in 'echo "int x;" >include/linux/hidden.h' 'rm kernel/foo.c' 'ln -sfn /etc/passwd net/x.h' 'ln -sf ../b.c kernel/foo.c' \
		'rm -r net include && ln -s "$T/src/include" include' 'rm include/linux/foo.h; cp "$T/src/include/linux/foo.h" include/linux' \
		'mkfifo net/pipe' 'ln -sf "$T/src/kernel/foo.c" include/linux/foo.h' 'rm -r arch; rm ../*.manifest'; do
		(cd $view && eval "$damage")
		: >"$T/anew"
		run -0 lib counting make_view include/new/x.h
		[[ -z $output ]]
		seen include/new/x.h
		times_made 1
	done
	[[ ! -e $T/src/include/new ]]
}

@test "nothing is written through a link in the view" {
	run -0 lib make_view kernel/foo.c
	mkdir "$T/outside"
	cd $view
	ln -sf "$T/outside/foo.c" kernel/foo.c
	ln -s "$T/outside" include/new
	cd "$T"
	run -0 lib make_view kernel/foo.c include/new/x.h
	seen kernel/foo.c include/new/x.h
	[[ -z $(ls -A "$T/outside") ]]
	grep -q 'return 1;' "$T/src/kernel/foo.c"
}

@test "two runs at a time have two views" {
	SETUP+='; both() { make_view "$@"; local first=$PATCHED; rm "$WORK/2-tree/patched"; view_make "$T/files" "$@"; [[ $PATCHED != "$first" ]]; cmp "$first/kernel/foo.c" "$T/files/kernel/foo.c"; }'
	run -0 lib both kernel/foo.c
}

@test "of tools/ the view has what the kernel's code includes by its path, and what that includes beside it" {
	mkdir -p "$T/src/tools/lib/bpf" "$T/src/tools/perf"
	printf ' # include "../tools/lib/bpf/relo.c"\n' >"$T/src/kernel/relo.c"
	printf '#include "relo.h"\n#include "../none.h"\n' >"$T/src/tools/lib/bpf/relo.c"
	printf '#include "relo.c"\n' >"$T/src/tools/lib/bpf/relo.h"
	: | tee "$T/src/tools/lib/bpf/other.h" "$T/src/tools/perf/perf.c" >"$T/log"
	run -0 lib make_view kernel/foo.c
	[[ $(cd "$T/seen" && find tools -type l | sort) == $'tools/lib/bpf/relo.c\ntools/lib/bpf/relo.h' ]]
	mkdir -p "$T/files/tools/lib/bpf"
	echo 'int changed;' >"$T/files/tools/lib/bpf/relo.c"
	run -0 lib counting make_view tools/lib/bpf/relo.c
	seen tools/lib/bpf/relo.c
	times_made 0
	# One that was made without them is not taken.
	echo 1 >"$(echo $view.pristine)"
	run -0 lib counting make_view kernel/foo.c
	times_made 1
}
