# shellcheck shell=bash
# What the author of a patch has judged (--accept RULE:NAME): passed on to create-diff-object for each object, which makes a
# warning of the refusal and notes it in the module. What matches in no object is told, for it may be a name mistyped.

# Is each of a rule that may be accepted? Known is what create-diff-object knows.
accept_check() {
	local accept rules may
	if ((${#OPT_ACCEPT[@]} == 0)); then return; fi
	rules=$("$BIN_DIR/create-diff-object" --list-rules)
	for accept in "${OPT_ACCEPT[@]}"; do
		if [[ $accept != ?*:?* ]]; then usage_error "--accept takes RULE:NAME, and '$accept' is not of that form"; fi
		may=$(awk -F '\t' -v rule="${accept%%:*}" '$1 == rule { print $2 }' <<<"$rules")
		if [[ -z $may ]]; then
			usage_error "--accept $accept: there is no rule ${accept%%:*} (create-diff-object --list-rules has them all)"
		fi
		if [[ $may != yes ]]; then
			usage_error "--accept $accept: what the rule ${accept%%:*} refuses can't be accepted"
		fi
	done
}

# accept_filter LOG: what is not to be accepted in one object may be in another
accept_filter() { sed -i '/ \[unused-accept\]$/d' "$1"; }

# accept_tell_unused REPORT: of all objects
accept_tell_unused() {
	local accept
	for accept in "${OPT_ACCEPT[@]}"; do
		if ! awk -F '\t' -v accept="$accept" '$1 == "accepted" && $2 ":" $3 == accept { found = 1 } END { exit !found }' "$1"; then
			warn "--accept $accept matched nothing"
		fi
	done
}
