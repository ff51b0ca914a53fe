# shellcheck shell=bash
# How long would a build take? --dry-run says it, from what earlier runs took on this machine:
#
#   CACHE/seconds/RELEASE   lines "KIND COUNT MICROSECONDS", of the time that one job alone takes:
#     plain                 an object as the target was built, by Kbuild
#     side                  one of the two others, original or patched, with its share of base check and diff
#     end                   all that comes after the diff, of a run
#
# Older runs count less. Of a release that nothing was compiled for the figures of others are taken; where there are none at all, the time
# of preprocessing, a few objects if need be. Nothing but the estimate depends on these files, and what they hold beside numbers is not read.

readonly ESTIMATE_REMEMBER=400  # objects; what was measured before them counts half
readonly ESTIMATE_TRY=4         # objects that are preprocessed where nothing is known
# What plain and side take, in times of text, in percent; and end, in microseconds (rough: of a few objects of stock kernels)
readonly ESTIMATE_PLAIN=190 ESTIMATE_SIDE=300 ESTIMATE_END=6000000

ESTIMATE_SECONDS=""     # what a build would take, if that can be told
ESTIMATE_FROM=""        # target, other-target or preprocessing
declare -A ESTIMATE_COUNT=() ESTIMATE_US=() # KIND -> what this run measured; KIND may also be text: two preprocessed texts made and compared (same-code.sh)

# estimate_measured KIND COUNT BEGIN: so many were made since BEGIN (now_us), as many at once as -j says
estimate_measured() {
	local jobs=$OPT_JOBS
	if (($2 == 0)); then return; fi
	if ((jobs > $2)); then jobs=$2; fi
	now_us
	ESTIMATE_COUNT[$1]=$((${ESTIMATE_COUNT[$1]:-0} + $2))
	ESTIMATE_US[$1]=$((${ESTIMATE_US[$1]:-0} + (REPLY - $3) * jobs))
}

# estimate_read FILE...: COUNT and US, of the caller, are the sums of what they say
estimate_read() {
	local kind count us
	{ sed -nE 's/^(plain|side|end) ([0-9]{1,6}) ([0-9]{1,14})$/\1 \2 \3/p' -- "$@" 2>/dev/null || true; } |
		while read -r kind count us; do
			COUNT[$kind]=$((${COUNT[$kind]:-0} + 10#$count))
			US[$kind]=$((${US[$kind]:-0} + 10#$us))
		done
}

# estimate_keep: what this run measured, for later ones. (Of two that end at the same moment one is lost.)
estimate_keep() {
	local file=$CACHE/seconds/$TARGET_RELEASE kind
	local -A COUNT=() US=()
	if ((${#ESTIMATE_COUNT[@]} == 0)); then return; fi
	mkdir -p -- "$CACHE/seconds"
	if [[ -f $file ]]; then estimate_read "$file"; fi
	for kind in plain side end; do
		if ((${COUNT[$kind]:-0} > ESTIMATE_REMEMBER)); then
			US[$kind]=$((US[$kind] * ESTIMATE_REMEMBER / COUNT[$kind])) COUNT[$kind]=$ESTIMATE_REMEMBER
		fi
		COUNT[$kind]=$((${COUNT[$kind]:-0} + ${ESTIMATE_COUNT[$kind]:-0}))
		US[$kind]=$((${US[$kind]:-0} + ${ESTIMATE_US[$kind]:-0}))
		if ((COUNT[$kind])); then echo "$kind ${COUNT[$kind]} ${US[$kind]}"; fi
	done >"$WORK/seconds"
	mv -f -- "$WORK/seconds" "$file" || true
	ESTIMATE_COUNT=() ESTIMATE_US=()
}

# estimate_make: ESTIMATE_SECONDS for OBJECTS, with what the tree has of them
estimate_make() {
	local object plain=0 sides=0 jobs=$OPT_JOBS us
	local -A COUNT=() US=()
	ESTIMATE_SECONDS="" ESTIMATE_FROM=target
	estimate_read "$CACHE/seconds/$TARGET_RELEASE"
	if ! ((${COUNT[side]:-0})); then
		ESTIMATE_FROM=other-target COUNT=() US=()
		estimate_read "$CACHE"/seconds/*
	fi
	if ! ((${COUNT[side]:-0})); then
		ESTIMATE_FROM=preprocessing
		estimate_by_text || return 0
	fi
	if ! ((${COUNT[plain]:-0})); then COUNT[plain]=${COUNT[side]} US[plain]=${US[side]}; fi
	if ! ((${COUNT[end]:-0})); then COUNT[end]=1 US[end]=$ESTIMATE_END; fi
	for object in "${OBJECTS[@]}"; do
		if ! plain_is_there "$object"; then plain=$((plain + 1)); fi
		if [[ ! -f $TREE/kpatch/compiled/orig/$object ]]; then sides=$((sides + 1)); fi
		sides=$((sides + 1))
	done
	if ((jobs > ${#OBJECTS[@]})); then jobs=${#OBJECTS[@]}; fi
	us=$((plain * US[plain] / COUNT[plain] + sides * US[side] / COUNT[side]))
	us=$((us / jobs + US[end] / COUNT[end]))
	ESTIMATE_SECONDS=$(((us + 500000) / 1000000))
}

# estimate_by_text: COUNT and US, of the caller, from what preprocessing takes; false if no object's command is known
estimate_by_text() {
	local kind
	if [[ ! ${ESTIMATE_COUNT[text]:-} ]]; then
		if [[ $CODE != kernel ]]; then return 1; fi
		same_code_run "${OBJECTS[@]:0:ESTIMATE_TRY}"
		if [[ ! ${ESTIMATE_COUNT[text]:-} ]]; then return 1; fi
	fi
	for kind in plain side; do
		COUNT[$kind]=$((ESTIMATE_COUNT[text] * 100))
	done
	US[plain]=$((ESTIMATE_US[text] * ESTIMATE_PLAIN)) US[side]=$((ESTIMATE_US[text] * ESTIMATE_SIDE))
}

# estimate_tell: what --dry-run ends with
estimate_tell() {
	local object where="" modules
	local -A module=()
	estimate_make
	for object in "${OBJECTS[@]}"; do module[${MODULE[$object]}]=1; done
	modules=${#module[@]}
	if [[ ${module[vmlinux]:-} ]]; then where=vmlinux modules=$((modules - 1)); fi
	if ((modules)); then where+="${where:+ and }$modules module(s)"; fi
	estimate_text
	if ((!OPT_QUIET)); then print_folded "To compile: ${#OBJECTS[@]} object(s) of $where; $REPLY"; fi
}

# estimate_text -> REPLY
estimate_text() {
	local how="" seconds=$ESTIMATE_SECONDS
	if [[ ! $seconds ]]; then
		REPLY="how long a build takes is not known, for nothing was compiled here before"
		return
	fi
	case $ESTIMATE_FROM in
	other-target) how=", as other targets took" ;;
	preprocessing) how=", as preprocessing took" ;;
	esac
	# No more digits than it deserves
	if ((seconds > 5400)); then
		seconds="$(((seconds + 900) / 1800 * 5))"
		REPLY="$((seconds / 10)).$((seconds % 10)) hours"
	elif ((seconds > 90)); then
		REPLY="$(((seconds + 30) / 60)) minutes"
	else
		REPLY="$((seconds > 0 ? seconds : 1)) s"
	fi
	REPLY="a build takes about $REPLY with $OPT_JOBS job(s)$how"
}
