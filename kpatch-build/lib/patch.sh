# shellcheck shell=bash
# The patched view of the source: a directory where every file is a symbolic link to the source and every patched file a
# real copy. Directories are real, so that an #include "../x.h" stays inside the view.
#
# After each hunk that changes the number of lines a #line restores the numbering: __LINE__, and with it BUG and WARN
# tables, stays what it was in all code that the patch does not touch.

PATCHED=""              # the patched view
PATCHED_FILES=()        # files that the patches change and that get compiled, relative

patch_apply() {
	local patch list=$WORK/2-tree/patched-files
	mkdir -p "$WORK/2-tree"
	# shellcheck disable=SC2153
	for patch in "${PATCHES[@]}"; do
		patch_files "$patch"
	done >"$list.all"
	sort -u "$list.all" >"$list"
	if [[ ! -s $list ]]; then finish "$EXIT_NOT_APPLIED" "error: ${PATCHES[*]##*/}: no change to any file found; is it a patch in unified format (diff -u)?"; fi
	patch_check_files "$list"
	patch_make_view
	for patch in "${PATCHES[@]}"; do patch_apply_one "$patch"; done
	patch_number_lines
	STAGE_SUMMARY="${#PATCHES[@]} patch(es) apply, ${#PATCHED_FILES[@]} source file(s) changed"
}

# patch_files FILE: print "old<TAB>new" for each file that it changes, from the ---/+++ lines between hunks.
patch_files() {
	awk '
	function name(line) {
		sub(/^(---|\+\+\+) /, "", line); sub(/[\t\r].*/, "", line)
		if (line != "/dev/null" && !sub(/^[^\/]+\//, "", line)) line = "?" line
		return line
	}
	left > 0 || right > 0 {
		if (/^-/) left--
		else if (/^\+/) right--
		else if (!/^\\/) { left--; right-- }
		next
	}
	/^@@ -[0-9]/ {
		split($2, a, ","); split($3, b, ",")
		left = (a[2] == "" ? 1 : a[2]); right = (b[2] == "" ? 1 : b[2])
		next
	}
	/^--- / { old = name($0) }
	/^\+\+\+ / { print old "\t" name($0) }
	/^rename from / { old = substr($0, 13) }
	/^rename to / { print old "\t" substr($0, 11) }
	/^(GIT binary patch|Binary files )/ { print "?binary\t?binary" }
	' "$1"
}

# Decide for each file of the list what it means for the build. All refusals are told at once.
patch_check_files() {
	local old new file why refused="" ignored=""
	PATCHED_FILES=()
	while IFS=$'\t' read -r old new; do
		file=$new why=""
		if [[ $new == /dev/null ]]; then file=$old; fi
		case $file in
		\?*) why="not a path below the source (patches are applied with -p1)" ;;
		/* | ../* | */../*) why="the path leaves the source tree" ;;
		Documentation/* | samples/* | tools/* | LICENSES/* | MAINTAINERS | CREDITS | *.rst | *.md | *.txt | *.yaml | .*)
			ignored+=" $file"
			continue
			;;
		*/Makefile* | */Kbuild* | */Kconfig* | Makefile | Kbuild | Kconfig | scripts/*)
			why="how the kernel is built or configured can't be changed in a running one" ;;
		*.S | *.lds | *.lds.h | *.tbl) why="assembly, linker scripts and tables can't be livepatched" ;;
		*.rs) why="Rust code can't be livepatched" ;;
		*.c)
			if [[ $old == /dev/null ]]; then
				why="a new source file needs a change to the build; put the new code into an existing file, or into a new .h"
			elif [[ $new == /dev/null || $old != "$new" ]]; then
				why="a source file that goes away or gets a new name can't be livepatched"
			fi
			;;
		*.h | *.inc) if [[ $new == /dev/null ]]; then why="a header that goes away; leave it in place, unused"; fi ;;
		*) why="this kind of file is not known to be compiled" ;;
		esac
		if [[ -z $why && $old != /dev/null && ! -f $TARGET_SOURCE/$file ]]; then
			finish "$EXIT_NOT_APPLIED" "error: the patch changes $file, which the source of $TARGET_RELEASE does not have"
		fi
		if [[ $why ]]; then refused+=$'\n'"    $file: $why"; else PATCHED_FILES+=("$file"); fi
	done <"$1"
	if [[ $refused ]]; then refuse "the patch can't be livepatched:$refused"; fi
	if [[ $ignored ]]; then note "not part of the kernel's code, ignored:$ignored"; fi
	if ((${#PATCHED_FILES[@]} == 0)); then finish "$EXIT_UNCHANGED" "nothing changed: the patch changes no file that is compiled"; fi
}

# Some 50,000 links take seconds to make and, on a busy disk, far longer to remove. So a view goes back to the cache after
# the run; the next run takes a free one, makes links again of what the last one changed, and has a lock on it as long as
# it lives. A run that keeps its work directory makes a view of its own there.
patch_make_view() {
	local n base lock
	base=$CACHE/view/${TARGET_SOURCE##*/}_$(printf %s "$TARGET_SOURCE${OPT_SOURCE:+ own}" | sha256sum | cut -c 1-8)
	PATCHED=$WORK/2-tree/patched
	if ((OPT_KEEP)); then
		view_link
	else
		mkdir -p "$CACHE/view"
		for ((n = 1; ; n++)); do
			exec {lock}>"$base.$n.lock"
			if flock -n "$lock"; then break; fi
			exec {lock}>&-
		done
		PATCHED=$base.$n
		if [[ -f $PATCHED.source && $(<"$PATCHED.source") == "$TARGET_SOURCE_ID" ]]; then
			view_restore
		else
			rm -rf "$PATCHED" "$PATCHED".{source,changed}
			view_link
			printf '%s\n' "$TARGET_SOURCE_ID" >"$PATCHED.source"
		fi
		cp "$WORK/2-tree/patched-files" "$PATCHED.changed"
		ln -s "$PATCHED" "$WORK/2-tree/patched"
	fi
	view_unshare
}

# Links for all that can be compiled or included; documentation, tools and other architectures are left out.
view_link() {
	local entry file skip=" Documentation LICENSES samples tools arch "
	need_space "$CACHE" 400000000 "the patched view of the source"
	progress "making the patched view of the source"
	mkdir -p "$PATCHED/arch"
	for entry in "$TARGET_SOURCE"/* "$TARGET_SOURCE"/arch/x86 "$TARGET_SOURCE"/arch/Kconfig; do
		if [[ $skip == *" ${entry##*/} "* ]]; then continue; fi
		file=${entry#"$TARGET_SOURCE"/}
		cp -rs -- "$entry" "$PATCHED/${file%"${file##*/}"}"
	done
}

view_restore() {
	local old new file
	if [[ ! -f $PATCHED.changed ]]; then return; fi
	while IFS=$'\t' read -r old new; do
		file=${new/#\/dev\/null/$old}
		rm -f -- "$PATCHED/$file"
		if [[ -f $TARGET_SOURCE/$file ]]; then ln -s "$TARGET_SOURCE/$file" "$PATCHED/$file"; fi
	done <"$PATCHED.changed"
}

# Real copies of what the patches change.
view_unshare() {
	local old new file
	while IFS=$'\t' read -r old new; do
		file=${new/#\/dev\/null/$old}
		if [[ -f $TARGET_SOURCE/$file ]]; then
			mkdir -p "$(dirname -- "$PATCHED/$file")"
			rm -f -- "$PATCHED/$file"
			cp -- "$TARGET_SOURCE/$file" "$PATCHED/$file"
			chmod u+w "$PATCHED/$file"
		fi
	done <"$WORK/2-tree/patched-files"
}

patch_apply_one() {
	local patch=$1 log=$WORK/2-tree/patch.log again
	if patch -d "$PATCHED" -p1 -N -F "$OPT_FUZZ" --no-backup-if-mismatch -r - <"$patch" >"$log" 2>&1; then
		if grep -q 'with fuzz' "$log"; then note "${patch##*/} applied with fuzz: $(grep -c 'with fuzz' "$log") hunk(s)"; fi
		return
	fi
	again=$(sed -n 's/^Hunk #.*FAILED/    &/p; s/^.*No such file/    &/p' "$log")
	if patch -d "$PATCHED" -p1 -R -f -F 0 --dry-run -r - <"$patch" >/dev/null 2>&1; then
		again="    the target has this change already (the patch applies in reverse)"
	elif ((OPT_FUZZ < 2)) && patch -d "$PATCHED" -p1 -N -F 2 --dry-run -r - <"$patch" >/dev/null 2>&1; then
		again+=$'\n'"    it would apply with differing context: look at the place, then use --fuzz 2 or refresh the patch"
	fi
	show_file "$log" 30
	finish "$EXIT_NOT_APPLIED" "error: ${patch##*/} does not apply to the source of $TARGET_RELEASE${TARGET_VERSION:+ ($TARGET_VERSION)}:"$'\n'"$again"
}

# (2-tree/unnumbered keeps them as the patch made them, for the compiler's messages.)
patch_number_lines() {
	local file
	for file in "${PATCHED_FILES[@]}"; do
		mkdir -p "$(dirname -- "$WORK/2-tree/unnumbered/$file")"
		cp -- "$PATCHED/$file" "$WORK/2-tree/unnumbered/$file"
		if [[ -f $TARGET_SOURCE/$file ]] && ! cmp -s -- "$TARGET_SOURCE/$file" "$PATCHED/$file"; then
			line_numbers_keep "$TARGET_SOURCE/$file" "$PATCHED/$file" >"$PATCHED/$file.numbered"
			cat "$PATCHED/$file.numbered" >"$PATCHED/$file"
			rm "$PATCHED/$file.numbered"
		fi
	done
}

# line_numbers_keep ORIGINAL PATCHED: print PATCHED with a #line wherever the numbering would leave the original's. A
# directive can't stand after a continued line, in a comment, or (to be safe) between parentheses, where a macro's
# arguments may be: then it comes at the first place after.
line_numbers_keep() {
	{ diff "$1" "$2" || true; } | awk '
	# First the output of diff, normal format: which lines of the patched file are new, and how the others shift.
	NR == FNR {
		if (!match($0, /^[0-9]+(,[0-9]+)?[acd][0-9]+(,[0-9]+)?$/)) next
		op = $0; gsub(/[0-9,]/, "", op)
		split($0, side, op)
		n = split(side[1], o, ","); ofrom = o[1]; oto = (n > 1 ? o[2] : o[1])
		n = split(side[2], p, ","); pfrom = p[1]; pto = (n > 1 ? p[2] : p[1])
		if (op == "d") { after[pfrom + 1] = oto + 1 }
		else {
			for (i = pfrom; i <= pto; i++) changed[i] = 1
			after[pto + 1] = (op == "a" ? ofrom : oto) + 1
		}
		next
	}
	# Then the patched file, with just enough of a scanner to know where a directive may stand.
	FNR == 1 { number = 1; want = 1 }
	{
		if (FNR in after) want = after[FNR]
		if (!(FNR in changed) && number != want && !comment && !continued && (depth <= 0 || waited++ > 60)) {
			print "#line " want
			number = want
			waited = 0
		}
		print
		number++
		if (!(FNR in changed)) want++
		scan($0)
	}
	function scan(line,   i, c, two, quote) {
		if (!comment && !continued && line ~ /^[{}]/) depth = 0
		for (i = 1; i <= length(line); i++) {
			c = substr(line, i, 1); two = substr(line, i, 2)
			if (comment) { if (two == "*/") { comment = 0; i++ } }
			else if (quote != "") { if (c == "\\") i++; else if (c == quote) quote = "" }
			else if (two == "/*") { comment = 1; i++ }
			else if (two == "//") break
			else if (c == "\"" || c == "\047") quote = c
			else if (c == "(") depth++
			else if (c == ")") depth--
		}
		continued = (line ~ /\\[ \t]*$/)
	}' - "$2"
}
