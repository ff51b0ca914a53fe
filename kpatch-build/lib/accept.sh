# shellcheck shell=bash
# What the author of a patch has judged: --accept RULE:NAME, or RULE:OBJECT:NAME for one object of the kernel only. It is passed on
# to create-diff-object, which makes a warning of the refusal and notes it in the module; but for rules of this program (author.sh).
# What matches in no object is told, for it may be a name mistyped. A symbol of one object has nothing to do with one of that name in
# another: where both are refused, the object has to be said. A type is the same for all.

readonly ACCEPT_OF_TYPES=' layout-changed member-added type-changed '

# accept_parse ACCEPT: ACCEPT_RULE, ACCEPT_OBJECT ("" for all), ACCEPT_NAME
accept_parse() {
	ACCEPT_RULE=${1%%:*} ACCEPT_OBJECT="" ACCEPT_NAME=${1#*:}
	if [[ $ACCEPT_NAME == *.o:* ]]; then ACCEPT_OBJECT=${ACCEPT_NAME%%:*} ACCEPT_NAME=${ACCEPT_NAME#*:}; fi
}

# accept_options OBJECT -> ACCEPT_OPTIONS: for create-diff-object
accept_options() {
	local accept
	ACCEPT_OPTIONS=()
	for accept in "${OPT_ACCEPT[@]}"; do
		accept_parse "$accept"
		if [[ ${RULE_PROGRAM[$ACCEPT_RULE]:-create-diff-object} != create-diff-object ]]; then continue; fi
		if [[ -z $ACCEPT_OBJECT || $ACCEPT_OBJECT == "$1" ]]; then ACCEPT_OPTIONS+=("--accept=$ACCEPT_RULE:$ACCEPT_NAME"); fi
	done
}

# accept_check DIR OBJECT...: what came of it, by the reports of these objects in DIR
accept_check() {
	local dir=$1 accept object found
	shift
	for accept in "${OPT_ACCEPT[@]}"; do
		accept_parse "$accept"
		if [[ ${RULE_PROGRAM[$ACCEPT_RULE]:-create-diff-object} != create-diff-object ]]; then continue; fi
		found=()
		for object; do
			if [[ -z $ACCEPT_OBJECT || $ACCEPT_OBJECT == "$object" ]] &&
				awk -F '\t' -v rule="$ACCEPT_RULE" -v name="$ACCEPT_NAME" \
					'$1 == "accepted" && $2 == rule && $3 == name { found = 1 } END { exit !found }' "$dir/${object%.o}.report"; then
				found+=("$object")
			fi
		done
		if ((${#found[@]} == 0)); then
			warn "--accept $accept matched nothing"
		elif ((${#found[@]} > 1)) && [[ $ACCEPT_OF_TYPES != *" $ACCEPT_RULE "* ]]; then
			object="${found[*]/%/:$ACCEPT_NAME}"
			refuse accept-ambiguous "--accept $accept matches symbols in each of ${found[*]}; say which you mean: --accept $ACCEPT_RULE:${object// / --accept $ACCEPT_RULE:}"
		fi
	done
}
