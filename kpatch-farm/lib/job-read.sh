# shellcheck shell=bash
# A job.json, without jq: that takes 30 ms of processor time to begin, and there may be 60,000 jobs. It is one line, just as jobs.jq writes it; what
# somebody formatted in another way is no job of a plan. In a JSON string each quote has a backslash before it, so what begins and ends a list,
# and the "," between two strings, can't be in one.

# job_read FILE -> JOB_ID, JOB_KERNEL, JOB_PATCH, JOB_TARGET (as JSON), JOB_OPTIONS (of the patch), JOB_ENVIRONMENT, JOB_COMMAND
# shellcheck disable=SC2034
job_read() {
	local json="" string='"([^"\\]|\\.)*"' id='[0-9a-f]{16}-[0-9a-f]{16}-[0-9a-f]{16}'
	read -r json <"$1" || return 1
	if [[ ! $json =~ ^\{\"format\":[0-9]+,\"id\":\"($id)\",\"kernel\":($string),\"patch\":($string),\"target\":(null|$string),\"patch_options\":\[(.*)\],\"environment\":\[(.*)\],\"command\":\[(.*)\]\}$ ]]; then
		return 1
	fi
	JOB_ID=${BASH_REMATCH[1]} JOB_KERNEL=${BASH_REMATCH[2]} JOB_PATCH=${BASH_REMATCH[4]} JOB_TARGET=${BASH_REMATCH[6]}
	local options=${BASH_REMATCH[8]} environment=${BASH_REMATCH[9]} command=${BASH_REMATCH[10]}
	json_strings "$options"; JOB_OPTIONS=("${STRINGS[@]}")
	json_strings "$environment"; JOB_ENVIRONMENT=("${STRINGS[@]}")
	json_strings "$command"; JOB_COMMAND=("${STRINGS[@]}")
	((${#JOB_COMMAND[@]}))
}

# json_strings TEXT -> STRINGS: of the inside of a list
json_strings() {
	local rest=${1#\"}
	STRINGS=()
	if [[ ! $rest ]]; then return; fi
	rest=${rest%\"}'","'
	while [[ $rest ]]; do
		json_string "\"${rest%%'","'*}\""
		STRINGS+=("$REPLY")
		rest=${rest#*'","'}
	done
}

# json_string STRING -> REPLY: what it says
json_string() {
	REPLY=${1:1:-1}
	if [[ $REPLY == *\\* ]]; then
		REPLY=${REPLY//'\"'/'"'}
		printf -v REPLY %b "$REPLY"
	fi
}
