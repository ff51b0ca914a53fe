# shellcheck shell=bash
# --suggest: for changed initial values that are refused, the patch that writes them from callbacks. What is to be written where is told
# by create-diff-object (records `variable`, `value`, `no-values`); this makes C of it, at the end of the file where the variable is,
# where all that it needs has been declared. The author reads it, and gives it as one more patch.
#
# The initial value must not be in that build again. Where its hunk changes nothing else, that is done by --without data-changed;
# else the callback's patch has KPATCH_IGNORE_SECTION for the section of the variable, if it has one of its own.

declare -A SUGGEST_ALONE=()     # "OBJECT VARIABLE" -> 1: its hunk can be left out by --without

# suggest_callbacks: of all objects, what can be written from callbacks, as a patch; and of the rest why it can't
suggest_callbacks() {
	local object other dir=$WORK/6-diff/suggest out mains=()
	local -A main=() others=()
	rm -rf -- "$dir"
	mkdir -p -- "$dir"
	suggest_tell_rest
	for object in "${OBJECTS[@]}"; do
		if ! suggest_records "$object" variable | grep -q .; then continue; fi
		if ! suggest_file "$object"; then
			note "--suggest: $object: the source has no file ${object%.o}.c to put a callback into"
			continue
		fi
		if [[ ${main["${MODULE[$object]}"]:-} ]]; then
			others["${MODULE[$object]}"]+=" $object"
		else
			main["${MODULE[$object]}"]=$object
			mains+=("$object")
		fi
	done
	if ((${#mains[@]} == 0)); then note "--suggest: there is nothing that a callback could simply write"; return 0; fi
	out=$dir/callback
	: >"$out"
	for object in "${mains[@]}"; do
		# shellcheck disable=SC2086
		suggest_object "$object" "$object" ${others["${MODULE[$object]}"]:-} >>"$out"
		# shellcheck disable=SC2086
		for other in ${others["${MODULE[$object]}"]:-}; do suggest_object "$other" "$object" >>"$out"; done
	done
	suggest_deliver "$out"
}

# suggest_records OBJECT KIND: these records of its report
suggest_records() { awk -F '\t' -v kind="$2" '$1 == kind' "$WORK/6-diff/${1%.o}.report"; }

# suggest_file OBJECT -> REPLY: its source as the patch leaves it
suggest_file() {
	for REPLY in "$WORK/2-tree/unnumbered/${1%.o}.c" "$TARGET_SOURCE/${1%.o}.c"; do
		if [[ -f $REPLY ]]; then return 0; fi
	done
	return 1
}

# Why a change is no plain write, by the word of the record
declare -Ar SUGGEST_WHY=(
	[size]="it has another size, and the running kernel has no more room for it"
	[section]="it stands in another section"
	[alignment]="it would have to stand elsewhere"
	[read-only]="the running kernel can't write to it (const or __ro_after_init); change its readers"
	[per-cpu]="each processor has one of its own; write to all of them (for_each_possible_cpu()), with a look at who may be writing"
	[static-local]="it is a static variable of a function, which a callback can't name; write to it in that function, or move what you need"
	[code-switch]="the kernel keeps instructions in step with it; use static_branch_enable() and the like"
	[const-member]="the source has it as const"
	[relocation]="it has a reference that is no pointer by itself"
	[nameless]="it refers to what C has no name for (a compound literal, a static variable of a function)"
	[no-type]="the debug information does not tell its type"
	[many]="it differs in more than 64 places, which makes it another table"
)

# suggest_tell_rest: a note for each variable that differs by more than values
suggest_tell_rest() {
	local object name why
	for object in "${OBJECTS[@]}"; do
		suggest_records "$object" no-values | while IFS=$'\t' read -r _ name why; do
			note "--suggest: $object: $name can't be written from a callback: ${SUGGEST_WHY[$why]:-$why}"
		done
	done
}

# ---- the C of it -----------------------------------------------------------------------------------------------------

# From records `value` the bodies of functions, one at a time (part): declare, check, write, restore, and write-late, restore-early for
# pointers into the livepatch. stem: for names.
# shellcheck disable=SC2016
readonly SUGGEST_PROGRAM='
	BEGIN { FS = "\t" }
	$1 != "value" { next }
	{
		n++
		name = $2; form = $6; late = $9 == "livepatch"
		place = $3 == "-" ? name " at byte " $4 : $3
		saved = stem "_before_" n; text = stem "_text_" n
		keeps = $7 == "unknown" || $7 ~ /^string:/
		new_text = $8 ~ /^string:/
		now = new_text ? "(void *)" text : expression($8)
		before = keeps ? saved : expression($7)
		if (form == "bytes") {
			at = "(u8 *)&" name " + " $4
			is_old = "!memcmp(" at ", " before ", " $5 ")"; is_new = "!memcmp(" at ", " now ", " $5 ")"
			set_new = "memcpy(" at ", " now ", " $5 ")"; set_old = "memcpy(" at ", " before ", " $5 ")"
			not_old = substr(is_old, 2); not_new = substr(is_new, 2)
		} else {
			read = form == "bits" ? place : "READ_ONCE(" place ")"
			not_old = read " != " before; not_new = read " != " now
			is_new = read " == " now
			set_new = form == "bits" ? place " = " now : "WRITE_ONCE(" place ", " now ")"
			set_old = form == "bits" ? place " = " before : "WRITE_ONCE(" place ", " before ")"
			if ($7 ~ /^string:/) not_old = "(!" read " || strcmp(" read ", " substr($7, 8) "))"
		}
		if (part == "declare") {
			if (keeps) print "static typeof(" place ") " saved ";"
			if (new_text) print "static const char " text "[] = " substr($8, 8) ";"
		} else if (part == "check") {
			if ($7 == "unknown") next
			print "\tif (" not_old (late ? "" : " && " not_new) ")"
			print "\t\treturn " stem "_refuse(\"" place "\");"
		} else if (part == (late ? "write-late" : "write")) {
			if (keeps) print "\t" saved " = " read ";"
			print "\t" set_new ";"
		} else if (part == (late ? "restore-early" : "restore")) {
			print "\tif (" is_new ")"
			print "\t\t" set_old ";"
		}
	}
	# A value of the records, as C has it
	function expression(value,   offset) {
		if (form == "bytes") { gsub(/../, "\\x&", value); return "\"" value "\"" }
		if (value == "null") return form == "number" ? "0" : "NULL"
		if (value ~ /^address:/) return form == "number" ? substr(value, 9) : "(void *)" substr(value, 9) "UL"
		if (value !~ /^symbol:/) return value
		match(value, /[+-][0-9]+$/)
		offset = substr(value, RSTART) + 0
		value = substr(value, 8, RSTART - 8)
		if (form == "entry") return value
		if (form == "number") return "(unsigned long)&" value (offset ? sprintf(" %s %d", offset < 0 ? "-" : "+", offset < 0 ? -offset : offset) : "")
		return offset ? sprintf("(void *)((char *)&%s %s %d)", value, offset < 0 ? "-" : "+", offset < 0 ? -offset : offset) : "(void *)&" value
	}'

# suggest_part OBJECT PART STEM: one of the bodies
suggest_part() { suggest_records "$1" value | awk -v part="$2" -v stem="$3" "$SUGGEST_PROGRAM"; }

# suggest_stem OBJECT -> REPLY: what its functions' names begin with
suggest_stem() { REPLY=${1%.o}; REPLY=suggested_${REPLY//[^A-Za-z0-9]/_}; }

# suggest_function DECLARATION BODY END...: a function
suggest_function() {
	local line
	printf '%s\n{\n' "$1"
	if [[ $2 ]]; then printf '%s\n' "$2"; fi
	for line in "${@:3}"; do printf '\t%s\n' "$line"; done
	printf '}\n'
}

# suggest_comment RECORDS: what the author has to think of
suggest_comment() {
	cat <<-'EOF'
		/*
		 * Made by kpatch-build --suggest: the running kernel's data gets what the patch has as initial values. To
		 * be reviewed:
		 *
		 * - Who has used an old value goes on with what followed from it: a copy, memory of that size.
		 * - Each number or pointer is written at once, but not all of them together.
	EOF
	if awk -F '\t' '$6 == "bits" || $6 == "bytes" { found = 1 } END { exit !found }' <<<"$1"; then
		cat <<-'EOF'
			 * - Bit-fields, and bytes that are copied, are not even written at once: nobody else may read or write them
			 *   meanwhile, nor what shares a word with a bit-field.
		EOF
	fi
	cat <<-'EOF'
		 * - What is neither the old nor the new value was set by somebody else, an operator or another livepatch. Then
		 *   this one is not loaded (-EBUSY), for its fix would not be in force. Where the value is an operator's
		 *   choice (a sysctl), take the check out, and write only over the old value.
		 * - What is the new value already was written by an earlier version, which this livepatch replaces: the
		 *   callbacks of that one are not called.
		 * - When the livepatch goes, what is still as it was written gets the old value again.
	EOF
	if awk -F '\t' '$9 == "livepatch" { found = 1 } END { exit !found }' <<<"$1"; then
		cat <<-'EOF'
			 * - Pointers into the livepatch are written when all tasks run new code, and taken back before they go on to
			 *   old code. A task may be in such a function even after that: the kernel watches only those that replace
			 *   others. So the livepatch is made to stay, until you have judged that (--accept address-kept). A newer
			 *   version does not know the address that this one wrote, and is loaded after this one was disabled.
		EOF
	fi
	if awk -F '\t' '$7 == "unknown" { found = 1 } END { exit !found }' <<<"$1"; then
		cat <<-'EOF'
			 * - What is kept in a _before_ had a value that has no name here: whatever is found is put back, unchecked.
		EOF
	fi
	echo ' */'
}

# suggest_code OBJECT FIRST OTHER...: the C for its file. It has the callbacks, and calls what the OTHER objects have; unless FIRST is another
# object, which calls this one.
suggest_code() {
	local object=$1 first=$2 stem other records lines
	shift 2
	suggest_stem "$object"; stem=$REPLY
	records=$(for other in "$object" "$@"; do suggest_records "$other" value; done)
	echo
	if [[ $first == "$object" ]]; then suggest_comment "$records"; else echo "/* Made by kpatch-build --suggest: called by the callbacks of ${first%.o}.c, which see. */"; fi
	echo '#include "kpatch-macros.h"'
	echo
	suggest_ignored "$object"
	lines=$(suggest_part "$object" declare "$stem")
	if [[ $lines ]]; then printf '%s\n\n' "$lines"; fi
	lines=$(suggest_part "$object" check "$stem")
	if [[ $lines ]]; then
		# (The log of a livepatch that loads has no "error" or "failed".)
		suggest_function "static int ${stem}_refuse(const char *what)" "" \
			'pr_err("livepatch: %s is not what the kernel began with\n", what);' 'return -EBUSY;'
		echo
	fi
	if [[ $first == "$object" ]]; then suggest_callbacks_of "$object" "$stem" "$lines" "$@"; else suggest_functions_of "$object" "$stem" "$lines"; fi
}

# suggest_functions_of OBJECT STEM CHECKS: for the callbacks of another file
suggest_functions_of() {
	local object=$1 stem=$2 part
	suggest_declarations "$stem" "$object"
	echo
	suggest_function "int ${stem}_check(void)" "$3" 'return 0;'
	for part in write restore write-late restore-early; do
		suggest_has_part "$object" "$part" || continue
		echo
		suggest_function "void ${stem}_${part/-/_}(void)" "$(suggest_part "$object" "$part" "$stem")"
	done
}

# suggest_has_part OBJECT PART: has it something to do then?
suggest_has_part() { suggest_part "$1" "$2" x | grep -q .; }

# suggest_declarations STEM OBJECT: of what suggest_functions_of() makes
suggest_declarations() {
	local part
	echo "int ${1}_check(void);"
	for part in write restore write-late restore-early; do
		if suggest_has_part "$2" "$part"; then echo "void ${1}_${part/-/_}(void);"; fi
	done
}

# suggest_callbacks_of OBJECT STEM CHECKS OTHER...
suggest_callbacks_of() {
	local object=$1 stem=$2 checks=$3 other pre late early post
	shift 3
	for other; do
		suggest_stem "$other"
		suggest_declarations "$REPLY" "$other"
		echo
		checks+=${checks:+$'\n'}$'\t'"if (${REPLY}_check())"$'\n\t\treturn -EBUSY;'
	done
	pre=$(suggest_bodies "$object" write "$@")
	if [[ $checks ]]; then pre=$checks${pre:+$'\n'$pre}; fi
	late=$(suggest_bodies "$object" write-late "$@")
	early=$(suggest_bodies "$object" restore-early "$@")
	post=$(suggest_bodies "$object" restore "$@")
	{
		if [[ $pre ]]; then suggest_callback "$stem" pre_patch int "$pre" 'return 0;'; fi
		if [[ $late ]]; then suggest_callback "$stem" post_patch void "$late"; fi
		if [[ $early ]]; then suggest_callback "$stem" pre_unpatch void "$early"; fi
		if [[ $post ]]; then suggest_callback "$stem" post_unpatch void "$post"; fi
	} | sed '1d'
}

# suggest_bodies OBJECT PART OTHER...: its own, and calls of the others' functions
suggest_bodies() {
	local part=$2 other
	suggest_stem "$1"
	suggest_part "$1" "$part" "$REPLY"
	for other in "${@:3}"; do
		suggest_has_part "$other" "$part" || continue
		suggest_stem "$other"
		printf '\t%s_%s();\n' "$REPLY" "${part/-/_}"
	done
}

# suggest_callback STEM KIND TYPE BODY END...: with an empty line before it
suggest_callback() {
	echo
	suggest_function "static $3 ${1}_$2(patch_object *obj)" "$4" "${@:5}"
	printf 'KPATCH_%s_CALLBACK(%s_%s);\n' "${2^^}" "$1" "$2"
}

# ---- doing without the initial values -----------------------------------------------------------------------------------

# suggest_ignored OBJECT: KPATCH_IGNORE_SECTION for its variables that --without can't serve
suggest_ignored() {
	local object=$1 name section found=0
	suggest_records "$object" variable | while IFS=$'\t' read -r _ name section; do
		if [[ ${SUGGEST_ALONE["$object $name"]:-} ]]; then continue; fi
		if [[ $section == - ]]; then
			note "--suggest: $object: $name: its initial value is in a hunk or a section with something else; take it out of the patch by hand"
			continue
		fi
		printf '/* The initial value of %s stays in the source, and out of the livepatch. */\nKPATCH_IGNORE_SECTION("%s");\n' "$name" "$section"
		found=1
	done
	if ((found)); then echo; fi
}

# suggest_find_alone OBJECT FILE BASE WITH: which of its variables have hunks of their own from the source to BASE, also in WITH, which has
# something more at its end
suggest_find_alone() {
	local object=$1 file=$2 name hunk hunks hunk_file alone last="" before after
	suggest_hunks "$file" "$3" | mapfile -t before
	suggest_hunks "$file" "$4" | mapfile -t after
	if ((${#before[@]} && ${#before[@]} == ${#after[@]})); then last=${before[-1]%% +*}; fi
	suggest_records "$object" variable | while IFS=$'\t' read -r _ name _; do
		alone=""
		suggest_records "$object" hunk | awk -F '\t' -v name="$name" '$3 == name { print $4 "\t" $5 }' | mapfile -t hunks
		for hunk in "${hunks[@]}"; do
			hunk_file=${hunk%%$'\t'*} hunk=${hunk#*$'\t'} alone=1
			if [[ $hunk_file != "$file" || ${hunk%% +*} == "$last" ]] || ! suggest_is_single "$file" "$hunk"; then alone=""; break; fi
		done
		# A value without a name is that of what the patch removed, so the old initial value does not compile.
		if suggest_records "$object" value | awk -F '\t' -v name="$name" '$2 == name && $7 == "unknown" { found = 1 } END { exit !found }'; then alone=""; fi
		if [[ $alone ]]; then SUGGEST_ALONE["$object $name"]=1; fi
	done
}

# suggest_is_single FILE HUNK: is all that it changes in one definition?
suggest_is_single() {
	awk -F '\t' -v file="$1" -v hunk="$2" '
		$1 != file || $2 != hunk { next }
		$3 > $4 || (n++ && ($3 != from || $4 != to)) { bad = 1 }
		{ from = $3; to = $4 }
		END { exit bad || !n }' "$WORK/2-tree/hunks"
}

# suggest_hunks FILE WITH: the heads of the hunks from the source to WITH
suggest_hunks() {
	local old=$TARGET_SOURCE/$1
	if [[ ! -f $old ]]; then old=/dev/null; fi
	diff -u -- "$old" "$2" | grep '^@@ ' || true
}

# ---- the patch ---------------------------------------------------------------------------------------------------------

# suggest_object OBJECT FIRST OTHER...: the difference for its file
suggest_object() {
	local object=$1 file=${1%.o}.c base new=$WORK/6-diff/suggest/new.c
	suggest_file "$object"; base=$REPLY
	{ cat -- "$base"; echo "/* more */"; } >"$new"
	suggest_find_alone "$object" "$file" "$base" "$new"
	{ cat -- "$base"; suggest_code "$@"; } >"$new"
	diff -u --label "a/$file" --label "b/$file" -- "$base" "$new" || (($? == 1))
}

# suggest_deliver DIFFERENCES: the patch, beside the module that it is for, unless the author has another one there
suggest_deliver() {
	local to=${PATCHES[0]##*/} patch=$1.patch word args=()
	if [[ $to == - ]]; then to=stdin; fi
	to=${to%.patch}
	to=$OPT_OUTPUT/${to%.diff}-callback.patch
	suggest_options
	{
		echo "Values for the running kernel, instead of initial ones that it does not see. Made by kpatch-build --suggest; to"
		echo "be given after the patch that it was made from, with the options:${REPLIES[*]:+ ${REPLIES[*]}}"
		echo
		cat -- "$1"
	} >"$patch"
	progress_clear
	cat -- "$patch"
	if [[ -e $to ]] && ! cmp -s -- "$patch" "$to"; then
		warn "--suggest: $to is there, and another one, so it was left as it is"
		return 0
	fi
	cp -- "$patch" "$to.new"
	mv -f -- "$to.new" "$to"
	if (cd -- "$WORK/2-tree/unnumbered" && grep -qE '^(KPATCH|KLP)_(PRE|POST)_(UN)?PATCH_CALLBACK' -- "${PATCHED_FILES[@]}"); then
		note "--suggest: the patch has callbacks already, and an object has one of a kind: call what is suggested from them"
	fi
	note "--suggest: $to was written. Read it, then build with it:"
	for word in "${RUN_ARGS[@]}"; do
		if [[ $word != --suggest ]]; then args+=("$word"); fi
	done
	# (A command is not folded.)
	printf '    kpatch-build%s \\\n        %s\n' "$(printf ' %q' "${args[@]}")" "${REPLIES[*]:+${REPLIES[*]} }$(printf %q "$to")" >&2
}

# suggest_options -> REPLIES: what the build with the suggestion needs
suggest_options() {
	local object
	local -A changes=()
	REPLIES=()
	if ((${#SUGGEST_ALONE[@]})); then REPLIES+=(--without data-changed); fi
	for object in "${OBJECTS[@]}"; do
		if { suggest_records "$object" functions | grep -qv $'\t0$'; } || suggest_records "$object" changed | grep -q .; then changes[${MODULE[$object]}]=1; fi
	done
	for object in "${OBJECTS[@]}"; do
		if [[ ${changes[${MODULE[$object]}]:-} ]] || ! suggest_records "$object" variable | grep -q .; then continue; fi
		changes[${MODULE[$object]}]=1
		REPLIES+=(--accept "callback-alone:${MODULE[$object]}")
	done
}
