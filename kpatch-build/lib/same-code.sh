# shellcheck shell=bash
# Which of the objects that include a changed header can come out different? A new inline function in a common header is in the text of
# thousands of sources and in the code of those that call it. So where a header reaches many objects, each one's source is preprocessed
# with the original and with the patched files, and klp-source compares what the compiler would make code of. What comes to the same is
# not compiled. (The lines count as in the original, see line-numbers.sh: __LINE__ is the same where the patch changes nothing.)
#
# Preprocessing takes the flags of the object's own build. Objects that were made before have them recorded in the tree; of others the
# Makefiles are asked, which write only the .cmd files, in a directory of this run, and compile nothing.
#
# 3-affected/same/make: that directory. X.o.sh: compares one object. X.o.result: same, or anything else: it is kept. What can't be found
# out is kept, too.

readonly SAME_CODE_ABOVE=20     # objects; fewer are simply compiled
SAME_CODE_WANTED=0      # objects that are compared

# same_code_begin DIR OBJECT...: what same_code_script() needs: the flags, and the commands of those that the tree has none of
same_code_begin() {
	local object missing=()
	mkdir -p -- "$1"
	same_code_flags "$1"
	for object in "${@:2}"; do
		command_file "$object"
		if [[ ! -f $REPLY ]]; then missing+=("$object"); fi
	done
	if ((${#missing[@]})); then same_code_commands "${missing[@]}"; fi
}

# same_code_narrow: OBJECTS without those whose code stays the same
same_code_narrow() {
	local object before=${#OBJECTS[@]} dir=$WORK/3-affected/same own=() asked=() kept=()
	for object in "${OBJECTS[@]}"; do
		if [[ " ${CHANGED_FILES[*]} " == *" ${object%.o}.c "* ]]; then own+=("$object"); else asked+=("$object"); fi
	done
	if ((${#asked[@]} <= SAME_CODE_ABOVE)); then return; fi
	same_code_run "${asked[@]}"
	for object in "${asked[@]}"; do
		if [[ ! -f $dir/$object.result || $(<"$dir/$object.result") != same ]]; then kept+=("$object"); fi
	done
	OBJECTS=("${own[@]}" "${kept[@]}")
	note "of $before objects that include what the patch changes, the code of ${#OBJECTS[@]} can differ"
	if ((${#OBJECTS[@]} == 0)); then
		unchanged "nothing changed: no object of $TARGET_RELEASE${OPT_TARGETS[*]:+ (limited to ${OPT_TARGETS[*]})} uses what the patch changes"
	fi
	affected_write
}
# same_code_run OBJECT...: compare these; what is found is in 3-affected/same
same_code_run() {
	local object dir=$WORK/3-affected/same scripts=() begin
	same_code_begin "$dir" "$@"
	for object; do
		if same_code_script "$object"; then scripts+=("$dir/$object.sh"); fi
	done
	if ((${#scripts[@]} == 0)); then return; fi
	printf '%s\0' "${scripts[@]}" >"$dir/scripts"
	SAME_CODE_WANTED=${#scripts[@]}
	now_us; begin=$REPLY
	long_run "$dir/run.log" same_code_progress xargs -0 -a "$dir/scripts" -P "$OPT_JOBS" -n 1 sh || true
	estimate_measured text "${#scripts[@]}" "$begin"
}
same_code_progress() {
	local count
	count=$(wc -l <"$WORK/3-affected/same/done")
	REPLY="comparing what the compiler reads: $count of $SAME_CODE_WANTED objects"
}

# same_code_flags DIR: patched objects are compiled with these headers, too (see compile_command)
same_code_flags() {
	local generic=$KERNEL_SOURCE/include/asm-generic/runtime-const.h
	SAME_CODE_FLAGS="-E -P"
	if [[ -f $generic ]]; then SAME_CODE_FLAGS+=" -include $generic"; fi
	: >"$1/done"
	files_original >"$1/ids"
	# Of a list of what was read: were no files of these names but the patched ones? (Nor the files themselves, by another name: see files_none_of.)
	# (A path may hold "..", or begin where the compiler runs.)
	cat >"$1/read.awk" <<-EOF
		BEGIN { for (i = 1; i < ARGC; i++) name[i] = "/" ARGV[i]; n = ARGC; ARGC = 1 }
		{ for (i = 1; i <= NF; i++) {
			path = "/" \$i; gsub(/\/(\.?\/)+/, "/", path)
			while (sub(/\/[^\/]+\/\.\.\//, "/", path));
			for (j = 1; j < n; j++)
				if (substr(path, length(path) - length(name[j]) + 1) == name[j] && path != "$PATCHED" name[j]) bad = 1 } }
		END { exit bad || !NR }
	EOF
}

# same_code_commands OBJECT...: have the .cmd files of these in 3-affected/same/make. Only make knows the flags: it runs as if it compiled,
# with another recipe.
same_code_commands() {
	local object dir=$WORK/3-affected/same/make goals=()
	progress "asking the Makefiles how ${#} objects are compiled"
	plain_directory "$dir" "$@"
	for object; do goals+=("${GOAL[$object]:-$object}"); done
	# (make gives its variables to each command in the environment, so it expands them for other targets as well.)
	# shellcheck disable=SC2016
	long_run "$WORK/3-affected/same/make.log" no_progress "${KMAKE[@]/#O=*/O=$dir}" "MAKE=make -o prepare" -k -j "$OPT_JOBS" \
		'rule_cc_o_c=$(if $(filter %.o,$@),$(if $(filter %.c,$<),$(file >$(dot-target).cmd,savedcmd_$@ := $(subst $$,$$$$,$(cmd_cc_o_c)))))' \
		"${goals[@]}" || true
}

# same_code_script OBJECT: write its script; false if its command is not known
same_code_script() {
	local object=$1 dir=$WORK/3-affected/same tree=$TREE file goal=${GOAL[$1]:-$1} out side text="" check=""
	command_file "$object"
	if [[ ! -f $REPLY ]]; then
		tree=$dir/make
		REPLY=$tree${REPLY#"$TREE"}
		if [[ ! -f $REPLY ]]; then return 1; fi
	fi
	compile_recorded "$REPLY"
	if [[ $COMPILE != *" -c -o $goal "* ]]; then return 1; fi
	# Where it does not optimize (crypto/jitterentropy.o), or keeps the order, the compiler keeps what nobody names.
	if [[ $COMPILE != *" -O"[123s]" "* || $COMPILE =~ \ -(O|O0|Og|fkeep-[a-z-]*|fno-toplevel-reorder|fno-unit-at-a-time)\  ]]; then return 1; fi
	COMPILE=${COMPILE//"$dir/make/"/"$TREE/"}
	out=$dir/$object
	mkdir -p -- "${out%/*}"
	for side in orig patched; do
		REPLY=${COMPILE/ -c -o "$goal" / $SAME_CODE_FLAGS -o "$out.$side" }
		REPLY=${REPLY/-Wp,-MMD,"${goal%"${goal##*/}"}.${goal##*/}.d"/-Wp,-MMD,"$out.$side.d"}
		if [[ $side == patched ]]; then
			compile_from_patched
			compile_reads_patched || return 1
		fi
		text+="in_root $REPLY &&"$'\n'
	done
	for file in "${PATCHED_FILES[@]}"; do check+=" ${file@Q}"; done
	cat >"$out.sh" <<-EOF
		# $object
		cd ${tree@Q} || exit 1
		in_root() { ${IN_ROOT[*]@Q} "\$@"; }
		$(declare -f files_read files_ids files_none_of)
		{
		$text
		awk -f ${dir@Q}/read.awk -- $check <${out@Q}.patched.d && files_none_of ${dir@Q}/ids ${out@Q}.patched.d &&
		${BIN_DIR@Q}/klp-source same ${out@Q}.orig ${out@Q}.patched && echo same >${out@Q}.result
		} >${out@Q}.log 2>&1
		rm -f -- ${out@Q}.orig ${out@Q}.patched ${out@Q}.patched.d.ids
		echo >>${dir@Q}/done
	EOF
}
