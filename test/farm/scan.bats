#!/usr/bin/env bats
# kpatch-farm scan on stock kernels: each answer, in seconds of processor time. (That a dry run compiles nothing: test/cli/json.bats.)

load ../cli/common

setup_file() { describe_kernels; }

@test "which kernels need a fix: each answer, for two stock kernels" {
	local T=$BATS_TEST_TMPDIR series new only before after
	local -A source=()
	for series in 6.12 6.1; do
		if [[ ! -s $KERNELS_DIR/$series.sh ]]; then skip "no kernel of series $series can be built"; fi
		source[$series]=$(sed -n 's/^TARGET_SOURCE=//p' "$KERNELS_DIR/$series.sh")
		sed -n 's/^TARGET_RELEASE=//p' "$KERNELS_DIR/$series.sh"
	done >"$T/kernels"
	cd "$T" || return
	mkdir p
	# change NAME FILE SCRIPT: of the newer source
	change() {
		sed "$3" "${source[6.12]}/$2" >new
		if cmp -s new "${source[6.12]}/$2"; then echo "nothing is changed in $2"; return 1; fi
		diff_patch "${source[6.12]}/$2" new "$2" >"p/$1.patch"
	}
	change applies fs/proc/cmdline.c '/seq_putc(m, /i\	seq_putc(m, 32);'
	sed -E 's/^@@ -[0-9]+(.*) \+[0-9]+/@@ -3\1 +3/' p/applies.patch >p/offset.patch
	diff_patch <(sed '/seq_putc(m, /d' "${source[6.12]}/fs/proc/cmdline.c") "${source[6.12]}/fs/proc/cmdline.c" fs/proc/cmdline.c >p/already.patch
	sed 's/^\([ -].*\)seq/\1another/' p/applies.patch >p/no.patch
	printf 'diff --git a/fs/proc/cmdline.c b/fs/proc/cmdline.c\nold mode 100644\nnew mode 100755\n' >p/mode.patch
	change assembly arch/x86/lib/memcpy_64.S '/^SYM_FUNC_END(memcpy_orig)/i\	nop'
	change config arch/x86/platform/olpc/olpc.c '/^#include <linux.init.h>/a\/* */'
	# A file that only the newer one has
	only=$(cd "${source[6.12]}" && for new in fs/*.c; do if [[ ! -e ${source[6.1]}/$new ]]; then echo "$new"; break; fi; done)
	[[ $only ]]
	change newer "$only" '1i\/* */'
	before=$(awk '{ print $16 + $17 }' "/proc/$$/stat")
	run -0 "$TOP/kpatch-farm/kpatch-farm" scan -k kernels -p p --json answers
	after=$(awk '{ print $16 + $17 }' "/proc/$$/stat")
	echo "# $(((after - before) / 16)) hundredths of a second for each pair" >&3
	sed 's/  */ /g' <<<"$output"
	[[ $(jq -r '.pairs[:8] | map(.patch + ": " + .answer)[]' answers) == "already: has it already
applies: applies
assembly: can't be patched
config: not in configuration
mode: changes nothing
newer: applies
no: does not apply
offset: applies with offset" ]]
	[[ $(jq -r '.pairs[8:] | map(select(.patch | IN("already", "assembly", "config", "newer", "no")) | .patch + ": " + .answer)[]' answers) == "already: has it already
assembly: can't be patched
config: not in configuration
newer: file not in source
no: does not apply" ]]
	# (Eight seconds each)
	((after - before < 16 * 800))
}
