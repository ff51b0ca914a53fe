#!/usr/bin/env bats
# How long a build takes, as --dry-run says: from what earlier runs took.
# Code for later:
# shellcheck disable=SC2016,SC2030,SC2031

load common

setup() {
	common_setup
	export T
	mkdir -p "$T/tree" "$T/cache"
	export SETUP='CACHE=$T/cache TREE=$T/tree TARGET_RELEASE=6.12.3 OPT_JOBS=2 MODULES=()
		objects() { local i; OBJECTS=(); for ((i = 0; i < $1; i++)); do OBJECTS+=("kernel/u$i.o"); MODULE[kernel/u$i.o]=$2; done; }
		same_code_run() { :; }
		tell() { objects "$@"; estimate_tell; echo "$ESTIMATE_SECONDS $ESTIMATE_FROM"; }
		now=0; now_us() { REPLY=$now; }
		took() { now=$3; estimate_measured "$1" "$2" 0; now=0; }'
}

@test "what was measured is kept, and told: what is there already is not made again" {
	SETUP+='; runs() { took plain 4 4000000; took side 8 8000000; took end 1 5000000; estimate_keep; objects 1 vmlinux; cat "$T/cache/seconds/6.12.3"; }'
	run -0 lib runs
	# (Two jobs at once: each took two seconds.)
	[[ $output == $'plain 4 8000000\nside 8 16000000\nend 1 5000000' ]]
	# Ten objects: 3 x 2 s of each, two at once, and the end.
	run -0 lib tell 10 vmlinux
	[[ $output == $'To compile: 10 object(s) of vmlinux; a build takes about 35 s with 2 job(s)\n35 target' ]]
	run -0 lib tell 1000 foo
	[[ $output == $'To compile: 1000 object(s) of 1 module(s); a build takes about 50 minutes with 2 job(s)\n3005 target' ]]
	run -0 lib tell 4000 foo
	[[ ${lines[0]} == *"takes about 3.5 hours with"* ]]
	# Only the patched side is left of the one that is in the tree.
	mkdir -p "$T/tree/kernel" "$T/tree/kpatch/compiled/orig/kernel"
	touch "$T/tree/kernel/u0.o" "$T/tree/kernel/.u0.o.cmd" "$T/tree/kpatch/compiled/orig/kernel/u0.o"
	run -0 lib tell 1 vmlinux
	[[ ${lines[-1]} == "7 target" ]]
	# What was measured long ago counts less.
	SETUP+='; much() { took side 1000 1000000000; estimate_keep; took side 400 0; estimate_keep; cat "$T/cache/seconds/6.12.3"; }'
	run -0 lib much
	[[ ${lines[1]} =~ ^"side 800 "([0-9]+)$ ]]
	((BASH_REMATCH[1] / 400 > 1900000))
}

@test "of a new target others tell; where there are none, what preprocessing took" {
	mkdir "$T/cache/seconds"
	echo "side 10 20000000" >"$T/cache/seconds/6.1.9"
	run -0 lib tell 2 vmlinux
	[[ $output == $'To compile: 2 object(s) of vmlinux; a build takes about 12 s with 2 job(s), as other targets took\n12 other-target' ]]
	# What is no number is not read.
	printf '%s\n' "side 10 x[\$(touch $T/bad)]" "side 08 -1" "side 9999999999999999999 1" >"$T/cache/seconds/6.1.9"
	SETUP+='; same_code_run() { took text 4 1000000; }'
	run -0 lib tell 100 vmlinux
	[[ $output == $'To compile: 100 object(s) of vmlinux; a build takes about 3 minutes with 2 job(s), as preprocessing took\n'*" preprocessing" ]]
	[[ ! -e $T/bad ]]
	# Nothing can be preprocessed (code from outside).
	SETUP+='; CODE=oot'
	run -0 lib tell 1 vmlinux
	[[ $output == $'To compile: 1 object(s) of vmlinux; how long a build takes is not known, for nothing was compiled here before\n preprocessing' ]]
}
