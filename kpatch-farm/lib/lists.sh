# shellcheck shell=bash
# Lists of kernels and of patches.
#
# As text a list has one entry in each line; empty lines and those that begin with # are nothing. As JSON it is an array, and its names may
# have line feeds. lists.jq reads both, and hands on entries of NUL-terminated fields.
#
#   kernels   6.12 | 6.1.0-57-amd64 | 6.12/trixie, or options of kpatch-build that describe a kernel, quoted as for a shell:
#             -s '/src/my kernel' -c /boot/config-x -v /boot/vmlinuz-x
#             JSON: a string, or {"name", "options": [...]}
#   patches   the path of a patch, as it is, or of a directory: an ordered set, by its file series or in the order of names
#             JSON: a string, or {"name", "patches": [...], "options": [...]}
#
# Paths are relative to the list's directory. In place of a list: a release, a patch, or a directory, each of whose patches is an entry.
#
# What is read is kept as lines of JSON, in $LISTS/kernels and $LISTS/patches, with an id: the hash of all of it that a build can see.

LISTS=""                # a temporary directory
TARGET=""               # of a kernel: "release version", if it is known
TARGET_IS_PLANNED=0     # TARGET is that of the plan, and is not asked for
OPTIONS_REFUSED=""      # options that a patch must not have
readonly LIST_RELEASE='^[0-9]+\.[0-9]+[A-Za-z0-9.+~_-]*(/[A-Za-z0-9.-]+)?$'
lists_begin() {
	LISTS=$(mktemp -d)
	at_exit lists_end
	: >"$LISTS/kernels.fields"
	: >"$LISTS/patches.fields"
}
lists_end() { rm -rf -- "$LISTS"; }

# lists_read: of -k and -p
lists_read() {
	local word patch
	lists_begin
	for word in "${OPT_KERNELS[@]}"; do
		if [[ -f $word ]]; then
			list_read kernels "$word"
		elif [[ $word =~ $LIST_RELEASE ]]; then
			kernel_add "$word" "$PWD" -k -a "$word"
		else
			usage_error "-k: ${word@Q} is neither a file with a list nor a release such as 6.12 or 6.12.117+deb12-amd64"
		fi
	done
	for word in "${OPT_PATCHES[@]}"; do
		if [[ -d $word ]]; then
			patches_of "$word"
			for patch in "${PATCHES_OF[@]}"; do patch_add "" "$PWD" "$patch" 1 "$patch" 0; done
		elif [[ ! -f $word ]]; then
			usage_error "-p: there is no file or directory ${word@Q}"
		elif [[ $word == *.@(patch|diff) ]]; then
			patch_add "" "$PWD" "$word" 1 "$word" 0
		else
			list_read patches "$word"
		fi
	done
	lists_name kernels
	lists_name patches
}

# list_read KIND FILE: have KIND's function add each entry. A fault is told with its place in the list.
list_read() {
	local kind=$1 file=$2 dir n fields rest place
	if [[ ! -r $file ]]; then usage_error "${file@Q} is not a readable file"; fi
	path_of "$file"; dir=${REPLY%/*}
	jq -j -R -s --arg kind "$kind" -f "$FARM_LIB/lists.jq" <"$file" >"$LISTS/fields"
	mapfile -d '' -t fields <"$LISTS/fields"
	while ((${#fields[@]})); do
		# place ("" is all of it), a fault, name, options, patches
		place=$file${fields[0]:+: ${fields[0]}}
		if [[ ${fields[1]} ]]; then usage_error "$place: ${fields[1]}"; fi
		n=${fields[3]}
		rest=$((4 + n))
		if [[ $kind == kernels ]]; then
			kernel_add "${fields[2]}" "$dir" "$place" "${fields[@]:4:n}"
			fields=("${fields[@]:rest}")
		else
			patch_add "${fields[2]}" "$dir" "$place" "${fields[rest]}" "${fields[@]:rest + 1:fields[rest]}" "$n" "${fields[@]:4:n}"
			fields=("${fields[@]:rest + 1 + fields[rest]}")
		fi
	done
}

# kernel_add NAME DIR PLACE OPTION...: a series is planned as the release that it is today
kernel_add() {
	local name=$1 dir=$2 place=$3 words=() inputs=() release="" source="" value at=""
	local hint=": an entry is a release such as 6.12, or options of kpatch-build that describe a kernel (-s DIR -c FILE -v FILE)"
	shift 3
	options_split "$place" "$hint" "$@"
	set -- "${SPLIT[@]}"
	while [[ $1 != -- ]]; do
		if [[ $KERNEL_FLAGS == *" $1 "* ]]; then
			words+=("$1") inputs+=("$1")
			shift
			continue
		elif [[ "$KERNEL_FILES$KERNEL_DIRS$KERNEL_WORDS" != *" $1 "* ]]; then
			usage_error "$place: $1 does not describe a kernel$hint"
		fi
		value=$2
		case $1 in
		-a | --archversion)
			release=$2 at=$((${#words[@]} + 1))
			if [[ ! $release =~ $LIST_RELEASE ]]; then
				usage_error "$place: ${release@Q} is no release such as 6.12 or 6.12.117+deb12-amd64, nor options that describe a kernel (-s DIR -c FILE -v FILE)"
			fi
			;;
		-s | --sourcedir | -r | --sourcerpm) source=$2 ;;
		esac
		inputs+=("$1" "$value")
		if [[ $KERNEL_WORDS != *" $1 "* ]]; then
			if [[ $value != /* ]]; then value=$dir/$value; fi
			if [[ $KERNEL_FILES == *" $1 "* ]]; then
				if [[ ! -f $value || ! -r $value ]]; then usage_error "$place: $1: ${value@Q} is not a readable file"; fi
				inputs[-1]=$(sha256sum <"$value")
			else
				if [[ ! -d $value || ! -r $value ]]; then usage_error "$place: $1: ${value@Q} is not a readable directory"; fi
				inputs[-1]=$(tree_state "$value")
			fi
		fi
		words+=("$1" "$value")
		shift 2
	done
	if (($# > 1)); then usage_error "$place: unknown word ${2@Q}$hint"; fi
	if [[ ! $release && ! $source ]]; then usage_error "$place: the kernel is neither a release (-a) nor a source tree (-s) or package (-r)"; fi
	if [[ ! $release ]]; then
		TARGET=""
	else
		if ((!TARGET_IS_PLANNED)); then target_of "$release" "${words[@]}"; fi
		if [[ $TARGET ]]; then words[at]=${TARGET%% *}; fi
		# (Of each option there are two inputs as well.)
		inputs[at]=${words[at]}
		inputs+=("$TARGET")
	fi
	printf '%s\0' "${inputs[@]}" >"$LISTS/inputs"
	list_entry kernels "$place" "$name" options "${words[@]}"
}

# tree_state DIR: names, sizes and times of what is in it; reading 90,000 files would take long
tree_state() { (cd -- "$1" && inputs_state . | sha256sum); }

# target_of RELEASE OPTION... -> TARGET: "release version" that it is today: a series becomes another kernel with time, a release another build.
# Nothing where that is not known, as without a network.
target_of() {
	local release=$1 version
	shift
	TARGET=""
	if [[ ${release%%/*} =~ ^[0-9]+\.[0-9]+$ ]] || (($# > 2)); then
		"$KPATCH_BUILD" --list-targets "$@" 2>/dev/null </dev/null | sed -n '1p' | read -r release version || version=""
	else
		# (One list for all of them.)
		if [[ ! -e $LISTS/targets ]]; then
			"$KPATCH_BUILD" --list-targets >"$LISTS/targets" 2>/dev/null </dev/null || : >"$LISTS/targets"
		fi
		version=$(awk -v release="${release%%/*}" '$1 == release { print $2; exit }' "$LISTS/targets")
		release=${release%%/*}
	fi
	if [[ $version ]]; then TARGET="$release $version"; fi
}

# patches_of DIR -> PATCHES_OF: by its file series (as quilt has it), or all in the order of their names
patches_of() {
	PATCHES_OF=("$1"/*.patch "$1"/*.diff)
	if [[ -e $1/series || -L $1/series ]]; then
		patches_of_series "$1"
	elif ((${#PATCHES_OF[@]})); then
		printf '%s\0' "${PATCHES_OF[@]}" | sort -z | mapfile -d '' -t PATCHES_OF
	fi
	if ((${#PATCHES_OF[@]} == 0)); then usage_error "there is no patch (*.patch, *.diff) in the directory ${1@Q}"; fi
}

# patches_of_series DIR -> PATCHES_OF: lines "NAME -p1 # why". (A name may have blanks here, though quilt knows of none. How many directories are
# stripped from the names in a patch, kpatch-build sees by itself.)
patches_of_series() {
	local dir=$1 fields place line name option options
	PATCHES_OF=()
	if [[ ! -f $dir/series || ! -r $dir/series ]]; then usage_error "${1@Q}/series is not a readable file"; fi
	jq -j -R -s --arg kind series -f "$FARM_LIB/lists.jq" <"$dir/series" | mapfile -d '' -t fields
	while ((${#fields[@]})); do
		place="$dir/series: ${fields[0]}" line=${fields[2]}
		if [[ ${fields[1]} ]]; then usage_error "$place: ${fields[1]}"; fi
		fields=("${fields[@]:4}")
		while :; do
			name=$line options=()
			while [[ ! -f $dir/$name && $name =~ ^(.*[^[:blank:]])[[:blank:]]+(-[^[:blank:]]*)$ ]]; do name=${BASH_REMATCH[1]} options+=("${BASH_REMATCH[2]}"); done
			if [[ -f $dir/$name || ! $line =~ ^(.*[^[:blank:]])[[:blank:]]+\# ]]; then break; fi
			line=${BASH_REMATCH[1]}
		done
		if [[ ! -f $dir/$name || ! -r $dir/$name ]]; then usage_error "$place: there is no readable file ${name@Q}"; fi
		for option in "${options[@]}"; do
			if [[ $option != @(-p0|-p1|-p2|-pab) ]]; then usage_error "$place: $option is not supported; -p0, -p1, -p2 and -pab are"; fi
		done
		PATCHES_OF+=("$dir/$name")
	done
}

# patch_add NAME DIR PLACE N PATCH... M OPTION...
patch_add() {
	local name=$1 dir=$2 place=$3 n=$4 files=() file options=()
	shift 4
	for file in "${@:1:n}"; do
		if [[ $file != /* ]]; then file=$dir/$file; fi
		if [[ -d $file ]]; then
			patches_of "$file"
			files+=("${PATCHES_OF[@]}")
		else
			files+=("$file")
		fi
	done
	if (($# > n + 1)); then
		options_read "$place" "$OPTIONS_REFUSED" "$dir" "${@:n + 2}"
		options=("${OPTIONS[@]}")
	fi
	for file in "${files[@]}"; do
		if [[ ! -f $file || ! -r $file ]]; then usage_error "$place: ${file@Q} is not a readable file"; fi
	done
	if ((${#files[@]} == 0)); then usage_error "$place: no patch"; fi
	if [[ ! $name ]]; then
		if ((n == 1)); then name=$1; else name=${files[0]}; fi
		name=${name%/}
		name=${name##*/}
		name=${name%.patch}
		name=${name%.diff}
	fi
	TARGET=""
	patch_inputs "${#options[@]}" "${options[@]}" "${files[@]}" >"$LISTS/inputs"
	list_entry patches "$place" "$name" patches "${files[@]}" -- "${options[@]}"
}

# list_entry KIND PLACE NAME FIELD VALUE... [-- OPTION...]: with the hash of $LISTS/inputs
list_entry() {
	local kind=$1 place=$2 name=$3 field=$4 id first=() rest=()
	shift 4
	id=$(sha256sum <"$LISTS/inputs")
	if [[ $field == patches ]]; then
		while [[ $1 != -- ]]; do first+=("$1"); shift; done
		rest=("${@:2}")
	else
		rest=("$@")
	fi
	printf '%s\0' "$name" "${id:0:16}" "$place" "${#first[@]}" "${first[@]}" "${#rest[@]}" "${rest[@]}" "$TARGET" >>"$LISTS/$kind.fields"
}

# lists_name KIND: $LISTS/KIND: {name, id, dir, options, patches, target} of each, with names of directories that are safe everywhere, and one each.
# An entry that is there twice is a fault of the list.
lists_name() {
	local fault
	if [[ ! -s $LISTS/$1.fields ]]; then usage_error "there is no entry in the list of $1"; fi
	jq -c -n --rawfile fields "$LISTS/$1.fields" -f "$FARM_LIB/entries.jq" >"$LISTS/$1"
	fault=$(jq -r '.fault // empty' "$LISTS/$1")
	if [[ $fault ]]; then usage_error "$fault"; fi
}
