# shellcheck shell=bash
# What the author of a patch has judged (--accept RULE:NAME): passed on to create-diff-object for each object, which makes a
# warning of the refusal and notes it in the module. What matches in no object is told, for it may be a name mistyped.

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
