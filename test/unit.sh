#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# test/unit.sh PROGRAM...: runs unit tests, with one "ok" or "not ok" line for each test in them. A program that
# crashes, or that ends badly without a failed test, counts as a failed test of its own.

set -Eeuo pipefail
# Messages are compared as whole lines.
export COLUMNS=10000
failed=0 number=0
for program; do
	name=${program##*/} status=0
	log=$program.tap
	CMOCKA_MESSAGE_OUTPUT=tap "$program" >"$log" 2>"$program.err" || status=$?
	# cmocka 1.1 calls a skipped test "not ok 1 # SKIP test_x".
	sed -i -E 's/^(not )?(ok [0-9]+) # SKIP (.*)$/\2 - \3 # skip (its source says why)/' "$log"
	while read -r line; do
		number=$((number + 1))
		if [[ $line =~ ^(ok|not\ ok)\ [0-9]+(.*)$ ]]; then
			echo "${BASH_REMATCH[1]} $number - $name:${BASH_REMATCH[2]# -}"
		fi
	done < <(grep -E '^(not )?ok ' "$log" || true)
	if grep -q '^not ok' "$log"; then
		failed=1
		grep -v '^ok' "$log" "$program.err" | sed 's/^/#   /'
	elif ((status)) || ! grep -q '^ok' "$log"; then
		failed=1
		number=$((number + 1))
		echo "not ok $number - $name: ended with status $status"
		tail -n 40 "$log" "$program.err" | sed 's/^/#   /'
	fi
done
exit $failed
