#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# test/integration/series.sh [--write] [SERIES...]: the cases on each series of test/integration/series, or on those asked for. What comes
# out is held against test/integration/table; --write puts it there, --table does so for what earlier runs left, and runs nothing. A series
# that neither the archive nor the cache has any more is skipped, and keeps what the table says.

set -Eeuo pipefail
shopt -s inherit_errexit lastpipe
export LC_ALL=C
HERE=$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")
TOP=${HERE%/test/integration}
OUT=${KPATCH_TEST_DIR:-$TOP/build/integration}
KEPT=$HERE/table

# table_cells TABLE: "CASE SERIES OUTCOME [REASON]" of each case that is in it
table_cells() {
	awk '
		/^#/ || !NF { next }
		$1 == "why" { text = $0; sub(/^why +[^ ]+ +[^ ]+ +/, "", text); why[$2 " " $3] = text; next }
		$1 == "case" { for (i = 2; i <= NF; i++) series[i] = $i; next }
		{ for (i = 2; i <= NF; i++) if ($i != "-") outcome[$1 " " series[i]] = $i }
		END { for (key in outcome) print key, outcome[key] (key in why ? " " why[key] : "") }' "$1"
}

# table_print: the table of such lines
table_print() {
	cat <<'END'
# What came out of each case of test/integration/cases on each series of test/integration/series. Made by test/integration/series.sh.
#
# booted   built, loaded, observed, unloaded        refused  refused, as expected
# built    built, not booted                        skipped  not tried, for the reason below
# failed   a fault, which the reason tells          -        not run, or no case of this series

END
	sort | awk -v order="$(sed '/^#/d' "$HERE/series" | cut -d ' ' -f 1 | xargs)" '
		BEGIN { n = split(order, series, " ") }
		{
			if (!($1 in seen)) { seen[$1] = 1; name[++count] = $1 }
			cell[$1, $2] = $3
			text = $0
			if (NF > 3) { sub(/^[^ ]+ [^ ]+ [^ ]+ /, "", text); why[++reasons] = sprintf("why %-24s %-12s %s", $1, $2, text) }
		}
		function row(first, s,   i, line, what) {
			line = sprintf("%-24s", first)
			for (i = 1; i <= n; i++) {
				what = s ? cell[first, series[i]] : series[i]
				line = line sprintf(" %-12s", what == "" ? "-" : what)
			}
			sub(/ +$/, "", line)
			print line
		}
		END {
			row("case", 0)
			for (i = 1; i <= count; i++) row(name[i], 1)
			if (reasons) print ""
			for (i = 1; i <= reasons; i++) print why[i]
		}'
}

# table_with SERIES...: the kept table, with what the last run of each of these series says instead
table_with() {
	local series
	{
		table_cells "$KEPT" | awk -v replaced=" $* " 'index(replaced, " " $2 " ") == 0'
		for series; do
			awk -F '\t' -v series="$series" '{ what = $2; if (sub(/ \(/, " ", what)) sub(/\)$/, "", what); print $1, series, what }' "$OUT/$series/outcomes.txt"
		done
	} | table_print
}

write=0 run=1 failed=0
case ${1:-} in
--write) write=1; shift ;;
--table) write=1 run=0; shift ;;
esac
if (($#)); then names=("$@"); else sed '/^#/d' "$HERE/series" | cut -d ' ' -f 1 | mapfile -t names; fi
done=()
for series in "${names[@]}"; do
	if ((run)); then
		rm -f -- "$OUT/$series/outcomes.txt"
		# What fails is in the table, and the kept one may say so.
		"$TOP/test/series" "$(awk -v name="$series" '$1 == name { print $2 }' "$HERE/series")" "$HERE/run" "$series" || true
	fi
	if [[ -s $OUT/$series/outcomes.txt ]]; then done+=("$series"); fi
done
touch "$KEPT"
table_with "${done[@]}" >"$OUT/table"
if ((write)); then cp -- "$OUT/table" "$KEPT"; fi
number=0
for series in "${done[@]}"; do
	number=$((number + 1))
	if diff <(table_cells "$KEPT" | awk -v s="$series" '$2 == s { print $1, $3 }' | sort) \
		<(table_cells "$OUT/table" | awk -v s="$series" '$2 == s { print $1, $3 }' | sort) >"$OUT/differing"; then
		echo "ok $number - $series: the cases end as test/integration/table says"
	else
		echo "not ok $number - $series: the cases end as test/integration/table says"
		sed 's/^/#   /' "$OUT/differing"
		failed=1
	fi
done
exit $failed
