# shellcheck shell=bash
# --suggest: for changed initial values that are refused, the patch that writes them from callbacks. What is to be written where is told
# by create-diff-object (records `variable`, `value`, `no-values`); this makes C of it, at the end of the file where the variable is,
# where all that it needs has been declared. The author reads it, and gives it as one more patch.
#
# The initial value must not be in that build again. Where its hunk changes nothing else, that is done by --without data-changed;
# else the callback's patch has KPATCH_IGNORE_SECTION for the section of the variable, if it has one of its own. So it is as well
# where something else is data-changed, which --without would leave out for good.

declare -A SUGGEST_ALONE=()     # "OBJECT VARIABLE" -> 1: its hunk can be left out by --without
SUGGEST_REST=""                 # what is refused and no callback writes: "NAME [rule], ..."

# suggest_callbacks: of all objects, what can be written from callbacks, as a patch; and of the rest why it can't
suggest_callbacks() {
	local object other dir=$WORK/6-diff/suggest out mains=()
	local -A main=() others=()
	rm -rf -- "$dir"
	mkdir -p -- "$dir"
	suggest_tell_rest
	suggest_find_rest
	for object in "${OBJECTS[@]}"; do
		if ! suggest_records "$object" variable | grep -q .; then continue; fi
		if ! suggest_file "$object"; then
			note "--suggest: $object: the source has no file ${object%.o}.c for a callback"
			continue
		fi
		if [[ ${main["${MODULE[$object]}"]:-} ]]; then
			others["${MODULE[$object]}"]+=" $object"
		else
			main["${MODULE[$object]}"]=$object
			mains+=("$object")
		fi
	done
	if ((${#mains[@]} == 0)); then note "--suggest: no value can simply be written by a callback"; return 0; fi
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
	[size]="its size changed, and the running kernel has no room for a larger one"
	[section]="its section changed"
	[alignment]="its alignment changed, so it would need another address"
	[read-only]="the running kernel can't write to it (const or __ro_after_init); change its readers"
	[per-cpu]="each CPU has its own copy; write to all of them (for_each_possible_cpu()), and mind other writers"
	[static-local]="it is a static variable of a function, which a callback can't name; write to it in that function"
	[code-switch]="the kernel rewrites code that depends on it; use static_branch_enable() or the like"
	[const-member]="the source declares it const"
	[relocation]="it contains a reference that is not a plain pointer"
	[nameless]="it refers to something without a name in C (a compound literal, a static variable of a function)"
	[no-type]="the debug information does not tell its type"
	[many]="it differs in more than 64 places"
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

# suggest_find_rest -> SUGGEST_REST
suggest_find_rest() {
	local object name
	SUGGEST_REST=""
	for object in "${OBJECTS[@]}"; do
		awk -F '\t' '
			$1 == "variable" { written[$2] = 1 }
			$1 == "refused" && !($3 in rule) { order[++n] = $3; rule[$3] = $2 }
			END { for (i = 1; i <= n; i++) if (!(order[i] in written)) print order[i] " [" rule[order[i]] "]" }' \
			"$WORK/6-diff/${object%.o}.report" | while IFS= read -r name; do SUGGEST_REST+=${SUGGEST_REST:+, }$name; done
	done
}

# ---- doing without the initial values -----------------------------------------------------------------------------------

# suggest_ignored OBJECT: KPATCH_IGNORE_SECTION for its variables that --without can't serve
suggest_ignored() {
	local object=$1 name section found=0
	suggest_records "$object" variable | while IFS=$'\t' read -r _ name section; do
		if [[ ${SUGGEST_ALONE["$object $name"]:-} ]]; then continue; fi
		if [[ $section == - ]]; then
			note "--suggest: $object: $name: its initial value shares a hunk or a section with something else; remove it from the patch by hand"
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
	if [[ $SUGGEST_REST == *"[data-changed]"* ]]; then return; fi
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

# suggest_is_single FILE HUNK: is all that it changes in one definition, and adds it no other one, nor changes a macro?
suggest_is_single() {
	# shellcheck disable=SC2016
	hunks_diff "$1" | awk -v hunk="$2" '
		/^@@ / { match($0, /^@@ [^@]* @@/); inside = substr($0, 1, RLENGTH) == hunk; next }
		inside && /^[-+]#/ { bad = 1 }
		inside && /^[-+]([A-Za-z_].*;[ \t]*(\/\*.*\*\/[ \t]*)?$|})/ { if (/^-/) removed++; else added++ }
		END { exit bad || removed > 1 || added > removed }' || return 1
	awk -F '\t' -v file="$1" -v hunk="$2" '
		$1 != file || $2 != hunk { next }
		$3 > $4 || (n++ && ($3 != from || $4 != to)) { bad = 1 }
		{ from = $3; to = $4 }
		END { exit bad || !n }' "$WORK/2-tree/hunks"
}

# suggest_hunks FILE WITH: the heads of the hunks from the source to WITH
suggest_hunks() { hunks_diff "$1" "$2" | sed -n '/^@@ /p'; }

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
		echo "Writes values to the running kernel, which does not see new initial values. Made by kpatch-build --suggest; to"
		echo "be given after the patch that it was made from, ${REPLIES[*]:+with the options: }${REPLIES[*]:-with no other options}"
		echo
		cat -- "$1"
	} >"$patch"
	progress_clear
	cat -- "$patch"
	if [[ -e $to ]] && ! cmp -s -- "$patch" "$to"; then
		warn "--suggest: $to already exists with other contents, and was left as it is"
		return 0
	fi
	cp -- "$patch" "$to.new"
	mv -f -- "$to.new" "$to"
	if (cd -- "$WORK/2-tree/unnumbered" && grep -qE '^(KPATCH|KLP)_(PRE|POST)_(UN)?PATCH_CALLBACK' -- "${PATCHED_FILES[@]}"); then
		note "--suggest: the patch already has callbacks, and an object can have only one of each kind: call the suggested functions from yours"
	fi
	if [[ $SUGGEST_REST ]]; then note "--suggest: these stay refused until you have changed the patch: $SUGGEST_REST"; fi
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
	# A patch without a changed function may have nothing but callbacks.
	if ((${#changes[@]} == 0)); then return; fi
	for object in "${OBJECTS[@]}"; do
		if [[ ${changes[${MODULE[$object]}]:-} ]] || ! suggest_records "$object" variable | grep -q .; then continue; fi
		changes[${MODULE[$object]}]=1
		REPLIES+=(--accept "callback-alone:${MODULE[$object]}")
	done
}
