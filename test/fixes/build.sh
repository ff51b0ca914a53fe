# shellcheck shell=bash
# One fix after the other through kpatch-build. OUT/results/ID has for each:
#
#   fix.patch   what was given; header.patch, if it needed more
#   log         what kpatch-build said
#   judge       what the judge said of the module
#   result      one row: fix, result, changed and new functions, verdict, why

readonly FIXES_LIMIT=20         # objects that a fix may reach: more is a question of time, not of what comes out

build_fixes() {
	local kind path fix programs=0
	build_tools
	if [[ ! ${KEEP_RESULTS:-} ]]; then
		programs=$(cat "$BIN"/* "$JUDGE" "${KPATCH_BUILD%/*}"/lib/*.sh "${KPATCH_BUILD%/kpatch-build/*}"/kmod/patch/{*.*,Kbuild,arch/*.h,include/*.h,include/linux/*.h} | sha256sum)
	fi
	while read -r kind path; do
		fix=$path
		if [[ $kind == directory ]]; then fix=$path/; fi
		build_fix "$kind" "$path" "$fix" "$programs"
	done <"$OUT/fixes"
}

# The programs as the driver is to call them. When it has objects compared and the finished module verified, what the judge reads is there, and
# is kept: the work directory is gone after the run.
build_tools() {
	local tool
	rm -rf -- "${OUT:?}/bin"
	mkdir -p -- "$OUT/bin" "$OUT/results"
	for tool in "$BIN"/*; do ln -s -- "$tool" "$OUT/bin/"; done
	for tool in create-diff-object klp-verify; do
		rm -f -- "$OUT/bin/$tool"
		cat >"$OUT/bin/$tool" <<END
#!/bin/sh
if [ -n "\$KPATCH_TEST_OBJECTS" ] && [ -d "\$WORK/4-compile" ]; then
	mkdir -p "\$KPATCH_TEST_OBJECTS"
	for part in 3-affected 4-compile; do
		cp -alf "\$WORK/\$part" "\$KPATCH_TEST_OBJECTS/" 2>/dev/null || cp -a "\$WORK/\$part" "\$KPATCH_TEST_OBJECTS/"
	done
fi
exec '$BIN/$tool' "\$@"
END
		chmod +x "$OUT/bin/$tool"
	done
}

build_fix() {
	local kind=$1 path=$2 fix=$3 programs=$4 dir file key headers round
	dir=$OUT/results/${fix//\//!}
	mkdir -p -- "$dir"
	case $kind in
	file) cat -- "$OUT/files/$path" ;;
	directory) for file in "$OUT/files/$path"/*.[ch]; do cat -- "$file"; done ;;
	esac >"$dir/fix.new"
	key=$(sha256sum <"$dir/fix.new")" $programs"
	if [[ -f $dir/result && -f $dir/key && $(<"$dir/key") == "$key" ]] ||
		{ [[ -f $dir/result && ${KEEP_RESULTS:-} ]] && cmp -s "$dir/fix.new" "$dir/fix.patch"; }; then
		if [[ -d $dir/objects ]]; then build_result "$dir" "$fix"; fi
		return
	fi
	rm -rf -- "$dir/result" "$dir/objects" "$dir/module" "$dir/judge" "$dir/header.patch" "$dir/headers"
	mv -- "$dir/fix.new" "$dir/fix.patch"
	: >"$dir/headers"
	build_once "$dir"
	# A fix that needs a declaration of its header is tried with that, as long as one is found that has what is missing.
	for round in 1 2 3; do
		if ((STATUS != 6)); then break; fi
		headers=$(build_headers "$dir")
		if [[ -z $headers ]]; then break; fi
		printf '%s\n' "$headers" >>"$dir/headers"
		while read -r file; do cat -- "$OUT/files/$file"; done <"$dir/headers" >"$dir/header.patch"
		build_once "$dir" "$dir/header.patch"
	done
	build_result "$dir" "$fix"
	if [[ ! ${KEEP_OBJECTS:-} ]]; then rm -rf -- "$dir/objects"; fi
	echo "$key" >"$dir/key"
}

# Objects that were kept are judged again each time: the judge may have learned.
build_result() {
	build_judge "$1"
	report_row "$1" "$2" >"$1/result.new"
	mv -- "$1/result.new" "$1/result"
}

# build_once DIR PATCH...: -> STATUS; DIR/log, DIR/module, DIR/objects
build_once() {
	local dir=$1
	shift
	rm -rf -- "$dir/module" "$dir/objects"
	mkdir -p -- "$dir/module"
	STATUS=0
	KPATCH_TEST_OBJECTS=$dir/objects KPATCH_BIN=$OUT/bin "$KPATCH_BUILD" -a "$RELEASE" -n fix -j 1 --max-objects "$FIXES_LIMIT" -o "$dir/module" \
		"$dir/fix.patch" "$@" >"$dir/log" 2>&1 </dev/null || STATUS=$?
	echo "$STATUS" >"$dir/status"
}

# Changed headers that are not in the patch and are about a name that the compiler complains of, or a file that it misses.
build_headers() {
	local dir=$1 words
	words=$(grep -aE 'error: |note: ' "$dir/log" | sed "s/\xe2\x80\x98/'/g; s/\xe2\x80\x99/'/g" | grep -aoE "'[A-Za-z_0-9 ]+'|[A-Za-z_0-9/-]+\.h: No such" |
		sed "s/: No such//; s/.*[ \/]//; s/'//g" | sort -u | grep -vxE 'struct|union|enum|int|void|char|const|long|unsigned|bool|function|' || true)
	if [[ -z $words ]]; then return; fi
	(
		cd "$OUT/files" || exit
		{
			find -- * -name '*.h' -print0 | xargs -0 -r grep -lE "^[-+].*\b($(tr '\n' '|' <<<"$words" | sed 's/|$//'))\b" || true
			while read -r file; do find -- * -path "*/$file" -name '*.h'; done <<<"$words"
		} | sort -u | while read -r file; do
			if ! grep -qxF "+++ b/$file" "$dir/fix.patch" && ! grep -qxF "$file" "$dir/headers"; then printf '%s\n' "$file"; fi
		done
	)
}

# The judge's verdict of the module, or of that there is none: DIR/judge, whose last line is "right", "wrong" or "unsure" and figures.
build_judge() {
	local dir=$1 status=0 module=$1/module/fix.ko patches=("$1"/fix.patch "$1"/header.patch)
	rm -f -- "$dir/judge"
	if [[ $(<"$dir/status") == 3 ]]; then module=-; fi
	if [[ ! -d $dir/objects ]] || [[ $module != - && ! -f $module ]]; then return; fi
	if [[ ! -f ${patches[1]} ]]; then unset 'patches[1]'; fi
	"$JUDGE" "$dir/objects" "$module" "$OUT/target.sh" "${patches[@]}" >"$dir/judge" 2>&1 || status=$?
	if ((status > 1)); then echo "error	the judge ended with status $status" >>"$dir/judge"; fi
}
