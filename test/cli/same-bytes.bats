#!/usr/bin/env bats
# The same inputs give the same module, byte for byte. (make check-packages shows it for another user, another cache and another machine.)

load common

@test "other directories, another number of jobs, another time and mask: the same module" {
	# shellcheck disable=SC2034
	local T=$BATS_TEST_TMPDIR/dir
	mkdir -p "$T/one" "$T/other place/out" "$T/tmp"
	[[ $(describe_target 6.12) ]] || skip "no kernel of series 6.12 can be built here"
	cp "$TOP/examples/uptime.patch" "$T/one/"
	cp "$TOP/examples/uptime.patch" "$T/other place/"
	(cd "$T/one" && "$TOP/test/series" 6.12 "$DRIVER" -q -j 1 -a 6.12 uptime.patch)
	touch -d '3 years ago' "$T/other place/uptime.patch"
	(cd / && umask 077 && TZ=Asia/Tokyo LC_ALL=C.UTF-8 TMPDIR=$T/tmp SOURCE_DATE_EPOCH=12345 USER=nobody LOGNAME=nobody HOSTNAME=elsewhere \
		"$TOP/test/series" 6.12 "$DRIVER" -q -j 7 -a 6.12 -o "$T/other place/out" "$T/other place/uptime.patch")
	cmp "$T/one/livepatch-uptime.ko" "$T/other place/out/livepatch-uptime.ko"
}
