#!/usr/bin/env bats
# How large a farm may be, in processor time: 200 kernels and 300 patches are planned in less than a minute and 500 MB, and a job costs less
# than 50 ms beside what its kpatch-build does.

load ../cli/common

setup() {
	T=$BATS_TEST_TMPDIR
	FARM=$TOP/kpatch-farm/kpatch-farm
	mkdir "$T/bin" "$T/p"
	cd "$T" || return
	export KPATCH_BUILD=$T/bin/kpatch-build
}

# processor COMMAND...: -> MS, of it and of all that it waits for
processor() {
	local before after
	before=$(times_ms)
	"$@" >"$T/said" 2>&1 || true
	after=$(times_ms)
	MS=$((after - before))
}
# times_ms: of what this shell has waited for (utime and stime of children, in 1/100 s)
times_ms() { awk '{ print ($16 + $17) * 10 }' "/proc/$$/stat"; }

@test "60,000 jobs are planned in less than a minute and 500 MB, twice; a run has begun in another minute" {
	# No kernel can be prepared, so that is all of the run.
	fake_tool kpatch-build 'case " $* " in *" --prepare "*) exit 1 ;; esac'
	seq -f '6.%g.0-amd64' 200 >kernels
	seq 300 | while read -r i; do echo "patch $i" >"p/CVE-2026-$i.patch"; done
	for i in 1 2; do
		processor "$FARM" plan -k kernels -p p
		echo "# plan $i: $MS ms" >&3
		((MS < 60000))
		[[ $(head -n 1 said) == "60000 jobs: 200 kernel(s), 300 patch(es); 0 have a result" ]]
	done
	echo "# $(du -sm farm | cut -f 1) MB" >&3
	(($(du -sm farm | cut -f 1) < 500))
	processor "$FARM" run
	echo "# run: $MS ms" >&3
	[[ $(tail -n 1 said) == "60000 jobs: 60000 without a result" ]]
	((MS < 60000))
}

@test "a job costs less than 50 ms" {
	# What kpatch-build leaves of itself is there; its own time is taken off.
	fake_tool kpatch-build '
		while [ $# -gt 0 ] && [ "$1" != --json ]; do [ "$1" != -o ] || echo module >"$2/x.ko"; shift; done
		[ ! "$2" ] || echo '\''{"exit":{"status":0,"message":null},"modules":[{"file":"x.ko"}],"target":{"release":"6.1.1-a"},"functions":[{"name":"f","object":"x.o"}],"stages":[{"name":"target","seconds":1}]}'\'' >"$2"'
	seq 100 | while read -r i; do echo "patch $i" >"p/$i.patch"; done
	"$FARM" plan -k 6.1.1-a -p p
	processor "$FARM" run -j 2
	[[ $(tail -n 1 said) == "100 jobs: 100 built" ]]
	local all=$MS
	processor bash -c 'for ((i = 0; i < 100; i++)); do "$1" -x --json "$2"; done' - "$KPATCH_BUILD" "$T/json"
	echo "# a job: $(((all - MS) / 100)) ms, with all of the run" >&3
	((all - MS < 5000))
}
