# shellcheck shell=bash
# Kbuild for the objects of a build tree, called as the kernel's top Makefile called it before.
#
# Of what make takes for one object the larger part goes into the top Makefile: it asks the compiler some thirty times about its options,
# and gets the same answers in each run. What comes of that is the environment and the arguments with which it calls
# scripts/Makefile.build; they depend on the tree, but not on the objects. So the first time the call is recorded:
#
#   TREE/kpatch/recall/call       for sh: the environment, where, and the call, but for the objects
#   TREE/kpatch/recall/programs   of the compiler, the binutils and make that were asked: file, size, times
#   TREE/kpatch/recall/none       in place of these: why there is no call to record; the top Makefile is asked each time
#
# What else it depends on (source, configuration, compiler, how make is called) is in the tree's name, and the tree's manifest holds the
# files. Nothing is guessed: the call must have the known form, and must make of one object the same files, byte for byte. Where a recorded
# call fails the top Makefile is asked, and says what is wrong.

readonly RECALL_DIRECTORY=@DIRECTORY@ # stands for the directory of the objects
RECALL_FILES=(kpatch/recall/{call,programs,none})

# recall_make DIR LOG GOAL...: have Kbuild make these in DIR, a tree as plain_directory leaves it
recall_make() {
	local dir=$1 log=$2 keep=$WORK/4-compile/recall status=0
	shift 2
	if recall_is_known; then
		if recall_call "$TREE/kpatch/recall/call" "$dir" "$log" "$@"; then return; fi
		debug "the recorded call of Kbuild fails: $(tail -n 1 -- "$log")"
		plain_directory "$dir" "${PLAIN_OBJECTS[@]}"
	fi
	if [[ -e $TREE/kpatch/recall/none ]]; then
		recall_kbuild "$dir" "$log" "make -o prepare" "$@" || return
		return 0
	fi
	mkdir -p -- "$keep"
	recall_recorder "$keep"
	recall_kbuild "$dir" "$log" "$keep/make" "$@" || status=$?
	if ((status)); then return "$status"; fi
	recall_record "$keep" "$dir" "$@"
}

# recall_kbuild DIR LOG MAKE GOAL...: by the top Makefile
recall_kbuild() { long_run "$2" plain_progress "${KMAKE[@]/#O=*/O=$1}" "MAKE=$3" -j "$OPT_JOBS" "${@:4}"; }

# recall_call CALL DIR LOG GOAL...: by the recorded one
recall_call() {
	local text
	text=$(<"$1") || return 1
	printf '%s\n' "${text//"$RECALL_DIRECTORY"/"$2"}" >"$WORK/4-compile/recall.sh" || return 1
	long_run "$3" plain_progress "${IN_ROOT[@]}" sh -e "$WORK/4-compile/recall.sh" "-j$OPT_JOBS" "${@:4}"
}

# recall_is_known: is there a call, and are the programs those that answered the questions?
recall_is_known() {
	local names=()
	if [[ ! -f $TREE/kpatch/recall/call ]]; then return 1; fi
	cut -f 1 -- "$TREE/kpatch/recall/programs" | mapfile -t names
	glue_programs "${names[@]}" | cmp -s - "$TREE/kpatch/recall/programs"
}

# recall_recorder DIR: DIR/make, which stands for make: it leaves what it is called with, and what it finds in its environment, in files of
# its own, and goes on as make
recall_recorder() {
	rm -f -- "$1"/call.*
	# shellcheck disable=SC2016
	printf '#!/bin/sh\nenv -0 >"%s/call.$$.environment"\nprintf "%%s\\0" "$@" >"%s/call.$$"\nexec make -o prepare "$@"\n' "$1" "$1" >"$1/make"
	chmod +x -- "$1/make"
}

# recall_record KEEP DIR GOAL...: what the recorder in KEEP has left of the making of these, for the tree; unless it is no call that can be
# repeated
recall_record() {
	local keep=$1 dir=$2 first=$1/first new=$1/new why="" names=()
	shift 2
	rm -rf -- "$new"
	mkdir -p -- "$new/kpatch/recall"
	if recall_read "$keep" "$dir" "$@"; then
		printf '%s\n' "$RECALL_TEXT" >"$new/kpatch/recall/call"
		glue_programs "${RECALL_PROGRAMS[@]}" >"$new/kpatch/recall/programs"
		# One is enough: whether the call is the right one does not depend on the object. (Debug information names the directory.)
		mv -T -- "$dir" "$first"
		plain_directory "$dir" "${PLAIN_OBJECTS[0]}"
		if ! recall_call "$new/kpatch/recall/call" "$dir" "$keep/again.log" "$1"; then
			why="the call fails: $(tail -n 1 -- "$keep/again.log")"
		elif ! recall_same "$first" "$dir" "${PLAIN_OBJECTS[0]}"; then
			why="the call makes another object than the top Makefile"
		fi
		rm -rf -- "$dir"
		mv -T -- "$first" "$dir"
	else
		why=$REPLY
	fi
	if [[ $why ]]; then
		debug "the top Makefile will be asked each time: $why"
		rm -f -- "$new"/kpatch/recall/*
		printf '%s\n' "$why" >"$new/kpatch/recall/none"
	fi
	tree_keep "$new"
	rm -rf -- "$keep"
}

# recall_same DIR OTHER OBJECT: the same object, by the same command
recall_same() {
	local object=$3 record
	record=${object%"${object##*/}"}.${object##*/}.cmd
	cmp -s -- "$1/$object" "$2/$object" && cmp -s -- "$1/$record" "$2/$record"
}

# recall_read KEEP DIR GOAL...: RECALL_TEXT, RECALL_PROGRAMS: the call for all of the goals; false if it has an unknown form: REPLY says what
recall_read() {
	local keep=$1 dir=$2 file args call="" goals text
	shift 2
	goals=("${@/#/./}")
	for file in "$keep"/call.*[0-9]; do
		args=()
		while IFS= read -r -d '' text; do args+=("$text"); done <"$file"
		# (Of those that Kbuild calls itself each is for another directory.)
		if [[ " ${args[*]} " != *" obj=. "* ]]; then continue; fi
		if [[ $call ]]; then REPLY="the top Makefile calls Kbuild more than once"; return 1; fi
		call=$file
	done
	if [[ ! $call ]]; then REPLY="the top Makefile does not call Kbuild for the whole tree"; return 1; fi
	args=()
	while IFS= read -r -d '' text; do args+=("$text"); done <"$call"
	if ((${#args[@]} <= ${#goals[@]})) || [[ "${args[*]: -${#goals[@]}}" != "${goals[*]}" ]]; then
		REPLY="the top Makefile calls Kbuild for other goals: ${args[*]}"
		return 1
	fi
	args=("${args[@]:0:${#args[@]}-${#goals[@]}}")
	if [[ "${args[*]}" == *[^A-Za-z0-9_.,+@~=/\ -]* ]]; then REPLY="the top Makefile calls Kbuild with strange characters"; return 1; fi
	recall_read_environment "$call.environment" "$keep" "$dir" || return 1
	text="$RECALL_TEXT"$'\n'"jobs=\$1"$'\n'"shift"$'\n'"for goal; do set -- \"\$@\" \"./\$goal\"; shift; done"$'\n'"exec make \"\$jobs\" ${args[*]} \"\$@\""
	text=${text//"$dir"/"$RECALL_DIRECTORY"}
	if [[ $text == *"$WORK"* ]]; then REPLY="the call contains the work directory"; return 1; fi
	RECALL_TEXT=$text
}

# recall_read_environment FILE KEEP DIR: RECALL_TEXT is what is in it and not in ours, and where it runs; RECALL_PROGRAMS what answers questions.
# MAKEFLAGS has what make was called with: variables, and how it shares its jobs, which is not for later.
recall_read_environment() {
	local keep=$2 entry name value words quote="'\\''"
	local -A mine=()
	in_root env -0 | while IFS= read -r -d '' entry; do mine[${entry%%=*}]=${entry#*=}; done
	RECALL_PROGRAMS=(make) RECALL_TEXT=""
	while IFS= read -r -d '' entry; do
		name=${entry%%=*} value=${entry#*=}
		case $name in
		MAKE | MAKEOVERRIDES | MAKELEVEL | MAKE_TERM* | MFLAGS | GNUMAKEFLAGS | PWD | OLDPWD | SHLVL | _) continue ;;
		MAKEFLAGS)
			value=$(sed -E 's/ -j[0-9]*( |$)/\1/; s/ --jobserver-[a-z]+=[^ ]*//g' <<<"$value")
			value=${value/" MAKE=$keep/make"/}
			if [[ $value == *jobserver* || $value == *"$keep"* ]]; then REPLY="make is called in an unknown way: $value"; return 1; fi
			;;
		CC | LD | HOSTCC)
			read -ra words <<<"$value"
			RECALL_PROGRAMS+=("${words[@]}")
			if [[ $name == CC ]]; then
				for entry in cc1 as; do RECALL_PROGRAMS+=("$(in_root "${words[@]}" "-print-prog-name=$entry")"); done
			fi
			;;
		esac
		if [[ -v mine[$name] ]]; then
			if [[ $value == "${mine[$name]}" ]]; then continue; fi
			REPLY="the top Makefile changes $name"
			return 1
		fi
		if [[ ! $name =~ ^[A-Za-z_][A-Za-z0-9_]*$ || $value == *"$RECALL_DIRECTORY"* || $value == *[[:cntrl:]]* ]]; then
			REPLY="the top Makefile hands on strange characters ($name)"
			return 1
		fi
		RECALL_TEXT+="export $name='${value//"'"/"$quote"}'"$'\n'
	done <"$1"
	RECALL_TEXT+="cd '$3'"
	if ((${#RECALL_PROGRAMS[@]} < 5)); then REPLY="the top Makefile does not tell what it is"; return 1; fi
}
