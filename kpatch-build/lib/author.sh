# shellcheck shell=bash
# What the patch hands to the kernel besides functions (callbacks, states), as the reports of create-diff-object have it: what is
# wrong with all of it together. The kernel knows objects, vmlinux and modules, and an object has one callback of a kind. A single file
# is judged by create-diff-object (diff/author.c).

AUTHOR_BAD=()                   # what is wrong, a line each
declare -A AUTHOR_ALONE=()      # MODULE that has callbacks and no function -> "accepted", or "only" where the whole patch changes none
declare -A AUTHOR_CALLBACK=()   # "MODULE KIND" -> "OBJECT FUNCTION"

# author_records KIND: "OBJECT <TAB> field <TAB> field" of all reports
author_records() {
	local reports=("${DIFFS[@]/%.o/.report}")
	if ((${#reports[@]} == 0)); then return; fi
	(cd -- "$WORK/6-diff" && awk -F '\t' -v OFS='\t' -v kind="$1" '
		$1 == kind { object = FILENAME; sub(/\.report$/, ".o", object); print object, $2, $3 }' "${reports[@]}")
}

author_check() {
	local IFS=$'\n' accept
	AUTHOR_BAD=()
	author_check_callbacks
	author_check_states
	for accept in "${OPT_ACCEPT[@]}"; do
		if [[ $accept == callback-alone:* && -z ${AUTHOR_ALONE[${accept#*:}]:-} ]]; then warn "--accept $accept matched nothing"; fi
	done
	if ((${#AUTHOR_BAD[@]})); then
		refuse "" "these callbacks or states of the patch are not possible:"$'\n'"${AUTHOR_BAD[*]}"
	fi
}

author_check_callbacks() {
	local object kind function key first module
	local -A changed=() alone=()
	AUTHOR_CALLBACK=() AUTHOR_ALONE=()
	author_records changed | while IFS=$'\t' read -r object function; do changed[${MODULE[$object]}]=1; done
	author_records callback | while IFS=$'\t' read -r object kind function; do
		key="${MODULE[$object]} $kind" first=${AUTHOR_CALLBACK["${MODULE[$object]} $kind"]:-}
		lines_with_word "$function" "${object%.o}.c"
		if [[ $first ]]; then
			AUTHOR_BAD+=("    $object: $function: a second $kind callback for ${MODULE[$object]}, beside ${first#* } of ${first% *}; call both from one function$REPLY [callback-twice]")
		elif [[ -z ${changed[${MODULE[$object]}]:-} ]] && ! author_accepted "${MODULE[$object]}"; then
			alone[${MODULE[$object]}]+="${alone[${MODULE[$object]}]:+, }$kind callback $function of $object$REPLY"
		fi
		AUTHOR_CALLBACK[$key]="$object $function"
	done
	# A patch that changes no function at all was written for its callbacks. Where some change, one without is more likely a slip.
	if ((${#changed[@]} == 0)); then
		for module in "${!alone[@]}"; do
			AUTHOR_ALONE[$module]=only
			warn "$module: the livepatch has callbacks for it, and changes no function"
		done
		return
	fi
	for module in "${!alone[@]}"; do
		AUTHOR_BAD+=("    $module: the patch changes no function of it, but has callbacks for it: ${alone[$module]}; if you intend that, add --accept callback-alone:$module [callback-alone]")
	done
}

# author_accepted MODULE: that it has callbacks and no function?
author_accepted() {
	local accept
	for accept in "${OPT_ACCEPT[@]}"; do
		if [[ $accept == "callback-alone:$1" ]]; then AUTHOR_ALONE[$1]=accepted; return 0; fi
	done
	return 1
}

# With --per-object each part has an array of its own.
author_check_states() {
	local object name key
	local -A states=()
	author_records states | while IFS=$'\t' read -r object name _; do
		key=all
		if ((OPT_PER_OBJECT)); then key=${MODULE[$object]}; fi
		lines_with_word "$name" "${object%.o}.c"
		if [[ ${states[$key]:-} ]]; then
			AUTHOR_BAD+=("    $object: $name: a second array of states, beside ${states[$key]}; a livepatch has one$REPLY [states-form]")
		fi
		states[$key]="${name} of $object"
	done
}

# author_may_refuse: can a callback stop a module, so that what was applied for its sake has to be cleared?
author_may_refuse() {
	local key
	for key in "${!AUTHOR_CALLBACK[@]}"; do
		if [[ $key == *" pre_patch" && $key != "vmlinux "* ]]; then return 0; fi
	done
	return 1
}
