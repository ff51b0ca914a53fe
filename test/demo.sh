#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# test/demo.sh [SUITE...]: the first commands of the README on fresh systems of these suites (bookworm and trixie without), which have nothing but
# what debootstrap puts there: the demonstration, make check-quick, and kpatch-build from a command line. See test/fresh.bash. Needs root.

set -Eeuo pipefail
shopt -s inherit_errexit lastpipe nullglob
umask 022
export LC_ALL=C
TOP=$(realpath -- "${BASH_SOURCE[0]%/*}/..")
# shellcheck source=test/fresh.bash
source "$TOP/test/fresh.bash"

demo() {
	within "$1" /src/kpatch-build/examples/demo.sh
	grep -F 'The kernel log is clean.' "$PLACE/log"
	within "$1" sh -c 'test "$(modinfo -F livepatch /src/kpatch-build/build/demo/livepatch-meminfo.ko)" = Y'
}

# What make check-quick tests with is not needed for the demonstration.
quick() {
	within "$1" sh -c 'cd /src/kpatch-build && make deps && make check-quick'
	if grep '^not ok' "$PLACE/log"; then return 1; fi
}

fresh_begin
if (($# == 0)); then set -- bookworm trixie; fi
for suite; do
	is "demo, $suite: a fresh system" system "$suite" demo
	if ((!OK)); then continue; fi
	root=$PLACE/$suite.demo
	checkout "$root" /src/kpatch-build
	given "$root" /root
	is "demo, $suite: it builds a livepatch, boots it and shows it working" demo "$root"
	is "demo, $suite: make check-quick" quick "$root"
	rm -rf "$root"
done
exit "$FAILED"
