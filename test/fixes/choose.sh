# shellcheck shell=bash
# Which fixes? The newest source of the series in the archive is compared with that of the newest release of another upstream version
# that can be a target; whoever runs that one needs just these changes. The pair is looked up when the test runs, for an archive moves.
#
# A fix is the difference of one file, or of all files (not below) of one directory. Fixes are put in an order that looks like chance but
# depends only on path and seed, so a smaller choice is the beginning of a larger one. One in four is a directory.
#
# OUT/pair        release, version of the target and of the newer source
# OUT/files/PATH  the difference of each file
# OUT/fixes       "file PATH" and "directory PATH" lines, as many as asked for

readonly FIXES_SEED=kpatch-fixes-1
# The most files that a directory's fix has: a point release changes hundreds in some, which is no fix.
readonly FIXES_DIRECTORY=8

# -> RELEASE, VERSION, NEWER. FIXES_PAIR="RELEASE NEWER" chooses by hand.
choose_pair() {
	local targets upstream release version
	NEWER=$(apt-cache madison -- "linux-source-$SERIES" 2>/dev/null | awk -F '|' '{ gsub(/ /, ""); print $2; exit }')
	if ! targets=$("$KPATCH_BUILD" --list-targets 2>"$OUT/targets.log"); then targets=""; fi
	RELEASE="" VERSION="" upstream=${NEWER%%-*}
	while read -r release version _; do
		if [[ ${FIXES_PAIR:-} ]]; then
			if [[ $release != "${FIXES_PAIR% *}" ]]; then continue; fi
			NEWER=${FIXES_PAIR#* }
		elif [[ $version != "$SERIES".* || ${version%%-*} == "$upstream" ]]; then
			continue
		fi
		RELEASE=$release VERSION=$version
		break
	done <<<"$targets"
	if [[ -z $NEWER || -z $RELEASE ]]; then
		skip_all "the archive has no two releases of $SERIES with their source${targets:+, the older of which can be a target}"
	fi
	if ! "$KPATCH_BUILD" -a "$RELEASE" --print-target >"$OUT/target.sh" 2>"$OUT/target.log"; then
		skip_all "$RELEASE can't be a target: $(tail -n 1 "$OUT/target.log")"
	fi
	if [[ ! -f $OUT/pair || $(<"$OUT/pair") != "$RELEASE $VERSION $NEWER" ]]; then
		rm -rf -- "$OUT/files" "$OUT/results"
		echo "$RELEASE $VERSION $NEWER" >"$OUT/pair"
	fi
}

# What an archive no longer holds is no failure.
skip_all() {
	echo "ok - fixes of $SERIES # skip $1"
	exit 0
}

choose_fixes() {
	if [[ ! -d $OUT/files ]]; then choose_compare; fi
	{
		choose_candidates file | choose_shuffle | sed -n "1,$((COUNT - COUNT / 4))p"
		choose_candidates directory | choose_shuffle | sed -n "1,$((COUNT / 4))p"
	} >"$OUT/fixes"
	echo "# $SERIES: $(wc -l <"$OUT/fixes") fixes of $NEWER for $RELEASE ($VERSION)"
}

# The other source is unpacked only for this.
choose_compare() {
	local old new dir=$OUT/newer log=$OUT/newer.log cache
	old=$(sed -n 's/^TARGET_SOURCE=//p' "$OUT/target.sh")
	cache=${old%/*}
	new=$cache/linux-source-${SERIES}_$NEWER
	rm -rf -- "$dir" "$OUT/files.new"
	if [[ ! -d $new ]]; then
		new=$dir/source
		mkdir -p -- "$new"
		if ! (cd "$dir" && apt-get -q -o APT::Sandbox::User="$(id -un)" download "linux-source-$SERIES=$NEWER") >"$log" 2>&1; then
			skip_all "linux-source-$SERIES $NEWER could not be fetched: $(sed -n 's/^E: //p' "$log" | head -n 1)"
		fi
		dpkg-deb --fsys-tarfile "$dir"/*.deb | tar -xO -f - "./usr/src/linux-source-$SERIES.tar.xz" |
			tar -xJ -f - -C "$new" --strip-components=1
	fi
	mkdir -p -- "$OUT/files.new"
	choose_changed "$old" "$new" | while read -r file; do
		mkdir -p -- "$OUT/files.new/${file%/*}"
		# A file of one side only is compared with nothing, and named so.
		local a=a/$file b=b/$file
		if [[ ! -f $old/$file ]]; then a=/dev/null; fi
		if [[ ! -f $new/$file ]]; then b=/dev/null; fi
		diff -u -N --label "$a" --label "$b" -- "$old/$file" "$new/$file" >"$OUT/files.new/$file" || true
	done
	rm -rf -- "$dir"
	mv -- "$OUT/files.new" "$OUT/files"
}

# Code and headers of this machine's kernel that differ. (All files of both sides are read once.)
choose_changed() {
	local side
	for side; do
		(cd "$side" && find -- * '(' -path Documentation -o -path samples -o -path tools -o -path scripts -o -path usr -o -path rust -o \
			-path 'arch/*' ! -path arch/x86 ! -path 'arch/x86/*' ')' -prune -o -name '*.[ch]' -type f -print0 | xargs -0 cksum)
	done | sort | uniq -u | cut -d ' ' -f 3- | sort -u
}

# choose_candidates file|directory: lines for OUT/fixes. A file that only one side has is no fix of its own.
choose_candidates() {
	(
		cd "$OUT/files" || exit
		case $1 in
		file)
			find -- * -name '*.c' -print0 | xargs -0 -r awk '
				/^(---|\+\+\+) \/dev\/null/ { one[FILENAME] = 1 }
				FNR == 1 { file[FILENAME] }
				END { for (name in file) if (!(name in one)) print "file", name }'
			;;
		directory)
			find -- * -name '*.c' -print | sed 's,/[^/]*$,,' | sort | uniq -c |
				awk -v most="$FIXES_DIRECTORY" '$1 > 1 && $1 <= most { print "directory", $2 }'
			;;
		esac
	)
}

# Sorts lines by a hash of text and seed.
choose_shuffle() {
	awk -v seed="$FIXES_SEED" '
	BEGIN { for (i = 1; i < 256; i++) code[sprintf("%c", i)] = i }
	{
		text = $0 seed; hash = 0
		for (i = 1; i <= length(text); i++) hash = (hash * 65599 + code[substr(text, i, 1)]) % 2147483647
		printf "%d %s\n", hash, $0
	}' | sort -k 1,1n -k 2 | cut -d ' ' -f 2-
}
