# shellcheck shell=bash
# --suggest: the C that writes values from callbacks, made of the records of create-diff-object. Values that stay in the running kernel
# are written before new code runs, and put back after it; addresses of the livepatch are written last, and taken back first. (What of
# it goes where, and the patch: suggest.sh.)

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
		keeps = $7 == "unknown" || (form == "pointer" && $7 ~ /^string:/)
		new_text = form == "pointer" && $8 ~ /^string:/
		now = new_text ? "(void *)" text : expression($8)
		before = keeps ? saved : expression($7)
		if (form == "text") {
			not_old = "strcmp(" place ", " before ")"; not_new = "strcmp(" place ", " now ")"; is_new = "!" not_new
			set_new = "strscpy(" place ", " now ", sizeof(" place "))"; set_old = "strscpy(" place ", " before ", sizeof(" place "))"
		} else if (form == "bytes") {
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
		if (form == "text") return substr(value, 8)
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
	if awk -F '\t' '$6 == "bits" || $6 == "bytes" || $6 == "text" { found = 1 } END { exit !found }' <<<"$1"; then
		cat <<-'EOF'
			 * - Bit-fields, and texts and bytes that are copied, are not even written at once: nobody else may read or write them
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
	if [[ $first == "$object" ]]; then suggest_comment "$records"; else echo "/* Made by kpatch-build --suggest: called by the callbacks of ${first%.o}.c; see there. */"; fi
	echo '#include "kpatch-macros.h"'
	echo
	suggest_ignored "$object"
	lines=$(suggest_part "$object" declare "$stem")
	if [[ $lines ]]; then printf '%s\n\n' "$lines"; fi
	lines=$(suggest_part "$object" check "$stem")
	if [[ $lines ]]; then
		# (The log of a livepatch that loads has no "error" or "failed".)
		suggest_function "static int ${stem}_refuse(const char *what)" "" \
			'pr_err("livepatch: %s does not have its initial value\n", what);' 'return -EBUSY;'
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
