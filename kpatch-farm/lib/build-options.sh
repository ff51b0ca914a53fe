# shellcheck shell=bash
# Options of kpatch-build, as a list of kernels or of patches has them, or as they stand behind --.

# (variables.sh has found it.)
# shellcheck source=kpatch-build/lib/option-names.sh
source "$BUILD_LIB/option-names.sh"

# Those that describe a kernel: with a file, a directory, another value, none
readonly KERNEL_FILES=" -c --config -v --vmlinux --symvers -r --sourcerpm -m -e --oot-module "
readonly KERNEL_DIRS=" -s --sourcedir --modules --packages --build-root --oot-module-src "
readonly KERNEL_WORDS=" -a --archversion --mirror "
readonly KERNEL_FLAGS=" --skip-compiler-check --skip-gcc-check --skip-base-check "
# Those that each job gets from here, or with which nothing is built
readonly JOB_WORDS=" -o --output --json "
readonly JOB_FLAGS=" -h --help --version --dry-run --check --prepare --print-target --list-targets --cache --cache-prune "
# Those that name a module, or its version
readonly NAME_WORDS=" -n --name "
readonly STATE_WORDS=" --state "

# option_next WORD... -> OPTION, VALUE, COUNT: the first option, its value, and how many words both are
option_next() {
	OPTION=${1%%=*} VALUE="" COUNT=1
	if [[ $1 == --*=* ]]; then
		VALUE=${1#*=}
	elif [[ $1 == --* && ,$OPTION_NAMES, == *",${1#--}:,"* || $1 == -? && $OPTION_LETTERS == *"${1#-}:"* ]]; then
		VALUE=${2-} COUNT=$(($# > 1 ? 2 : 1))
	fi
}

# option_paths DIR OPTION... -> OPTIONS: these, with the files that they name below DIR where they are relative; OPTION_FILES: the files
option_paths() {
	local dir=$1 parts i
	shift
	OPTIONS=() OPTION_FILES=()
	while (($#)); do
		option_next "$@"
		parts=()
		case $OPTION in
		# KEY,CERTIFICATE; the key may be in a token.
		--sign) parts=("${VALUE%%,*}"); if [[ $VALUE == *,* ]]; then parts+=("${VALUE#*,}"); fi ;;
		--boot-test | --boot-test-file) if [[ $VALUE ]]; then parts=("$VALUE"); fi ;;
		esac
		for i in "${!parts[@]}"; do
			if [[ ${parts[i]} != pkcs11:* ]]; then
				if [[ ${parts[i]} != /* ]]; then parts[i]=$dir/${parts[i]}; fi
				OPTION_FILES+=("${parts[i]}")
			fi
			if ((i == 0)); then VALUE=${parts[i]}; else VALUE+=,${parts[i]}; fi
		done
		if ((COUNT == 2)); then OPTIONS+=("$1" "$VALUE"); elif [[ $1 == --*=* ]]; then OPTIONS+=("$OPTION=$VALUE"); else OPTIONS+=("$1"); fi
		shift "$COUNT"
	done
}

# options_split PLACE HINT OPTION... -> SPLIT: as getopt has them, which knows all spellings; the names are whole
options_split() {
	local place=$1 hint=$2 parsed
	shift 2
	if ! parsed=$(getopt -o "$OPTION_LETTERS" -l "$OPTION_NAMES" -n kpatch-farm -- "$@" 2>&1); then
		parsed=${parsed%%$'\n'*}
		usage_error "$place: ${parsed#kpatch-farm: }$hint"
	fi
	eval "SPLIT=($parsed)"
	option_empty "${SPLIT[@]}"
	if [[ $REPLY ]]; then usage_error "$place: $REPLY: the value is empty"; fi
}

# options_read PLACE REFUSED DIR OPTION... -> OPTIONS, OPTION_FILES: as option_paths has them, with each word by itself. Those that are not for
# each job (REFUSED: others, too) are a fault of PLACE.
options_read() {
	local place=$1 refused=$2 dir=$3 words=() file here=$PWD
	shift 3
	cd -- "$dir" || usage_error "$place: there is no directory ${dir@Q}"
	options_words "$@"
	cd -- "$here" || die "$here is there no more"
	options_split "$place" "" "${WORDS[@]}"
	set -- "${SPLIT[@]}"
	while [[ $1 != -- ]]; do
		if [[ $JOB_WORDS$JOB_FLAGS == *" $1 "* ]]; then
			usage_error "$place: $1 is not for the jobs of a farm, which build livepatches"
		elif [[ "$KERNEL_FILES$KERNEL_DIRS$KERNEL_WORDS" == *" $1 "* ]]; then
			usage_error "$place: $1 describes a kernel, and belongs to its entry in the list of kernels"
		elif [[ $refused == *" $1 "* ]]; then
			usage_error "$place: $1 would give all livepatches the same"
		fi
		if [[ $1 == --* && ,$OPTION_NAMES, == *",${1#--}::,"* ]]; then
			# (Its value is a word of its own here, and must not be one for kpatch-build.)
			words+=("$1${2:+=$2}")
			shift 2
		else
			option_next "$@"
			words+=("${@:1:COUNT}")
			shift "$COUNT"
		fi
	done
	shift
	if (($#)); then usage_error "$place: unknown word '$1'"; fi
	option_paths "$dir" "${words[@]}"
	for file in "${OPTION_FILES[@]}"; do
		if [[ ! -f $file || ! -r $file ]]; then usage_error "$place: ${file@Q} is not a readable file"; fi
	done
}

# kernel_files OPTION... -> KERNEL_PATHS: the files and directories of a kernel
kernel_files() {
	KERNEL_PATHS=()
	while (($#)); do
		option_next "$@"
		if [[ "$KERNEL_FILES$KERNEL_DIRS" == *" $OPTION "* ]]; then KERNEL_PATHS+=("$VALUE"); fi
		shift "$COUNT"
	done
}
