# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What came out of a case against what it expects, for test/object/run: each function appends what is wrong to $problems.

# Does this compiler have other names than `expect`, and clang other instructions? What only such a one makes has its names there.
other_names() { # COMPILER: the kind, in REPLY
	of only
	if [[ $REPLY ]]; then return 1; fi
	case $1 in
	gcc-[4-9]) REPLY=gcc ;;
	clang*) REPLY=clang ;;
	*) return 1 ;;
	esac
}

# Tells names in a way that is the same for all compilers: in the output of the programs, and in `expect`.
tell_names() { # COMPILER DIRECTORY
	local kind loose=0 text rest=() symbols=()
	if ! other_names "$1"; then return 0; fi
	kind=$REPLY
	if [[ $kind == clang ]]; then loose=1 symbols=("$2/orig.symtab" "$2/patched.symtab"); fi
	reported
	printf '%s\n' "${REPLIES[@]}" >>"$out/shown"
	for text in "${expect[@]}"; do
		case ${text%% *} in
		message) rest+=("${text//\\.[0-9]/\\.[0-9]+}") ;;
		changed | new | constant | klp | reloc | symbol | size | bytes) echo "$text" >&3 ;;
		*) rest+=("$text") ;;
		esac
	done 3>"$out/expected"
	awk -v names=expect -v loose=$loose -f names.awk "$out/expected" >"$out/expected.told"
	lines_of_file "$out/expected.told"
	expect=("${rest[@]}" "${REPLIES[@]}")
	awk -v names=$kind -v loose=$loose -f names.awk "${symbols[@]}" "$out/shown" >"$out/told"
	mv "$out/told" "$out/shown"
	awk -v names=$kind -v messages=1 -f names.awk "${symbols[@]}" "$out/stderr" >"$out/told"
	mv "$out/told" "$out/stderr"
}

# Lines of an array that begin with a word, in the array REPLIES.
lines_with() { # WORD LINE...
	local word=$1 text
	shift
	REPLIES=()
	for text; do
		if [[ $text == "$word "* ]]; then REPLIES+=("$text"); fi
	done
}

# The messages of the program, in the array REPLIES, without the directory of the objects.
messages() { # DIRECTORY
	lines_of_file "$out/stderr"
	REPLIES=("${REPLIES[@]//"$1/"/}")
}

# Functions that the program reports, as in `expect`, in the array REPLIES.
reported() {
	local text list=()
	lines_of_file "$out/stdout"
	for text in "${REPLIES[@]}"; do
		case $text in
		"patched.o: changed function: "*) list+=("changed ${text#patched.o: changed function: }") ;;
		"patched.o: new function: "*) list+=("new ${text#patched.o: new function: }") ;;
		"patched.o: copied constant: "*) list+=("constant ${text#patched.o: copied constant: }") ;;
		esac
	done
	REPLIES=("${list[@]}")
}

# Are these the same lines, in any order? The arrays $wanted and $found.
same_lines() { # WHAT
	local text
	local -A left=()
	for text in "${wanted[@]}"; do left[$text]=$((${left[$text]-0} + 1)); done
	for text in "${found[@]}"; do left[$text]=$((${left[$text]-0} - 1)); done
	for text in "${!left[@]}"; do
		if [[ ${left[$text]} != 0 ]]; then
			differ "$1" sort
			return 0
		fi
	done
}

# The same, in the order of each section; that of the sections does not matter.
same_relocations() { # WHAT
	local text section
	local -A wanted_of=() found_of=()
	for text in "${wanted[@]}"; do section=${text#reloc } wanted_of[${section%% *}]+=$text$'\n'; done
	for text in "${found[@]}"; do section=${text#reloc } found_of[${section%% *}]+=$text$'\n'; done
	for section in "${!wanted_of[@]}" "${!found_of[@]}"; do
		if [[ ${wanted_of[$section]-} != "${found_of[$section]-}" ]]; then
			differ "$1" sort -s -k2,2
			return 0
		fi
	done
}

differ() { # WHAT SORT...: shows how $wanted and $found differ
	local what=$1
	shift
	diff <(printf '%s\n' "${wanted[@]}" | "$@") <(printf '%s\n' "${found[@]}" | "$@") >"$out/problems" || true
	problem_of_file "$out/problems"
	problem "$what"
}

# Each message is one that is expected, and each expected one is there.
check_messages() { # DIRECTORY
	local text pattern list=() unexpected=() patterns=()
	messages "$1"
	list=("${REPLIES[@]}")
	of message
	patterns=("${REPLIES[@]}")
	for pattern in "${patterns[@]}"; do
		for text in "${list[@]}"; do
			if [[ $text =~ $pattern ]]; then continue 2; fi
		done
		problem "no message matches: $pattern" "${list[@]}"
	done
	for text in "${list[@]}"; do
		for pattern in "${patterns[@]}"; do
			if [[ $text =~ $pattern ]]; then continue 2; fi
		done
		unexpected+=("$text")
	done
	if ((${#unexpected[@]})); then problem "messages that are not expected:" "${unexpected[@]}"; fi
}

check_symbols() { # COMPILER DIRECTORY: has the compiler made what the case is about?
	local text side name _ symbol
	of has
	for text in "${REPLIES[@]}"; do
		read -r side name <<<"$text"
		if other_names "$1"; then name=${name%.[0-9]}; fi
		while read -r _ _ _ _ _ _ _ symbol _; do
			if [[ $symbol == "$name" ]]; then continue 2; fi
			if [[ $name != "${text#* }" && ($symbol == "$name".[0-9]* || $symbol == *."$name" || $symbol == *."$name".[0-9]*) ]]; then continue 2; fi
		done <"$2/$side.symtab"
		problem "$1 made no symbol ${text#* } in $side.o"
	done
}

check_output() { # COMPILER: what show told of it
	local text object shown wanted found
	local -A has=()
	lines_of_file "$out/shown"
	shown=("${REPLIES[@]}")
	lines_with bad "${shown[@]}"
	problem "${REPLIES[@]}"

	of object
	object=${REPLY:-vmlinux}
	lines_with klp "${expect[@]}"
	wanted=("${REPLIES[@]}")
	if ((${#wanted[@]} == 0)); then
		of changed
		for text in "${REPLIES[@]}"; do wanted+=("klp $object $text,0 $text"); done
	fi
	lines_with klp "${shown[@]}"
	found=("${REPLIES[@]}")
	same_lines "the patched functions differ"

	lines_with reloc "${expect[@]}"
	wanted=("${REPLIES[@]}")
	lines_with reloc "${shown[@]}"
	found=("${REPLIES[@]}")
	if other_names "$1" && [[ $REPLY == clang ]]; then
		same_lines "what the sections refer to differs"
	else
		same_relocations "the relocations differ"
	fi

	for text in "${shown[@]}"; do has[$text]=1; done
	for text in "${expect[@]}"; do
		case $text in
		"symbol "* | "size "* | "bytes "* | "modinfo "*)
			if [[ ! ${has[$text]-} ]]; then problem "not in the output: $text"; fi
			;;
		esac
	done
}
