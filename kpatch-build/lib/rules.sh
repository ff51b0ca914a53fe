# shellcheck shell=bash
# The rules by which changes are refused, as create-diff-object --list-rules=records has them: those of create-diff-object and of this
# program. What --accept and --without name is looked up there, before any work.

declare -A RULE_ACCEPT=()       # rule -> yes or no: may what it refuses be accepted?
declare -A RULE_PROGRAM=()      # rule -> the program that refuses

rules_load() {
	local rule accept meaning program list
	list=$("$BIN_DIR/create-diff-object" --list-rules=records)
	while IFS=$'\t' read -r rule accept meaning program; do
		RULE_ACCEPT[$rule]=$accept RULE_PROGRAM[$rule]=$program
	done <<<"$list"
}

# rules_check: is each of --accept and --without a rule for which that can be said?
rules_check() {
	local option rule
	if ((${#OPT_ACCEPT[@]} + ${#OPT_WITHOUT[@]} == 0)); then return; fi
	rules_load
	for option in "${OPT_ACCEPT[@]}"; do
		if [[ $option != ?*:?* ]]; then usage_error "--accept takes RULE:NAME, and '$option' is not of that form"; fi
		rule=${option%%:*}
		rules_known "--accept $option" "$rule"
		if [[ ${RULE_ACCEPT[$rule]} != yes ]]; then
			usage_error "--accept $option: what the rule $rule refuses can't be accepted"
		fi
	done
	for rule in "${OPT_WITHOUT[@]}"; do
		rules_known "--without $rule" "$rule"
		if [[ ${RULE_PROGRAM[$rule]} != create-diff-object ]]; then
			usage_error "--without $rule: this rule refuses files and patches as a whole, not single hunks; leave that part out of the patch"
		fi
	done
}

# rules_known OPTION RULE
rules_known() {
	if [[ -z ${RULE_ACCEPT[$2]:-} ]]; then
		usage_error "$1: there is no rule '$2' (create-diff-object --list-rules lists them)"
	fi
}

# refuse RULE MESSAGE: that can't be livepatched
refuse() {
	rule_append "$1" "$2"
	finish "$EXIT_REFUSED" "refused: $REPLY"
}

# rule_append RULE TEXT -> REPLY: with the rule at the end, as messages of create-diff-object have it; where a list of indented
# lines follows the first, at the end of each of them. A line that has one keeps it. Each of them is a refusal.
rule_append() {
	local rule=$1 line lines out=""
	mapfile -t lines <<<"$2"
	for line in "${lines[@]}"; do
		if [[ $line == "    "* || ${#lines[@]} == 1 ]]; then
			if [[ ! $line =~ ^(.*)\ \[([a-z-]+)\]$ ]]; then
				line+=" [$rule]"
				[[ $line =~ ^(.*)\ \[(.*)\]$ ]]
			fi
			json_keep messages refused "${BASH_REMATCH[2]}" "${BASH_REMATCH[1]#    }"
		fi
		out+=${out:+$'\n'}$line
	done
	REPLY=$out
}
