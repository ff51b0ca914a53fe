#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# test/compilers.sh [COMPILER...]: compiles the programs and unit tests with each compiler of test/compilers that is not for objects only,
# in a build root of the Debian suite that has it, with the headers of that suite. A warning is a failure. What is found goes into that table.

set -Eeuo pipefail
shopt -s inherit_errexit lastpipe nullglob
export LC_ALL=C COLUMNS=10000
TOP=$(cd -- "$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")/.." && pwd)
TABLE=$TOP/test/compilers
LIB_DIR=$TOP/kpatch-build/lib BIN_DIR=$TOP/build/bin
# shellcheck source=kpatch-build/lib/parts.sh
source "$LIB_DIR/parts.sh"
install_traps
workdir_make
mkdir -p "$WORK/1-target"

# Zydis is younger than bullseye: there the headers of the next suite are taken.
readonly NOT_IN_BULLSEYE="libzydis-dev libzycore-dev"

# fill DIR SUITE COMPILER... (called by cache_fill)
# shellcheck disable=SC2317
fill() {
	local dir=$1 suite=$2 names=() name deb
	shift 2
	packages_for build | cut -d '|' -f 1 | while read -r name; do
		if [[ $suite != bullseye || " $NOT_IN_BULLSEYE " != *" $name "* ]]; then names+=("$name"); fi
	done
	build_root_unpack "$dir" "$suite" "$@" libcmocka-dev "${names[@]}"
	if [[ $suite != bullseye ]]; then return; fi
	archive_use bookworm || die "the package lists of bookworm can't be fetched: $REPLY"
	for name in $NOT_IN_BULLSEYE; do
		(cd "$WORK" && apt-get "${ARCHIVE_APT[@]}" -q download "$name" >"$WORK/1-target/root.log" 2>&1)
		for deb in "$WORK/$name"_*.deb; do dpkg-deb -x "$deb" "$dir"; done
	done
}

# root_of SUITE -> REPLY: the build root with all its compilers
root_of() {
	local suite=$1 all key dir
	awk -v suite="$suite" '$1 == suite && !/ objects only$/ { print $2 }' "$TABLE" | sort | mapfile -t all
	key=$({ echo "${all[*]}"; packages_for build root | cut -d '|' -f 1; declare -f fill; } | sha256sum | cut -c 1-8)
	dir=$CACHE/root/compilers-${suite}_$key
	CACHE_LIGHT=--light cache_fill "$dir" fill "$suite" "${all[@]}"
	REPLY=$dir
}

number=0 failed=0 rows=()
grep -v '^#' "$TABLE" | while read -r suite compiler version outcome; do
	if [[ $outcome != "objects only" ]] && { (($# == 0)) || [[ " $* " == *" $compiler "* ]]; }; then
		root_of "$suite"
		build_root_use "$REPLY" x
		build=$WORK/build-$compiler log=$WORK/$compiler.log status=0
		version=$(in_root "$compiler" --version | sed -n '1s/.*[ -]\([0-9]*\.[0-9]*\.[0-9]*\).*/\1/p')
		in_root make -s -k -C "$TOP" -j "$(nproc)" CC="$compiler" BUILD="$build" objects >"$log" 2>&1 || status=$?
		warnings=$(grep -c ': \(warning\|error\): ' "$log") || true
		outcome="$warnings warnings"
		number=$((number + 1))
		if ((status == 0 && warnings == 0)); then
			outcome="no warnings"
			echo "ok $number - compilers: $compiler $version of $suite"
		else
			failed=1
			echo "not ok $number - compilers: $compiler $version of $suite: $outcome (make, status $status)"
			grep -A 3 ': \(warning\|error\): \|\*\*\*' "$log" | sed -n '1,40s/^/#   /p'
		fi
	fi
	rows+=("$(printf '%-9s %-9s %-8s %s' "$suite" "$compiler" "$version" "$outcome")")
done
{ grep '^#' "$TABLE"; printf '%s\n' "${rows[@]}"; } >"$TABLE.new"
mv -- "$TABLE.new" "$TABLE"
echo "1..$number"
exit "$failed"
