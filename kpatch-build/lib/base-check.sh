# shellcheck shell=bash
# Stage 5: the base check. Each plain object is compared, function by function, with what the target runs. That shows that
# source, configuration and compiler are the target's, and gives the exact address of every symbol (5-base/X.place).
# It is made in the pool of stage 4, and judged here.
# With --skip-base-check a difference is a warning, and the module's modinfo says so (base_check=skipped, base_differs=X.o).

BASE_DIFFERS=()         # objects that differ from the target, with --skip-base-check

# base_script OBJECT: 4-compile/place/X.o.sh, which makes 5-base/X.place. (4-compile/place/X.o is the same, where that was possible.)
base_script() {
	local object=$1 out=$WORK/5-base/${1%.o}.place made=$WORK/4-compile/place/$1 args
	mkdir -p -- "${out%/*}" "${made%/*}" "$WORK/5-base/modules"
	if [[ ${PARENT[$object]} == vmlinux ]]; then
		args=(--image "$TARGET_VMLINUX" --symbols "$TARGET_KALLSYMS")
	else
		module_unpacked "$object"
		args=(--module "$REPLY" --name "${MODULE[$object]}")
	fi
	if ((!OPT_BASE_CHECK)); then args+=(--skip-base-check); fi
	shell_words "$BIN_DIR/klp-place" place "${args[@]}"
	# There, so that messages name fs/exec.o.
	cat >"$made.sh" <<EOF
cd $WORK/4-compile/plain || exit 1
$REPLY -o $out $object >$made.log 2>&1
status=\$?
echo \$status >$made.status
test \$status = 0 && cp $out $made.part && mv $made.part $made
EOF
}

# base_identity OBJECT: what its placement depends on besides the script: the object itself, the image or module, klp-place
base_identity() {
	if [[ ! $BASE_PROGRAM ]]; then BASE_PROGRAM=$(file_sum "$BIN_DIR/klp-place"); fi
	echo "$BASE_PROGRAM"
	file_sum "$WORK/4-compile/plain/$1"
	if [[ ${PARENT[$1]} == vmlinux ]]; then
		stat -L -c '%n %i %s %.9Y %.9Z' -- "$TARGET_VMLINUX" "$TARGET_KALLSYMS"
	else
		module_unpacked "$1"
		file_sum "$REPLY"
	fi
}
BASE_PROGRAM=""

# base_take OBJECT FILE: its placement, as an earlier run made it
base_take() {
	echo 0 >"$WORK/4-compile/place/$1.status"
	cp -- "$2" "$WORK/5-base/${1%.o}.place"
}

# base_check: judge what came of it
base_check() {
	local object log status refused="" functions=0 differ count
	BASE_DIFFERS=()
	for object in "${OBJECTS[@]}"; do
		log=$WORK/4-compile/place/$object.log status=""
		if [[ -f ${log%.log}.status ]]; then read -r status <"${log%.log}.status" || true; fi
		case $status in
		0)
			read -r count differ <<<"$(awk -F '\t' '$1 == "matched" { n += $2 } $0 == "base\tsame" { same = 1 } END { print n + 0, !same }' \
				"$WORK/5-base/${object%.o}.place")"
			functions=$((functions + count))
			if ((differ)); then
				progress_clear
				sed 's/^/    /' "$log" >&2
				BASE_DIFFERS+=("$object")
			fi
			;;
		2)
			progress_clear
			sed 's/^/    /' "$log" >&2
			refused+=" $object"
			;;
		*)
			if [[ -f $log ]]; then show_file "$log"; fi
			die "klp-place failed on $object (status ${status:-unknown})"
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
