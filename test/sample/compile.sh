# shellcheck shell=bash
# The five objects of each unit, in WORK/4-compile/{plain,orig,again,lines,statement}, by the commands of the driver
# (kpatch-build/lib/compile.sh). What is changed in the source is changed in a patched view like the driver's.
#
# WORK/4-compile/VARIANT/X.o.sh ends with a line that names the contents of its source. A unit whose script is what it
# was is not compiled again.

readonly SAMPLE_CHUNK=10        # units that are compiled between two progress lines, and under one lock of the tree

sample_compile() {
	mkdir -p "$WORK/4-compile" "$WORK/statement"
	objtool_flags
	sample_view
	# What tells least comes last.
	sample_chunks plain orig lines statement
	sample_chunks again
	STAGE_SUMMARY="${#OBJECTS[@]} units, five objects of each"
}

# sample_chunks VARIANT...: of all units, some at a time
sample_chunks() {
	local all=("${OBJECTS[@]}") first variant
	for ((first = 0; first < ${#all[@]}; first += SAMPLE_CHUNK)); do
		OBJECTS=("${all[@]:first:SAMPLE_CHUNK}")
		progress "compiling ($*): $first of ${#all[@]} units"
		for variant; do
			case $variant in
			plain) sample_plain ;;
			lines) sample_blank_lines ;;
			statement) sample_statements ;;
			esac
			sample_variant "$variant"
		done
	done
	OBJECTS=("${all[@]}")
}

# One that does not compile must not end the run: in the background, where the driver's way of giving up ends nothing else.
sample_plain() {
	local object status=0 all=("${OBJECTS[@]}")
	(KMAKE+=(-k); compile_plain) >"$WORK/4-compile/plain.log" 2>&1 &
	wait $! || status=$?
	if ((status == 0)); then return; fi
	OBJECTS=()
	for object in "${all[@]}"; do
		command_file "$object"
		if [[ -f $REPLY ]]; then OBJECTS+=("$object"); else note "$object does not compile, see $WORK/4-compile/make.log"; fi
	done
}

# A view in which each unit's source is a real file.
sample_view() {
	mkdir -p "$WORK/2-tree"
	rm -f "$WORK/2-tree/patched"
	view_make "$TARGET_SOURCE" "${OBJECTS[@]/%.o/.c}"
}

# As the driver has it: __LINE__ stays as it was.
sample_blank_lines() {
	local object
	for object in "${OBJECTS[@]}"; do
		{ printf '\n\n\n\n\n\n#line 1\n'; cat "$TARGET_SOURCE/${object%.o}.c"; } >"$PATCHED/${object%.o}.c"
	done
}

# WORK/statement/X.o names the function that was chosen, or is empty.
sample_statements() {
	local object function
	for object in "${OBJECTS[@]}"; do
		sample_function "$object"; function=$REPLY
		mkdir -p "$WORK/statement/${object%/*}"
		printf '%s\n' "$function" >"$WORK/statement/$object"
		awk -v insert="$function" -f "$HERE/statement.awk" "$TARGET_SOURCE/${object%.o}.c" >"$PATCHED/${object%.o}.c"
	done
}

# sample_function OBJECT -> REPLY: a function with an ftrace site that is defined in the source, by the seed; or nothing
sample_function() {
	local object=$WORK/4-compile/orig/$1
	REPLY=""
	if [[ ! -f $object ]]; then return; fi
	REPLY=$(comm -12 <(awk -v insert="" -f "$HERE/statement.awk" "$TARGET_SOURCE/${1%.o}.c" | sort -u) \
		<(sample_sites "$object") | sample_shuffle | sed -n 1p)
}

# sample_sites OBJECT: the functions with an ftrace site that stay after boot
sample_sites() {
	readelf -rW -- "$1" | awk '
		/^Relocation section/ { on = $3 ~ /^.\.rela__mcount_loc/ }
		on && /R_X86_64_64/ { name = $5; if (sub(/^\.text\.(unlikely\.|hot\.|startup\.)?/, "", name)) print name }' | sort -u
}

# Compile each object whose script is new. Failures are left for the check to see.
sample_variant() {
	local variant=$1 object script new=()
	for object in "${OBJECTS[@]}"; do
		script=$WORK/4-compile/$variant/$object.sh
		mkdir -p "${script%/*}"
		sample_script "$variant" "$object" >"$script.new"
		if [[ -f ${script%.sh} ]] && cmp -s <(sample_known "$script") <(sample_known "$script.new"); then
			rm "$script.new"
		else
			rm -f "${script%.sh}"
			mv "$script.new" "$script"
			new+=("$script")
		fi
	done
	if ((${#new[@]})); then
		printf '%s\0' "${new[@]}" >"$WORK/4-compile/scripts"
		long_run "$WORK/4-compile/run.log" no_progress "${IN_ROOT[@]}" xargs -0 -a "$WORK/4-compile/scripts" -P "$OPT_JOBS" -n 1 sh || true
	fi
}

sample_script() {
	local variant=$1 object=$2 source=$TARGET_SOURCE/${2%.o}.c command
	OBJTOOL_IS_LATE=0
	recorded_command "$object"
	case $variant in
	plain)
		command="cp $TREE/$object $WORK/4-compile/plain/$object.part"
		if ((!OBJTOOL_IS_LATE)); then OBJTOOL=""; fi
		;;
	orig-keys)
		keys_assembler "$object"; command=$REPLY
		compile_command orig-keys "$object"; command="$REPLY &&"$'\n'"$command"
		;;
	statement-keys)
		compile_command patched-keys "$object"
		command=${REPLY//"$WORK/4-compile/patched-keys/"/"$WORK/4-compile/statement-keys/"}
		source=$PATCHED/${object%.o}.c
		;;
	orig | again)
		compile_command orig "$object"
		command=${REPLY//"$WORK/4-compile/orig/"/"$WORK/4-compile/$variant/"}
		;;
	*)
		compile_command patched "$object"
		command=${REPLY//"$WORK/4-compile/patched/"/"$WORK/4-compile/$variant/"}
		source=$PATCHED/${object%.o}.c
		;;
	esac
	script_write "$variant" "$object" "$command" "$OBJTOOL"
	echo "# source: $(cksum <"$source")"
}

# The patched view is one of several that the driver keeps, whichever was free.
sample_known() { sed -E 's,(/view/[^/ ]*)\.[0-9]+/,\1/,g' -- "$1"; }
