#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# test/headers/every.sh OUT RELEASE PATCH: each object of RELEASE that includes what PATCH changes, compiled as original and as patched,
# whatever the driver would say of it. The driver's own stages find the objects and their commands, but nothing is left out: neither by
# names (lib/narrow.sh) nor by text (lib/same-code.sh). What is compared are the objects themselves, without debug information.
#
# OUT/objects: a line each, "object <TAB> same|differs|fails|unknown <TAB> same|left": what came out (unknown: its command is not known, or the original does
# not compile), and what the driver would say of it by text, however many there are.
# OUT/../orig has the sums of originals, for the next patch of this release. A run goes on where the last one was.

set -Eeuo pipefail
shopt -s inherit_errexit lastpipe nullglob
umask 022
export LC_ALL=C
TOP=$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")/../..
LIB_DIR=$TOP/kpatch-build/lib BIN_DIR=${KPATCH_BIN:-$TOP/build/bin} KMOD_DIR=$TOP/kmod/patch
# shellcheck source=kpatch-build/lib/parts.sh
source "$LIB_DIR/parts.sh"
environment_clean
export BIN_DIR KMOD_DIR
OUT=$1 RELEASE=$2 PATCH=$3

narrow_units() { :; }
same_code_narrow() { :; }
outside_judge() { :; }
outside_judge_read() { :; }
affected_limit() { :; }
affected_parents() { :; }
affected_modules_fit() { :; }

# every_script OBJECT: write the script that compiles it; false if its command is not known
every_script() {
	local object=$1 dir=$WORK/3-affected/same goal=${GOAL[$1]:-$1} tree=$TREE result=$OUT/results/$1 out=$WORK/every/$1 orig patched sums=${OUT%/*}/orig/$RELEASE/$1
	command_file "$object"
	if [[ ! -f $REPLY ]]; then
		tree=$dir/make
		REPLY=$tree${REPLY#"$TREE"}
		if [[ ! -f $REPLY ]]; then return 1; fi
	fi
	compile_recorded "$REPLY"
	COMPILE=${COMPILE//"$dir/make/"/"$TREE/"}
	if [[ $COMPILE != *" -c -o $goal "* ]]; then return 1; fi
	COMPILE=${COMPILE/-Wp,-MMD,"${goal%"${goal##*/}"}.${goal##*/}.d" /}
	mkdir -p -- "${out%/*}" "${result%/*}" "${sums%/*}"
	orig=${COMPILE/ -c -o "$goal" / -g0 -c -o "$out.orig" }
	REPLY=${COMPILE/ -c -o "$goal" / -g0 -c -o "$out.patched" }
	compile_from_patched
	patched=$REPLY
	# (Numbers of __COUNTER__ are in names only.)
	cat >"$out.sh" <<-SCRIPT
		cd ${tree@Q} || exit 1
		in_root() { ${IN_ROOT[*]@Q} "\$@"; }
		sum() { objdump -srt "\$1" | sed -E '/file format/d; s/(__UNIQUE_ID_[A-Za-z0-9_]*)[0-9]+/\1N/g' | sha256sum | cut -c 1-32; }
		result=unknown
		if [ ! -s ${sums@Q} ] && in_root $orig; then sum ${out@Q}.orig >${sums@Q}.new && mv ${sums@Q}.new ${sums@Q}; fi
		if [ -s ${sums@Q} ]; then
			if ! in_root $patched; then result=fails
			elif [ "\$(sum ${out@Q}.patched)" = "\$(cat ${sums@Q})" ]; then result=same
			else result=differs; fi
		fi
		rm -f -- ${out@Q}.orig ${out@Q}.patched
		echo \$result >${result@Q}
	SCRIPT
}

# every_text: OUT/text/OBJECT.result is "same" where the text says so
every_text() {
	local object scripts=() dir=$WORK/3-affected/same
	for object in "${OBJECTS[@]}"; do
		if [[ ! -s $OUT/text/$object ]] && same_code_script "$object"; then scripts+=("$dir/$object.sh"); fi
	done
	if ((${#scripts[@]})); then printf '%s\0' "${scripts[@]}" | xargs -0 -P "${JOBS:-2}" -n 1 sh >"$OUT/text.log" 2>&1 || true; fi
	for object in "${OBJECTS[@]}"; do
		if [[ -s $OUT/text/$object ]]; then continue; fi
		mkdir -p -- "$OUT/text/${object%/*}"
		if [[ -f $dir/$object.result && $(<"$dir/$object.result") == same ]]; then echo same; else echo left; fi >"$OUT/text/$object"
	done
}

every_compile() {
	local object scripts=()
	same_code_begin "$WORK/3-affected/same" "${OBJECTS[@]}"
	for object in "${OBJECTS[@]}"; do
		if [[ ! -s $OUT/results/$object ]] && every_script "$object"; then scripts+=("$WORK/every/$object.sh"); fi
	done
	every_text
	echo "${#OBJECTS[@]} objects, ${#scripts[@]} to compile" >&2
	if ((${#scripts[@]})); then
		printf '%s\0' "${scripts[@]}" | xargs -0 -P "${JOBS:-2}" -n 1 sh >"$OUT/compile.log" 2>&1 || true
	fi
	for object in "${OBJECTS[@]}"; do
		printf '%s\t%s\t%s\n' "$object" "$(cat "$OUT/results/$object" 2>/dev/null || echo unknown)" "$(<"$OUT/text/$object")"
	done >"$OUT/objects.new"
	mv "$OUT/objects.new" "$OUT/objects"
}

mkdir -p "$OUT/out"
install_traps
RUN_ARGS=(-a "$RELEASE" "$PATCH")
options_parse -a "$RELEASE" -n livepatch-every --max-objects 100000 -o "$OUT/out" "$PATCH"
workdir_make
stage target    target_describe
stage patch     patch_apply
stage tree      code tree
stage affected  code affected
if [[ ${COUNT_ONLY:-} ]]; then echo "${#OBJECTS[@]}"; exit 0; fi
every_compile
