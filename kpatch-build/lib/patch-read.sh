# shellcheck shell=bash
# What a patch file says: git apply lists it, and git apply applies what it listed. One parser for both, so that nothing can be
# applied that was not looked at. It takes unified diffs and git's own, at the first column only (a diff quoted in a mail is
# text); for it links, binary data, renames and modes are what they are; and it touches nothing outside its directory.
#
# What it takes for text is not always meant so: patch_scan finds what looks like a part of a patch in it, and names it.

# shellcheck disable=SC2016
PATCH_SCAN='
	function tell(kind, text) { print kind "\t" NR "\t" text }
	function unified(line) { return line ~ /^@@ -[0-9]+(,[0-9]+)? \+[0-9]+(,[0-9]+)? @@/ }
	function hunk_ends() {
		if (lead + trail == 0 && start > 1) tell("no-context", "")
		if (lead > most) most = lead
		if (trail > most) most = trail
		after = 1
	}
	left > 0 || right > 0 {
		if (/^-/) left--
		else if (/^\+/) right--
		else if (/^( |$)/) { left--; right-- }
		else if (!/^\\/) { left = right = 0 }
		if (/^( |$)/) { trail++; if (!changed) lead++ } else if (/^[-+]/) { changed = 1; trail = 0 }
		if (left <= 0 && right <= 0) hunk_ends()
		if (!/^[^-+ \\]/) next
	}
	{ was_after = after; after = 0 }
	unified($0) {
		split($2, a, ","); split($3, b, ",")
		start = substr(a[1], 2) + 0
		left = (a[2] == "" ? 1 : a[2]); right = (b[2] == "" ? 1 : b[2])
		lead = trail = changed = 0
		header = git = strict = 0
		before1 = before2 = ""
		next
	}
	was_after && /^\\/ { after = 1 }
	strict && header == 1 && !/^\+\+\+ / { tell("long-hunk", before1) }
	{ strict = was_after && /^--- / }
	was_after && (/^\+/ || /^-/ && !/^--- / && !/^(--|---|-- .*|-----BEGIN.*)$/) { tell("long-hunk", $0) }
	header == 2 { tell("no-hunk", name); header = 0 }
	/^@@@/ || /^diff --(cc|combined) / { tell("combined", $0) }
	/^@@ / { tell("hunk-header", $0) }
	/^\*\*\*\*\*\*\*\*\*\*\*\*\*\*\*/ && before2 ~ /^\*\*\* / && before1 ~ /^--- / { tell("context", substr(before2, 5) "\t" substr(before1, 5)) }
	/^[<>] / && before1 ~ /^[0-9]+(,[0-9]+)?[acd][0-9]+(,[0-9]+)?$/ { tell("normal", before1) }
	/^\.$/ && ed { tell("ed", ed) }
	/^[0-9]+(,[0-9]+)?[aci]$/ { ed = $0 }
	/^diff --git / { git = 1 }
	/^(diff -[^-]|Index: )/ { git = 0 }
	/^Binary files .* differ$/ && !git { name = $0; sub(/^Binary files .* and /, "", name); sub(/ differ$/, "", name); tell("binary", name) }
	/^Only in .*: / { tell("only", $0) }
	/^\+\+\+ / && header == 1 { header = 2; name = substr($0, 5) }
	/^--- / { header = 1 }
	!/^(---|\+\+\+) / { header = 0 }
	{ before2 = before1; before1 = $0 }
	END {
		if (header == 2) tell("no-hunk", name)
		if (header == 1 && strict) tell("long-hunk", before1)
		tell("context-lines", most + 0)
	}'

# patch_git ARG...: git apply, with nobody's configuration and in no repository
patch_git() {
	env -i PATH="$PATH" LC_ALL=C HOME=/nonexistent GIT_DIR=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null \
		GIT_ATTR_NOSYSTEM=1 git apply --whitespace=nowarn "$@"
}

# patch_copy PATCH COPY: as it was before an editor or a mailer touched it. A patch with CR LF is one with LF (where only some lines
# have a CR, it belongs to the file that they change); one that was stored with a byte order mark begins behind it; the last line
# ends, too.
patch_copy() {
	if awk '/^(--- |\+\+\+ |@@ |diff --git )/ { n++; if (/\r$/) cr++ } END { exit !(n && n == cr) }' "$1"; then
		sed 's/\r$//' -- "$1" >"$2"
	else
		cp -- "$1" "$2"
		chmod u+w -- "$2"
	fi
	if [[ $(head -c 3 -- "$2" | od -An -tx1) == " ef bb bf" ]]; then sed -i '1s/^...//' "$2"; fi
	if [[ -s $2 && $(tail -c 1 -- "$2" | od -An -tx1) != " 0a" ]]; then echo >>"$2"; fi
}

# patch_list COPY LEVEL [OPTION...]: git apply's list. LISTED are the names that files have after the patch (before it, with
# -R), LISTED_BINARY which of them are changed by binary data. False if it can't be read.
patch_list() {
	local copy=$1 level=$2 records record
	shift 2
	LISTED=() LISTED_BINARY=()
	if ! patch_git "-p$level" --numstat -z "$@" -- "$copy" >"$copy.list" 2>"$copy.log"; then return 1; fi
	mapfile -d '' -t records <"$copy.list"
	for record in "${records[@]}"; do
		LISTED+=("${record#*$'\t'*$'\t'}")
		if [[ $record == -* ]]; then LISTED_BINARY+=(1); else LISTED_BINARY+=(0); fi
	done
}

# patch_level COPY -> REPLY: how many path components are to be stripped: 1, or 0 or 2 if only so there are such files
patch_level() {
	local level name there=(0 0 0) above=(0 0 0) can=(0 0 0)
	for level in 0 1 2; do
		if ((level == 2 && (there[0] || there[1]))) || ! patch_list "$1" "$level"; then continue; fi
		can[level]=1
		for name in "${LISTED[@]}"; do
			if [[ -f $TARGET_SOURCE/$name || ${PATCH_CLASS[$name]:-} ]]; then there[level]=1; fi
			if [[ $name == */* && -d $TARGET_SOURCE/${name%%/*} ]]; then above[level]=1; fi
		done
	done
	REPLY=1
	if ((can[0] && !there[1] && (there[0] || above[0] && !above[1] || !can[1]))); then REPLY=0; fi
	if ((there[2])); then REPLY=2; fi
}

# patch_pairs COPY LEVEL: PAIR_OLD and PAIR_NEW are the names of each file before and after; PAIR_BINARY as LISTED_BINARY. git
# lists a patch that is read backwards from its end; older ones list it from its beginning.
patch_pairs() {
	local i n same=0 same_reversed=0
	if ! patch_list "$1" "$2" -R; then return 1; fi
	PAIR_OLD=("${LISTED[@]}")
	if ! patch_list "$1" "$2"; then return 1; fi
	PAIR_NEW=("${LISTED[@]}") PAIR_BINARY=("${LISTED_BINARY[@]}")
	n=${#PAIR_NEW[@]}
	for ((i = 0; i < n; i++)); do
		if [[ ${PAIR_NEW[i]} == "${PAIR_OLD[i]}" ]]; then same=$((same + 1)); fi
		if [[ ${PAIR_NEW[i]} == "${PAIR_OLD[n - 1 - i]}" ]]; then same_reversed=$((same_reversed + 1)); fi
	done
	if ((same_reversed >= same)); then
		local order=()
		for ((i = n - 1; i >= 0; i--)); do order+=("${PAIR_OLD[i]}"); done
		PAIR_OLD=("${order[@]}")
	fi
}

# patch_scan COPY NAME: PATCH_CONTEXT_LINES of it; SCAN_REFUSED gets a line for each part that git apply would pass over as text, SCAN_OUT
# the names of binary files that differ, SCAN_LOST what is not in the patch at all
patch_scan() {
	local copy=$1 what=${2##*/} kind line text why
	PATCH_CONTEXT_LINES=3
	while IFS=$'\t' read -r kind line text; do
		why=""
		case $kind in
		context-lines) PATCH_CONTEXT_LINES=$text ;;
		context) why="a part in the form of a context diff (${text//$'\t'/, }); only unified diffs (diff -u) are taken" ;;
		normal) why="a part in the normal form of diff ($text); only unified diffs (diff -u) are taken" ;;
		ed) why="a part in the form of an ed script ($text); only unified diffs (diff -u) are taken" ;;
		combined) why="a diff of a merge ($text); give the diff against one parent (git show -m, git diff PARENT)" ;;
		hunk-header) why="a damaged head of a hunk: $text" ;;
		long-hunk) why="the hunk above is longer than its head says; the first line too many: $text" ;;
		no-hunk) why="the head of a file, $text, without a hunk after it" ;;
		no-context) ;;
		binary) SCAN_OUT+=("$text") ;;
		only) note "$what line $line: '$text': the patch does not have this file (diff -N would have put it in)" ;;
		esac
		if [[ $why ]]; then SCAN_REFUSED+=$'\n'"    $what line $line: $why [patch-form]"; fi
	done < <(awk "$PATCH_SCAN" "$copy")
}

# patches_take_stdin: a patch that is given as - is read from standard input, once. A run that begins again finds it there.
patches_take_stdin() {
	local i
	for i in "${!PATCHES[@]}"; do
		if [[ ${PATCHES[i]} != - ]]; then continue; fi
		PATCHES[i]=$WORK/stdin
		cat >"${PATCHES[i]}"
		exec <"${PATCHES[i]}"
	done
}
