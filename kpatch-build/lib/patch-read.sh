# shellcheck shell=bash
# What a patch file says: git apply lists it, and git apply applies what it listed. One parser for both, so that nothing can be
# applied that was not looked at. It takes unified diffs and git's own, at the first column only (a diff quoted in a mail is
# text); for it links, binary data, renames and modes are what they are; and it touches nothing outside its directory.
#
# What it takes for text is not always meant so: patch_scan finds what looks like a part of a patch in it, and names it.

# shellcheck disable=SC2016
PATCH_SCAN='
	function tell(kind, text) { print kind "\t" NR "\t" text }
	# What a mail quotes in its text is told unless its line --- comes before its first part.
	function tell_quote(kind, text) { if (mail == 2) held[++helds] = kind "\t" NR "\t" text; else tell(kind, text) }
	function mail_ends(quoted,   i) {
		if (!quoted) for (i = 1; i <= helds; i++) print held[i]
		mail = helds = 0
	}
	function unified(line) { return line ~ /^@@ -[0-9]+(,[0-9]+)? \+[0-9]+(,[0-9]+)? @@/ }
	function hunk_ends() {
		# With nothing around it git apply has a place for a hunk only where it is the whole file, or at the very end.
		if (lead + trail == 0) {
			if (start > 1 || start == 1 && added_only) tell("no-context", head "\t" name)
			else if (!one_side) tell("whole-file", head)
		}
		if (same_hunks && (name, where, body) in seen) tell("same-hunk", head "\t" seen[name, where, body])
		if (same_hunks) seen[name, where, body] = head
		if (lead > most) most = lead
		if (trail > most) most = trail
		after = 1
	}
	left > 0 || right > 0 {
		if (/^-/) left--
		else if (/^\+/) right--
		else if (/^( |$)/) { left--; right-- }
		else if (!/^\\/) { left = right = 0 }
		if (same_hunks && ++lines < 1000) body = body "\n" $0
		if (/^( |$)/) { trail++; if (!changed) lead++ } else if (/^[-+]/) { changed = 1; trail = 0 }
		if (left <= 0 && right <= 0) hunk_ends()
		if (!/^[^-+ \\]/) next
	}
	{ was_after = after; after = 0 }
	NR == 1 && /^[A-Za-z-]+: / || /^From [^ ]+ +[A-Z][a-z][a-z] [A-Z][a-z][a-z] +[0-9]+ / { mail_ends(0); mail = 1; subject = /^From / }
	mail == 1 && /^Subject:/ { subject = 1 }
	mail == 1 && /^$/ { mail = subject ? 2 : 0 }
	mail == 2 && /^---$/ && before1 !~ /^(< |\\ No newline)/ { mail_ends(1); ed = "" }
	mail && /^(@@|diff |Index: |--- |\+\+\+ )/ { mail_ends(0) }
	unified($0) {
		split($2, a, ","); split($3, b, ",")
		start = substr(a[1], 2) + 0
		left = (a[2] == "" ? 1 : a[2]); right = (b[2] == "" ? 1 : b[2])
		lead = trail = changed = lines = 0
		head = NR; where = $2; body = ""; added_only = left == 0
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
	/^[<>] / && before1 ~ /^[0-9]+(,[0-9]+)?[acd][0-9]+(,[0-9]+)?$/ { tell_quote("normal", before1) }
	/^\.$/ && ed { tell_quote("ed", ed) }
	/^[0-9]+(,[0-9]+)?[aci]$/ { ed = $0 }
	/^diff --git / { git = 1 }
	/^(diff -[^-]|Index: )/ { git = 0 }
	/^Binary files .* differ$/ && !git { name = $0; sub(/^Binary files .* and /, "", name); sub(/ differ$/, "", name); tell("binary", name) }
	/^Only in .*: / { tell("only", $0) }
	/^\+\+\+ / && header == 1 { header = 2; name = substr($0, 5) }
	/^--- / { one_side = 0 }
	/^(---|\+\+\+) (\/dev\/null|.*[ \t](1970-01-01|1969-12-31) )/ { one_side = 1 }
	/^--- / { header = 1 }
	!/^(---|\+\+\+) / { header = 0 }
	{ before2 = before1; before1 = $0 }
	END {
		mail_ends(0)
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
			if [[ /$name/ != */./* && /$name/ != */../* ]] && [[ -f $TARGET_SOURCE/$name || ${PATCH_CLASS[$name]:-} ]]; then there[level]=1; fi
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

# patch_scan COPY NAME: PATCH_CONTEXT_LINES of it; SCAN_REFUSED gets a line for each part that git apply would pass over as text,
# SCAN_BARE "copy<TAB>name<TAB>line<TAB>file" for each hunk that it has no sure place for, SCAN_OUT the names of binary files that differ
patch_scan() {
	local copy=$1 what=${2##*/} kind line text why
	PATCH_CONTEXT_LINES=3
	awk "$PATCH_SCAN" "$copy" | while IFS=$'\t' read -r kind line text; do
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
		no-context) SCAN_BARE+=("$copy"$'\t'"$what"$'\t'"$text") ;;
		binary) SCAN_OUT+=("$text") ;;
		only) note "$what line $line: '$text': the patch does not have this file (diff -N would have put it in)" ;;
		esac
		if [[ $why ]]; then SCAN_REFUSED+=$'\n'"    $what line $line: $why [patch-form]"; fi
	done
}

# Those of SCAN_BARE whose files are not left out, to SCAN_REFUSED: once for each patch, with the line of the first. The patches'
# files are known.
patch_refuse_bare() {
	local record copy what line file strip
	local -A places=() counts=()
	for record in "${SCAN_BARE[@]}"; do
		IFS=$'\t' read -r copy what line file _ <<<"$record"
		for ((strip = PATCH_LEVELS[${copy##*/}]; strip; strip--)); do file=${file#*/}; done
		if [[ ${PATCH_CLASS[$file]:-} == out ]]; then continue; fi
		: "${places[$copy]:=$what line $line}"
		counts[$copy]=$((${counts[$copy]:-0} + 1))
	done
	for copy in "${PATCH_COPIES[@]}"; do
		if [[ ! ${counts[$copy]:-} ]]; then continue; fi
		SCAN_REFUSED+=$'\n'"    ${places[$copy]}: ${counts[$copy]} hunk(s) without a line of context (diff -U0), for which any place would do; make the patch with context (diff -U3) [patch-form]"
	done
}

# patch_is_letter COPY: is it a mail that has no change to carry, as a series' cover letter? A mail whose change can't be seen, for
# it is encoded, an attachment or quoted, or came without what its list of files announces, is none.
patch_is_letter() {
	awk '
		NR == 1 && !/^(From [0-9a-f]+ |[A-Za-z-]+: )/ { exit }
		NR == 1 && /^From / { mail = 1 }
		/^$/ { body = 1 }
		!body && /^Subject:/ { mail = 1; if (/[[ ]0+\/[0-9]+\]/) cover = 1 }
		!body && tolower($0) ~ /^content-(transfer-encoding: *base64|type: *multipart)/ { lost = 1 }
		# (A cover letter may have what changed since its last version, indented.)
		body && (/^---$/ || /^[> \t]+(diff --git |--- |\+\+\+ |@@ -)/) { part = 1 }
		END { exit !(mail && !lost && (cover || !part)) }' "$1"
}

# patches_take_stdin: a patch that is given as - is read from standard input, once. A run that begins again finds it there.
patches_take_stdin() {
	local i
	for i in "${!PATCHES[@]}"; do
		if [[ ${PATCHES[i]} != - ]]; then continue; fi
		PATCHES[i]=$WORK/stdin
		wait_for cat >"${PATCHES[i]}"
		exec <"${PATCHES[i]}"
	done
}
