#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# test/integration/relocation-rules-pipeline.sh SERIES: the relocation rules in the pipeline, for the newest stock kernel of SERIES. A livepatch
# of the kernel and of a module is built; what create-klp-module made of it is compared with what it was given, section by
# section; each form of the target gives the same verdict; then the finished module is broken in one place after the other.
# Last, a pipeline whose create-klp-module makes a mistake must not hand its module out.

# shellcheck source=test/integration/common.sh
source "$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")/common.sh"
BIN=$TOP/build/bin
KPATCH_BUILD=$TOP/kpatch-build/kpatch-build

make -s -C "$TOP" build/test/integration/relocation-rules/{mutate,same-sections}
SERIES=${1:?usage: test/integration/relocation-rules-pipeline.sh SERIES}
OUT=${KPATCH_TEST_DIR:-$TOP/build/integration}/$SERIES-relocation-rules-pipeline
UPTIME=$TOP/examples/uptime.patch
case_file module-other.patch
OTHER=$REPLY
NUMBER=0 FAILED=0
MUTATE=$TOP/build/test/integration/relocation-rules/mutate
SAME_SECTIONS=$TOP/build/test/integration/relocation-rules/same-sections

# check NAME COMMAND...
check() {
	local name=$1 verdict=ok
	shift
	if ! "$@" >"$OUT/check.log" 2>&1; then verdict="not ok"; fi
	NUMBER=$((NUMBER + 1))
	echo "$verdict $NUMBER - $SERIES relocation rules in the pipeline: $name"
	if [[ $verdict != ok ]]; then
		FAILED=1
		tail -n 20 "$OUT/check.log" | sed 's/^/#   /'
	fi
}

# verify KO ARGUMENT...: leaves the report in KO.report; returns the exit code
verify() {
	local ko=$1 status=0
	shift
	"$BIN/klp-verify" "$ko" --symvers "$TARGET_SYMVERS" "$@" >"$ko.report" 2>&1 || status=$?
	cat "$ko.report"
	return "$status"
}

# is_finished_as IN: create-klp-module makes $FINISHED of it
is_finished_as() { "$BIN/create-klp-module" "$1" "$OUT/again.ko" && cmp "$OUT/again.ko" "$FINISHED"; }

# is_noticed COMMAND ARGUMENT...: what else changes is seen by the comparison
is_noticed() { "$MUTATE" "$FINISHED" "$OUT/changed.ko" "$@" && ! "$SAME_SECTIONS" "$LINKED" "$OUT/changed.ko"; }

# passes ARGUMENT...: obeyed; passes_fully: and nothing was left out
passes() { verify "$FINISHED_COPY" "$@" --modules "$TARGET_MODULES_DIR"; }
passes_fully() { passes "$@" && ! grep 'not checked' "$FINISHED_COPY.report"; }

# breaks RULE ARGUMENT...: klp-verify names this rule and no other when mutate did that
breaks() {
	local rule=$1 ko=$OUT/mutated.ko status=0 rules
	shift
	"$MUTATE" "$FINISHED" "$ko" "$@" || return
	verify "$ko" --vmlinux "$TARGET_VMLINUX" --symbols "$TARGET_KALLSYMS" --modules "$TARGET_MODULES_DIR" --json >/dev/null || status=$?
	rules=$(jq -r '[.findings[].rule] | unique | join(" ")' "$ko.report")
	echo "exit code $status; rules: $rules"
	[[ $status == 2 && $rules == "$rule" ]]
}

# not_handed_out: the last run of the pipeline ended as it has to, and nothing is in the output directory
not_handed_out() {
	cat "$OUT/build.log"
	[[ $STATUS == 1 && -z $(find "$OUT/out" -name '*.ko' -print -quit) ]]
}
says() { grep -E -e "$1" "$OUT/build.log"; }
keeps_files() {
	local file
	file=$(grep -oE 'please send the patch and [^ ]*\.ko' "$OUT/build.log")
	file=${file##* }
	echo "$file"
	[[ -f $file ]]
}

# build PATCH...: the pipeline; its exit code in STATUS, its work directory in WORK, if it is kept
build() {
	STATUS=0
	rm -rf -- "$OUT/out"
	mkdir -p -- "$OUT/out"
	"$KPATCH_BUILD" -a "$TARGET_RELEASE" -n livepatch-rules -o "$OUT/out" "$@" >"$OUT/build.log" 2>&1 || STATUS=$?
	find_work "$OUT/build.log"
}

# The tools of the pipeline, but for one of which the script on standard input takes the place.
replace_tool() {
	local name=$1 tool
	rm -rf -- "${OUT:?}/bin"
	mkdir -p -- "$OUT/bin"
	for tool in "$BIN"/*; do ln -s -- "$tool" "$OUT/bin/"; done
	rm -- "$OUT/bin/$name"
	cat >"$OUT/bin/$name"
	chmod 755 "$OUT/bin/$name"
}

rm -rf -- "$OUT"
mkdir -p -- "$OUT"
"$KPATCH_BUILD" -a "$SERIES" --print-target >"$OUT/target.log"
grep '^TARGET_' "$OUT/target.log" >"$OUT/target.sh"
# shellcheck source=/dev/null
source "$OUT/target.sh"

# What it is given is looked at.
replace_tool create-klp-module <<-EOF
	#!/bin/sh
	cp -- "\$3" "$OUT/linked.ko" && exec "$BIN/create-klp-module" "\$@"
EOF
export KPATCH_BIN=$OUT/bin
build "$UPTIME" "$OTHER"
check "a livepatch is built" test -s "$OUT/out/livepatch-rules.ko"
if ((FAILED)); then
	sed 's/^/#   /' "$OUT/build.log"
	echo "1..$NUMBER"
	exit 1
fi
LINKED=$OUT/linked.ko FINISHED=$OUT/out/livepatch-rules.ko FINISHED_COPY=$OUT/copy.ko
cp -- "$FINISHED" "$FINISHED_COPY"

# ---- create-klp-module ----

check "everything but the livepatch relocations is what the link made" "$SAME_SECTIONS" "$LINKED" "$FINISHED"
check "a changed byte would be seen" is_noticed string uptime_proc_show uptime_proc_shox
check "a changed attribute would be seen" is_noticed writable .text.uptime_proc_show
check "a changed symbol would be seen" is_noticed symbol seq_printf seq_putc
check "a relocation at another place would be seen" is_noticed offset .rela.text.uptime_proc_show seq_printf 0
check "finishing it again gives the same bytes" is_finished_as "$LINKED"
check "finishing what is finished changes nothing" is_finished_as "$FINISHED"

# ---- forms of the target ----

check "no violation, all of it looked at: bootable image" passes_fully --vmlinux "$TARGET_IMAGE"
check "no violation, all of it looked at: vmlinux without symbols" passes_fully --vmlinux "$TARGET_VMLINUX"
check "no violation, all of it looked at: image and kallsyms" passes_fully --vmlinux "$TARGET_IMAGE" --symbols "$TARGET_KALLSYMS"
check "no violation: kallsyms alone" passes --vmlinux "$TARGET_KALLSYMS"
check "which says what was not checked" grep -q 'L12: not checked' "$FINISHED_COPY.report"

# ---- one thing wrong ----

first() { readelf "$1" "$FINISHED" | grep -oE -e "$2" | head -n 1; }
EARLY=$(first -SW '\.klp\.rela\.vmlinux\.\.text\.uptime_proc_show')
LATE=$(first -SW '\.klp\.rela\.(bridge|llc)\.\.text\.[^ ]*')
SYMBOL=$(first -sW '\.klp\.sym\.vmlinux\.nr_processes,0')
LATE_SYMBOL=$(first -sW '\.klp\.sym\.(bridge|llc)\.[^ ]*')
check "breaking L1 is noticed" breaks L1 ordinary "$EARLY"
check "breaking L1 by a missing flag is noticed" breaks L1 unalloc "$LATE"
check "breaking L1 by an unmarked symbol is noticed" breaks L1 absolute "$SYMBOL"
check "breaking L2 is noticed" breaks L2 symbol "$LATE_SYMBOL" .klp.sym.vmlinux.do_group_exit,0
check "breaking L3 is noticed" breaks L3 symbol "$SYMBOL" .klp.sym.vmlinux.seq_printf,0
check "breaking L4 by a sympos is noticed" breaks L4 symbol "$SYMBOL" "${SYMBOL%,0}",7
check "breaking L4 by a call of data is noticed" breaks L4 symbol "$SYMBOL" .klp.sym.vmlinux.saved_command_line,0
check "breaking L5 is noticed" breaks L5 symbol "$LATE_SYMBOL" .klp.sym.bridge.no_such_symbol,0
# The call of __fentry__, which ftrace rewrites, is in the same section.
ENTRY=$(readelf -rW "$FINISHED" | awk -v section="'.rela${LATE#.klp.rela.*.}'" \
	'/^Relocation section/ { on = $3 == section } on && $5 == "__fentry__" && !n++ { print "0x" $1 }')
check "breaking L6 is noticed" breaks L6 late "$LATE" "$LATE_SYMBOL" "${LATE#.klp.rela.*.}" - "$((ENTRY))"
check "breaking L7 is noticed" breaks L7 section .comment .klp.arch.vmlinux..text
check "breaking L8 is noticed" breaks L8 string uptime_proc_show start_kernel
check "breaking L9 is noticed" breaks L9 symbol "$LATE_SYMBOL" ".klp.sym.absent.$(printf 'y%.0s' {1..512}),0"
check "breaking L10 is noticed" breaks L10 crc seq_printf
check "breaking L11 is noticed" breaks L11 string livepatch=Y livepatch=N
check "breaking L11 by writable code is noticed" breaks L11 writable .text.uptime_proc_show
check "breaking L13 is noticed" breaks L13 section .orc_unwind_ip .unwind_none

# ---- a pipeline that makes a mistake ----

replace_tool create-klp-module <<-EOF
	#!/bin/sh
	"$BIN/create-klp-module" "\$1" "\$2" "\$3" "$OUT/right.ko" && "$MUTATE" "$OUT/right.ko" "\$4" ordinary "$EARLY"
EOF
build "$UPTIME"
check "a module that violates a rule is not delivered" not_handed_out
check "which rule is said" says '\.klp\.rela\.vmlinux\.[^ ]*: L1: .*SHF_RELA_LIVEPATCH'
check "it is called a bug, and what to send is named" says 'is not delivered; this is a bug of kpatch-build, please send the patch and /'
check "what is to be sent is kept" keeps_files
if [[ $WORK ]]; then rm -rf -- "$WORK"; fi

replace_tool klp-verify <<-EOF
	#!/bin/sh
	kill -SEGV \$\$
EOF
build "$UPTIME"
check "a module that could not be checked is not delivered" not_handed_out
check "that is said" says 'could not be checked .*is not delivered'
if [[ $WORK ]]; then rm -rf -- "$WORK"; fi

echo "1..$NUMBER"
exit $FAILED
