# shellcheck shell=bash
# Stage 5: the base check. Each plain object is compared, function by function, with what the target runs. That shows that
# source, configuration and compiler are the target's, and gives the exact address of every symbol (5-base/X.place).
# With --skip-base-check a difference is a warning, and the module's modinfo says so (base_check=skipped, base_differs=X.o).

BASE_DIFFERS=()         # objects that differ from the target, with --skip-base-check

base_check() {
	local object out log status done=0 refused="" functions=0 place=$WORK/5-base args
	mkdir -p "$place/modules"
	BASE_DIFFERS=()
	for object in "${OBJECTS[@]}"; do
		progress "comparing with the target: $((done++)) of ${#OBJECTS[@]} objects"
		out=$place/${object%.o}.place log=$place/${object%.o}.log status=0
		mkdir -p "${out%/*}"
		if [[ ${PARENT[$object]} == vmlinux ]]; then
			args=(--image "$TARGET_VMLINUX" --symbols "$TARGET_KALLSYMS")
		else
			module_unpacked "$object"
			args=(--module "$REPLY" --name "${MODULE[$object]}")
		fi
		if ((!OPT_BASE_CHECK)); then args+=(--skip-base-check); fi
		# There, so that messages name fs/exec.o.
		(cd "$WORK/4-compile/plain" && exec "$BIN_DIR/klp-place" place "${args[@]}" -o "$out" "$object") \
			>"$log" 2>&1 || status=$?
		case $status in
		0)
			functions=$((functions + $(awk -F '\t' '$1 == "matched" { print $2 }' "$out")))
			if ! grep -qx $'base\tsame' "$out"; then
				progress_clear
				sed 's/^/    /' "$log" >&2
				BASE_DIFFERS+=("$object")
			fi
			;;
		2)
			sed 's/^/    /' "$log" >&2
			refused+=" $object"
			;;
		*)
			show_file "$log"
			die "klp-place failed on $object (status $status)"
			;;
		esac
	done
	if [[ $refused ]]; then
		refuse base-differs "the compiled code is not what $TARGET_RELEASE runs, see above:$refused; source, configuration, compiler and image must be of one build (--skip-base-check continues all the same)"
	fi
	STAGE_SUMMARY="$functions function(s) are byte for byte what the target runs"
	if ((${#BASE_DIFFERS[@]})); then
		warn "${BASE_DIFFERS[*]}: not what $TARGET_RELEASE runs (--skip-base-check); the module may do anything there"
		STAGE_SUMMARY+="; ${#BASE_DIFFERS[@]} object(s) differ"
	fi
}

# module_unpacked OBJECT -> REPLY: the .ko of its module, not compressed. All later stages read this one.
module_unpacked() {
	local to=$WORK/3-affected/modules/${MODULE[$1]}.ko
	if [[ ! -f $to ]]; then
		module_file "${PARENT[$1]}"
		module_unpack "$REPLY" "$to"
	fi
	REPLY=$to
}
