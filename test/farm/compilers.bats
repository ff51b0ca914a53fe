#!/usr/bin/env bats
# distcc and ccache before the compiler in PATH: the same module, and the plain object is still what the target runs.

load ../cli/common

setup() {
	T=$BATS_TEST_TMPDIR
	describe_target 6.12 >"$BATS_FILE_TMPDIR/target"
	if [[ ! -s $BATS_FILE_TMPDIR/target ]]; then skip "no kernel of series 6.12 can be built"; fi
	# shellcheck source=/dev/null
	source "$BATS_FILE_TMPDIR/target"
	mkdir "$T/plain" "$T/other"
}
# build DIR: into it
build() { "$DRIVER" -a "$TARGET_RELEASE" -j 2 -q -o "$T/$1" -n livepatch-compiled --json "$T/$1/result" "$TOP/examples/meminfo.patch"; }
# same: both are
same() {
	cmp "$T"/{plain,other}/livepatch-compiled.ko
	[[ $(jq -c '[.objects[].base]' "$T/other/result") == '["same"]' ]]
}

@test "distcc, with a distccd on the loopback address" {
	if ! command -v distccd >/dev/null; then skip "no distcc here"; fi
	local port=${DISTCC_PORT:-13632} pid status=0
	build plain
	: >"$T/log"
	mkdir "$T/distcc"
	# (It becomes another user.)
	chmod 666 "$T/log"
	chmod 755 "$T" "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test"
	distccd --no-detach --daemon --listen 127.0.0.1 --allow 127.0.0.1 --port "$port" --jobs 2 --log-file "$T/log" --log-level info --user nobody 3>&- &
	pid=$!
	sleep 1
	DISTCC_DIR=$T/distcc DISTCC_HOSTS=127.0.0.1:$port/2 DISTCC_FALLBACK=0 PATH=/usr/lib/distcc:$PATH build other || status=$?
	kill "$pid"
	cat "$T/log"
	[[ $status == 0 ]]
	same
	grep -q 'COMPILE_OK' "$T/log"
}

@test "ccache" {
	if ! command -v ccache >/dev/null; then skip "no ccache here"; fi
	export CCACHE_DIR=$T/ccache
	build plain
	PATH=/usr/lib/ccache:$PATH build other
	same
	(($(ccache --print-stats | awk '$1 == "cache_miss" { print $2 }') > 0))
}
