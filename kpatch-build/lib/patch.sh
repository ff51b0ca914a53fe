# shellcheck shell=bash
# Stage 2: what the patches change, and a view of the source with that in it.
#
# The patches are not applied to the view, nor to the source, but to copies of the files that they name, in a directory of their
# own (2-tree/unnumbered). What has come out there is compared with the source, file by file: that is what the patches
# change, whatever they say, and just that goes into the view. Parts that are not for this kernel (other machines, documentation)
# are left out of the application itself.

PATCHED_FILES=()        # files that the patches change or add and that get compiled, relative
BUILD_FILES=()          # Makefiles and Kconfig files that they change
declare -A PATCH_CLASS=()   # each file that a patch names: take, out, or why it is refused, with the rule in brackets
PATCH_COPIES=()         # of each patch file: the copy that is read, in 2-tree/patches
PATCH_LEVELS=()         # how many components of its names are stripped
PATCH_CONTEXTS=()       # how many lines of context it has
PATCH_APPLIES=()        # how it applies: exact, offset (at other lines than it says), fuzz; already (the target has the change), absent (a
                        # file of it is not in the source), no
PATCH_LETTERS=()        # numbers of those that are a mail without a change
PATCH_NUMBERS=()        # the numbers 0 1 2 ... of the patches

patch_apply() {
	local i what
	PATCHED_FILES=() BUILD_FILES=() PATCH_COPIES=() PATCH_LEVELS=() PATCH_CONTEXTS=() PATCH_APPLIES=() PATCH_LETTERS=() PATCH_CLASS=()
	mkdir -p "$WORK"/2-tree/{patches,numbered}
	# shellcheck disable=SC2153
	PATCH_NUMBERS=("${!PATCHES[@]}")
	patch_read_all
	source_check_files "${!PATCH_CLASS[@]}"
	patch_fetch "$WORK/2-tree/unnumbered"
	for i in "${PATCH_NUMBERS[@]}"; do patch_apply_one "$i"; done
	hunks_leave_out
	patch_results
	hunks_list
	patch_number_lines
	code view "$WORK/2-tree/numbered" "${PATCHED_FILES[@]}" "${BUILD_FILES[@]}"
	what="${#PATCHED_FILES[@]} source file(s) changed"
	if ((${#BUILD_FILES[@]})); then what+=", ${#BUILD_FILES[@]} build file(s)"; fi
	STAGE_SUMMARY="$((${#PATCHES[@]} - ${#PATCH_LETTERS[@]})) patch(es) apply, $what"
}

# ---- what they name -------------------------------------------------------------------------------------------------

# All that is refused in any of them is told at once, before one is applied.
patch_read_all() {
	local i copy out=() refused="" name notes=()
	SCAN_REFUSED="" SCAN_BARE=() SCAN_OUT=()
	for i in "${PATCH_NUMBERS[@]}"; do
		copy=$WORK/2-tree/patches/$i
		PATCH_COPIES[i]=$copy
		patch_copy "${PATCHES[i]}" "$copy"
		patch_scan "$copy" "${PATCHES[i]}"
		PATCH_CONTEXTS[i]=$PATCH_CONTEXT_LINES
		patch_level "$copy"
		PATCH_LEVELS[i]=$REPLY
		if ! patch_pairs "$copy" "$REPLY"; then
			if [[ $SCAN_REFUSED ]]; then continue; fi
			if ! patch_has_nothing "$i" || ! patch_is_letter "$copy"; then patch_unreadable "$i"; fi
			PATCH_LETTERS+=("$i")
			: >"$copy.take"
			notes+=("${PATCHES[i]##*/}: a mail without a change, such as a cover letter")
			continue
		fi
		case ${PATCH_LEVELS[i]} in
		0) notes+=("${PATCHES[i]##*/}: its file names fit the source as they are (-p0), so no path component was stripped") ;;
		2) notes+=("${PATCHES[i]##*/}: its file names fit the source without their first two path components (-p2)") ;;
		esac
		patch_classify "$i"
	done
	patch_refuse_bare
	if [[ ! $SCAN_REFUSED ]] && ((${#PATCH_LETTERS[@]} == ${#PATCHES[@]})); then patch_unreadable 0; fi
	for name in "${SCAN_OUT[@]}"; do
		name=${name#*/}
		patch_class "$name"
		if [[ $REPLY == out ]]; then PATCH_CLASS[$name]=out; else PATCH_CLASS[$name]="binary data that the patch does not have [binary-data]"; fi
	done
	patch_class_conflicts
	code names
	for name in "${!PATCH_CLASS[@]}"; do
		case ${PATCH_CLASS[$name]} in
		take) ;;
		out) out+=("$name") ;;
		*) refused+=$'\n'"    ${name@Q}: ${PATCH_CLASS[$name]}" ;;
		esac
	done
	refused=$(sort <<<"$refused" | sed "s/^    '\([^']*\)': /    \1: /")
	if [[ $refused$SCAN_REFUSED ]]; then refuse "" "the patch can't be livepatched:$refused$SCAN_REFUSED"; fi
	for name in "${notes[@]}"; do note "$name"; done
	patch_note_out "not part of this kernel's code" "$PATCH_PROGRAMS" -v "${out[@]}"
	patch_note_out "part of the programs that build a kernel; the target's own programs are used" "$PATCH_PROGRAMS" "" "${out[@]}"
}

# Programs that the kernel's build makes and runs
readonly PATCH_PROGRAMS="^tools/(objtool|lib|include|build|scripts|$ARCH_DIR|bpf/resolve_btfids)/"

# patch_note_out WHAT REGEXP OPTION NAME...: that those of the names that grep OPTION REGEXP takes are left out
patch_note_out() {
	local names
	{ printf '%s\n' "${@:4}" | grep -E ${3:+"$3"} -- "$2" || true; } | sort | mapfile -t names
	if ((${#names[@]} == 0)) || [[ -z ${names[0]} ]]; then return; fi
	printf '%q\n' "${names[@]}" | mapfile -t names
	note "left out, $1: ${names[*]}"
}

# patch_has_nothing NUMBER: did git apply find no part in it, and no other fault?
patch_has_nothing() { ! grep -qvE 'No valid patches in input|unrecognized input' "$WORK/2-tree/patches/$1.log"; }

patch_unreadable() {
	local name=${PATCHES[$1]##*/}
	if patch_has_nothing "$1"; then
		finish "$EXIT_NOT_APPLIED" "error: $name: no change to any file found; is it a patch in unified format (diff -u)?"
	fi
	finish "$EXIT_NOT_APPLIED" "error: $name can't be read as a patch:"$'\n'"$(sed -nE '
		/No valid patches in input|unrecognized input/d
		s/^(error: )?(git apply: )?//
		s/^corrupt binary patch at line ([0-9]+).*/line \1: binary data that is damaged/
		s/^bad git-diff - inconsistent (old|new) filename on line [0-9]+/the head of a part names two files; is the line "diff --git" of the second one lost?/
		s/^/    /p' "$WORK/2-tree/patches/$1.log" | sed -n '1,5p')"
}

# patch_classify NUMBER: decide for each file that this patch names, PAIR_OLD and PAIR_NEW, and list in patches/NUMBER.take what is
# applied, by the name before and the one after
patch_classify() {
	local i old new copy=$WORK/2-tree/patches/$1 level=${PATCH_LEVELS[$1]}
	: >"$copy.take"
	for i in "${!PAIR_NEW[@]}"; do
		old=${PAIR_OLD[i]} new=${PAIR_NEW[i]}
		patch_class "$new"
		if [[ $REPLY == take ]] && ((PAIR_BINARY[i])); then REPLY="changed by binary data, which can't be livepatched [binary-data]"; fi
		PATCH_CLASS[$new]=$REPLY
		if [[ $REPLY == take ]]; then printf '%s\t%s\n' "$old" "$new" >>"$copy.take"; fi
		if [[ $old == "$new" ]]; then continue; fi
		# Its new name decides whether git apply leaves a part out.
		if [[ $REPLY == out ]]; then
			patch_class "$old"
			if [[ $REPLY == take ]]; then REPLY="removing or renaming a file can't be livepatched [file-removed]"; fi
			PATCH_CLASS[$old]=$REPLY
		else
			patch_class "$old"
			PATCH_CLASS[$old]=$REPLY
		fi
	done
	patch_links "$copy" "$level"
}

# A name can't be a file and a directory: not in one patch after another either, for where it ends is all that a livepatch can have.
patch_class_conflicts() {
	local name dir
	for name in "${!PATCH_CLASS[@]}"; do
		if [[ ${PATCH_CLASS[$name]} != take ]]; then continue; fi
		dir=$name
		while [[ $dir == */* ]]; do
			dir=${dir%/*}
			if [[ ${PATCH_CLASS[$dir]:-out} != out ]]; then PATCH_CLASS[$name]="the patch has $dir as a file, too [file-path]"; fi
		done
	done
}

# patch_links COPY LEVEL: links and submodules (modes 120000 and 160000), which the list names in a form for people. A name that
# would be misread there was refused above.
patch_links() {
	local line name
	patch_git "-p$2" --summary -- "$1" >"$1.summary" 2>/dev/null
	while IFS= read -r line; do
		if [[ ! $line =~ ^\ (create|delete|mode\ change)\ .*\ ?1[26]0000\  ]]; then continue; fi
		name=${line#*1[26]0000 }
		if [[ $line == " mode change "* ]]; then name=${line#* => ?????? }; fi
		patch_class "$name"
		if [[ $REPLY != out ]]; then PATCH_CLASS[$name]="the patch makes, changes or removes a symbolic link or submodule there [symbolic-link]"; fi
	done <"$1.summary"
}

# patch_class NAME -> REPLY: take; out, not for this kernel; or why it is refused, with the rule in brackets
patch_class() {
	local name=$1 part dir=$TARGET_SOURCE parts
	REPLY=""
	if [[ $name == *[[:cntrl:]]* ]]; then REPLY="a name with control characters [file-path]"; return; fi
	# (Names of the work directory are longer by a few letters, and the kernel's longest path has 80.)
	if ((${#name} > 500)) || [[ $name =~ [^/]{200} ]]; then REPLY="a name that is too long [file-path]"; return; fi
	case /$name/ in
	*/../* | */./* | *//*)
		REPLY="a path with a component that is empty, . or ..: make the patch with plain names [file-path]"
		if [[ $name == /* || $(realpath -ms -- "/source/$name") != /source/* ]]; then REPLY="the path leaves the source tree [file-path]"; fi
		return
		;;
	*/.git/*) REPLY="not a file of the source [file-path]"; return ;;
	esac
	code class "$name"
	if [[ $REPLY ]]; then return; fi
	IFS=/ read -ra parts <<<"$name"
	for part in "${parts[@]}"; do
		dir+=/$part
		if [[ -L $dir ]]; then REPLY="${dir#"$TARGET_SOURCE"/} is a symbolic link in the source [symbolic-link]"; return; fi
		if [[ -f $dir && $dir != "$TARGET_SOURCE/$name" ]]; then REPLY="${dir#"$TARGET_SOURCE"/} is a file of the source, no directory [file-path]"; return; fi
	done
	if [[ -d $dir ]]; then REPLY="a directory of the source [file-path]"; return; fi
	if [[ $name == *[^A-Za-z0-9_.,+@~=/-]* ]]; then REPLY="a name that the kernel's build can't take [file-path]"; return; fi
	case $name in
	Makefile* | */Makefile* | Kbuild | Kbuild.* | */Kbuild* | Kconfig* | */Kconfig*) REPLY=take ;;
	*.S | *.lds | *.lds.h | *.tbl) REPLY="assembly, linker scripts and tables can't be livepatched [file-kind]" ;;
	*.rs) REPLY="Rust code can't be livepatched [file-kind]" ;;
	*.[ch] | *.inc) REPLY=take ;;
	*) REPLY="this kind of file is not known to be compiled [file-kind]" ;;
	esac
}

# patch_class_text NAME -> REPLY: out, if it is a text that nothing is made of
patch_class_text() {
	REPLY=""
	case $1 in
	*.dts | *.dtsi | *.dtso)
		# Some are compiled into tests (drivers/of/unittest-data).
		if ! makefiles_speak_of "$1" .dtb; then REPLY=out; fi
		;;
	*.txt | *.rst | *.md | *.yaml | .* | */.* | */README | */TODO)
		# Some are made into C (x86-opcode-map.txt).
		if ! makefiles_speak_of "$1" "${1##*/}"; then REPLY=out; fi
		;;
	esac
}

# makefiles_speak_of NAME WORD: do those of its directory, or above it, other than in a comment?
makefiles_speak_of() {
	local dir=$1 file files=()
	while [[ $dir == */* ]]; do
		dir=${dir%/*}
		for file in "$TARGET_SOURCE/$dir/"{Makefile,Kbuild}; do
			if [[ -f $file ]]; then files+=("$file"); fi
		done
	done
	if ((${#files[@]} == 0)); then return 1; fi
	awk -v word="$2" '!/^[ \t]*#/ && index($0, word) { found = 1 } END { exit !found }' "${files[@]}"
}

# ---- applying them --------------------------------------------------------------------------------------------------

# patch_fetch DIR: copies of what the patches name, as far as the source has it
patch_fetch() {
	local name
	mkdir -p "$1"
	for name in "${!PATCH_CLASS[@]}"; do
		if [[ ! -f $TARGET_SOURCE/$name || -L $TARGET_SOURCE/$name ]]; then continue; fi
		if [[ $name == */* ]]; then mkdir -p -- "$1/${name%/*}"; fi
		cp -- "$TARGET_SOURCE/$name" "$1/$name"
		chmod u+w -- "$1/$name"
	done
}

# patch_apply_one NUMBER: to 2-tree/unnumbered
patch_apply_one() {
	local to=$WORK/2-tree/unnumbered log=${PATCH_COPIES[$1]}.log fuzzy
	PATCH_APPLIES[$1]=exact
	patch_check_offsets "$1" "$to"
	if ! patch_try "$1" "$to" >"$log" 2>&1; then patch_failed "$1"; fi
	fuzzy=$(grep -c '^Context reduced' "$log") || true
	if ((fuzzy)); then PATCH_APPLIES[$1]=fuzz; note "${PATCHES[$1]##*/} applied with fuzz: $fuzzy hunk(s)"; fi
	if [[ -n $(find "$to" ! -type d ! -type f -print -quit) ]]; then die "internal: a patch made something other than a file in $to"; fi
}

# The hunks of a patch that do not fit where they say, as records "file <TAB> line <TAB> how often <TAB> hunk <TAB> where": how often
# what a hunk takes away and has around it stands in the file, 1 as well if it goes to the function that its head names. Arguments: the
# patch, what git apply -v says of it.
# shellcheck disable=SC2016
readonly PATCH_OFFSETS='
	function strip(name, i) { sub(/\t.*/, "", name); for (i = 0; i < level; i++) sub(/^[^\/]*\/+/, "", name); return name }
	function read_file(name, line) { have = 0; while ((getline line < (dir "/" name)) > 0) text[++have] = line; close(dir "/" name) }
	function fits(at, i) { for (i = 1; i <= n; i++) if (text[at + i - 1] != before[i]) return 0; return 1 }
	function function_at(at) {
		# (As diff finds it, without labels.)
		for (at--; at > 0; at--) if (text[at] ~ /^[A-Za-z_$]/ && text[at] !~ /^[A-Za-z_0-9]+:[ \t]*($|\/)/) return text[at]
		return ""
	}
	function judge(at, i, often, head) {
		if (!((file, hunk) in offset)) return
		read_file(file)
		at = start + offset[file, hunk]
		for (i = 1; i + n - 1 <= have; i++) often += fits(i)
		if (often > 1 && where != "" && substr(function_at(at), 1, length(where)) == where) often = 1
		print file "\t" at "\t" often + 0 "\t" head_of_hunk "\t" where
	}
	NR == FNR && /^Checking patch .*\.\.\.$/ { name = $0; sub(/^Checking patch /, "", name); sub(/\.\.\.$/, "", name); next }
	NR == FNR && match($0, /^Hunk #[0-9]+ succeeded at [0-9]+ \(offset -?[0-9]+ lines?\)/) {
		number = $2; sub(/#/, "", number)
		by = $0; sub(/.*\(offset /, "", by); sub(/ lines?\).*/, "", by)
		offset[name, number] = by
		next
	}
	NR == FNR { next }
	left_old <= 0 && left_new <= 0 && /^\+\+\+ / { file = strip(substr($0, 5)); hunk = 0; next }
	left_old <= 0 && left_new <= 0 && match($0, /^@@ -[0-9]+(,[0-9]+)? \+[0-9]+(,[0-9]+)? @@/) {
		head_of_hunk = substr($0, 1, RLENGTH); where = substr($0, RLENGTH + 2); n = 0; hunk++
		split(head_of_hunk, part, /[-+ ]+/)
		start = part[2]; sub(/,.*/, "", start)
		left_old = part[2] ~ /,/ ? substr(part[2], index(part[2], ",") + 1) : 1
		left_new = part[3] ~ /,/ ? substr(part[3], index(part[3], ",") + 1) : 1
		next
	}
	left_old > 0 || left_new > 0 {
		if (/^[ -]/ || $0 == "") { before[++n] = substr($0, 2); left_old-- }
		if (/^[ +]/ || $0 == "") left_new--
		if (left_old <= 0 && left_new <= 0) judge()
	}'

# patch_check_offsets NUMBER DIR: a hunk that fits elsewhere than it says is told, as one that fits nearly is. Where it fits at several
# places, the nearest one need not be the right one: another function of the same lines would be changed.
patch_check_offsets() {
	local copy=${PATCH_COPIES[$1]} dir=$2 name=${PATCHES[$1]##*/} where hunk file line often moved=0 unsure=""
	if ! patch_try "$1" "$dir" --check -v >"$copy.check" 2>&1 || ! grep -q '(offset ' "$copy.check"; then return 0; fi
	awk -v dir="$dir" -v level="${PATCH_LEVELS[$1]}" "$PATCH_OFFSETS" "$copy.check" "$copy" | while IFS=$'\t' read -r file line often hunk where; do
		moved=$((moved + 1))
		if ((often > 1)); then
			unsure+=$'\n'"    $file: $hunk${where:+ $where}: its lines occur $often times, the nearest at line $line"
		fi
	done
	if [[ $unsure ]]; then
		PATCH_APPLIES[$1]=no
		finish "$EXIT_NOT_APPLIED" "error: $name does not fit the source of $TARGET_RELEASE where it says, and where it belongs is not sure:$unsure"$'\n'"    make the patch against this source, or with more context (diff -U10)"
	fi
	if ((moved)); then PATCH_APPLIES[$1]=offset; note "$name applied at other lines than it says: $moved hunk(s)"; fi
}

# patch_try NUMBER DIR [OPTION...]: git apply there, of what is not left out. Git's -C says how many lines of context have to fit, so
# --fuzz counts from the most that the patch has; one line always has to. Backwards (-R), parts go by the name before the patch.
patch_try() {
	local copy=${PATCH_COPIES[$1]} dir=$2 options=("-p${PATCH_LEVELS[$1]}") old new least=$((PATCH_CONTEXTS[$1] - OPT_FUZZ))
	shift 2
	if [[ ! -s $copy.take ]]; then return 0; fi
	if ((OPT_FUZZ)); then options+=("-C$((least > 1 ? least : 1))"); fi
	while IFS=$'\t' read -r old new; do
		if [[ ${1:-} == -R ]]; then options+=("--include=$old"); else options+=("--include=$new"); fi
	done <"$copy.take"
	(cd -- "$dir" && patch_git "${options[@]}" "$@" -- "$copy")
}

# patch_failed NUMBER: say why, as well as it can be told
patch_failed() {
	local number=$1 copy=${PATCH_COPIES[$1]} name=${PATCHES[$1]##*/} why=""
	local now=$WORK/2-tree/unnumbered source=$WORK/2-tree/source
	PATCH_APPLIES[number]=no
	patch_fetch "$source"
	if patch_checks "$number" "$source" -R; then
		PATCH_APPLIES[number]=already
		why="    the target has this change already (the patch applies in reverse)"
	else
		patch_failed_order "$number" "$source"; why=$REPLY
	fi
	if [[ -z $why ]]; then
		patch_failed_parts "$number" "$source"; why=$REPLY
		if ((OPT_FUZZ < 2)) && OPT_FUZZ=2 patch_checks "$number" "$now"; then
			why+="    it would apply with differing context: look at that place, then use --fuzz 2 or refresh the patch"
		elif awk "$PATCH_SCAN" "$copy" | grep -q '^whole-file'; then
			why+="    it has a hunk without context, which would have to be the whole file: make the patch with context (diff -U3)"
		fi
	fi
	while [[ $why == *$'\n' ]]; do why=${why%$'\n'}; done
	finish "$EXIT_NOT_APPLIED" "error: $name does not apply to the source of $TARGET_RELEASE${TARGET_VERSION:+ ($TARGET_VERSION)}:"$'\n'"$why"
}

# patch_checks NUMBER DIR [-R]
patch_checks() { patch_try "$@" --check >/dev/null 2>&1; }

# patch_failed_order NUMBER SOURCE -> REPLY: is it the order of the patches, or one that is given twice?
patch_failed_order() {
	local number=$1 source=$2 i now=$WORK/2-tree/unnumbered try=$WORK/2-tree/try
	REPLY=""
	for ((i = 0; i < number; i++)); do
		if cmp -s -- "${PATCH_COPIES[i]}" "${PATCH_COPIES[number]}"; then
			REPLY="    it is the same patch as ${PATCHES[i]##*/}, which was applied before it: give it once"
			return
		fi
	done
	for ((i = number + 1; i < ${#PATCHES[@]}; i++)); do
		rm -rf "$try"
		cp -r -- "$now" "$try"
		if patch_try "$i" "$try" >/dev/null 2>&1 && patch_checks "$number" "$try"; then
			REPLY="    it applies after ${PATCHES[i]##*/}: give the patches in that order"
			return
		fi
	done
	if ((number == 0)); then return; fi
	if patch_checks "$number" "$now" -R; then
		REPLY="    the patches before it make this change already"
	elif patch_checks "$number" "$source"; then
		REPLY="    it applies to the source alone, but not after the patches before it, which change the same lines"
	fi
}

# What git apply --reject -v says of the parts that do not fit, in our words. It rejects hunks one by one; a part that it does not take
# as a whole, it drops.
# shellcheck disable=SC2016
readonly PATCH_REJECTS='
	function say(what) { if (!said[file, what]++) print "    " file ": " what }
	function names(pattern,   text) {
		text = $0
		if (!sub(pattern, "", text)) return 0
		sub(/^(error: |Applying patch |Checking patch )/, "", text)
		file = text
		return 1
	}
	names(" with [0-9]+ rejects?\\.\\.\\.$") { next }
	/^Rejected hunk #[0-9]+\.$/ { gsub(/^Rejected |\.$/, ""); say($0 " does not fit") }
	/^error: removal patch leaves file contents$/ { removal = 1 }
	!/^error: / { next }
	names(": already exists in working directory$") { say("the patch adds it, but there is such a file already") }
	names(": wrong type$") { say("the patch has it as another kind of file than it is") }
	names(": patch does not apply$") {
		say(removal ? "the patch removes it, but the file has other contents than the patch says" : "its part does not fit")
		removal = 0
	}'

# patch_failed_parts NUMBER SOURCE -> REPLY: lines that tell which hunks do not fit, and which files have theirs already
patch_failed_parts() {
	local number=$1 copy=${PATCH_COPIES[$1]} source=$2 file part try=$WORK/2-tree/try lost=() told=""
	rm -rf "$try"
	cp -r -- "$WORK/2-tree/unnumbered" "$try"
	patch_try "$number" "$try" --reject -v >"$copy.log" 2>&1 || true
	sed -n 's/^error: \(.*\): No such file or directory$/\1/p' "$copy.log" | sort -u | mapfile -t lost
	if ((${#lost[@]})); then PATCH_APPLIES[number]=absent; fi
	for file in "${lost[@]}"; do told+="    the patch changes $file, which the source of $TARGET_RELEASE does not have"$'\n'; done
	cp -- "$copy.take" "$copy.all"
	while IFS= read -r part; do
		printf '%s\n' "$part" >"$copy.take"
		if patch_checks "$number" "$source" -R; then told+="    ${part#*$'\t'}: the target has this change already"$'\n'; fi
	done <"$copy.all"
	mv -- "$copy.all" "$copy.take"
	told+=$(
		awk "$PATCH_REJECTS" "$copy.log"
		awk -v same_hunks=1 "$PATCH_SCAN" "$copy" | sed -nE 's/^same-hunk\t[0-9]+\t([0-9]+)\t([0-9]+)$/    line \1 of the patch has the hunk of line \2 again/p'
	)
	if [[ -z $told ]]; then told="    git apply does not take it: $(sed -n 's/^error: //p' "$copy.log" | head -n 1)"; fi
	REPLY=$told$'\n'
}

# ---- what came of it ------------------------------------------------------------------------------------------------

# patch_results: PATCHED_FILES and BUILD_FILES are what differs from the source
patch_results() {
	local to=$WORK/2-tree/unnumbered name refused="" same=() names
	printf '%s\n' "${!PATCH_CLASS[@]}" | sort | mapfile -t names
	patch_results_listed
	for name in "${names[@]}"; do
		if [[ ${PATCH_CLASS[$name]} != take ]]; then continue; fi
		if [[ ! -f $to/$name && ! -f $TARGET_SOURCE/$name ]]; then continue; fi
		if [[ ! -f $to/$name || ! -s $to/$name && -s $TARGET_SOURCE/$name ]]; then
			case $name in
			*.h | *.inc) refused+=$'\n'"    $name: a removed header; leave it in place, unused" ;;
			*.c) refused+=$'\n'"    $name: removing or renaming a source file can't be livepatched" ;;
			*) refused+=$'\n'"    $name: a Makefile or Kconfig that goes away changes how the kernel is built" ;;
			esac
		elif cmp -s -- "$to/$name" "$TARGET_SOURCE/$name"; then
			same+=("$name")
		else
			case $name in
			*.[ch] | *.inc) PATCHED_FILES+=("$name") ;;
			*) BUILD_FILES+=("$name") ;;
			esac
		fi
	done
	if [[ $refused ]]; then refuse file-removed "the patch can't be livepatched:$refused"; fi
	if ((${#same[@]} && ${#PATCHED_FILES[@]})); then note "the contents do not change (only the mode does, or another part undoes the change): ${same[*]}"; fi
	if ((${#PATCHED_FILES[@]} + ${#BUILD_FILES[@]} == 0)); then
		if ((${#WITHOUT_HUNKS[@]})); then refuse nothing-left "nothing is left of the patch without the hunks that are left out"; fi
		if ((${#same[@]})); then finish "$EXIT_UNCHANGED" "nothing changed: the contents of ${same[*]:0:5} stay as they are"; fi
		{ printf '%s\n' "${names[@]}" | grep -E -- "$PATCH_PROGRAMS" || true; } | mapfile -t names
		if ((${#names[@]})); then refuse build-changed "a livepatch can't change how the running kernel was built: ${names[*]}"; fi
		finish "$EXIT_UNCHANGED" "nothing changed: the patch changes no file that is compiled"
	fi
}

# Nothing came out of git apply but what its list has.
patch_results_listed() {
	local to=$WORK/2-tree/unnumbered name
	(cd -- "$to" && find . -type f -printf '%P\0') | while IFS= read -r -d '' name; do
		if [[ -z ${PATCH_CLASS[$name]:-} ]]; then die "internal: git apply wrote a file that it did not list: ${name@Q}"; fi
	done
}

# 2-tree/numbered has them as they go into the view. (2-tree/unnumbered keeps them as the patch made them, for the compiler's messages.)
patch_number_lines() {
	local file from=$WORK/2-tree/unnumbered to=$WORK/2-tree/numbered
	for file in "${PATCHED_FILES[@]}" "${BUILD_FILES[@]}"; do
		if [[ $file == */* ]]; then mkdir -p -- "$to/${file%/*}"; fi
		if [[ $file == *.[ch] || $file == *.inc ]] && [[ -f $TARGET_SOURCE/$file ]]; then
			line_numbers_keep "$TARGET_SOURCE/$file" "$from/$file" >"$to/$file"
		else
			cp -- "$from/$file" "$to/$file"
		fi
	done
}
