# shellcheck shell=bash
# Variables of the environment that decide what kpatch-build makes (KBUILD_EXTRA_SYMBOLS, CROSS_COMPILE ...) are part of a plan, as options are:
# their values are in the manifest and in each job, and no others are handed on, whoever runs it, from where. The list is kpatch-build's.

# (Installed, or in the repository; jobs know only where this file is.)
for BUILD_LIB in "${BASH_SOURCE[0]%/*}"/{../lib,../../kpatch-build/lib}; do
	if [[ -f $BUILD_LIB/environment.sh ]]; then break; fi
done
# shellcheck source=kpatch-build/lib/environment.sh
source "$BUILD_LIB/environment.sh"

ENVIRONMENT=()          # "NAME=value" of those that are set
ENVIRONMENT_FILES=()    # the files that they name, but those of KPATCH_BIN (tool_files)

# environment_take: those of the caller, with whole paths
environment_take() {
	local name value word words
	ENVIRONMENT=()
	for name in $ENVIRONMENT_INPUTS; do
		value=${name%%[./]*} value=${!value:-}
		if [[ ! $value ]]; then continue; fi
		case $name in
		*/)
			if [[ ! -d $value ]]; then usage_error "${name%/}: ${value@Q} is no directory"; fi
			path_of "$value"; value=$REPLY
			;;
		*...)
			read -ra words -d '' <<<"$value" || true
			value=""
			for word in "${words[@]}"; do
				if [[ ! -f $word || ! -r $word ]]; then usage_error "${name%...}: ${word@Q} is not a readable file"; fi
				path_of "$word"
				if [[ $REPLY == *[[:space:]]* ]]; then usage_error "${name%...}: ${REPLY@Q} has blanks, which separate files there; use another directory"; fi
				value+=${value:+ }$REPLY
			done
			;;
		# The prefix of a compiler in a directory
		CROSS_COMPILE) if [[ $value == [!/]*/* ]]; then value=$PWD/$value; fi ;;
		esac
		ENVIRONMENT+=("${name%%[./]*}=$value")
	done
	environment_set "${ENVIRONMENT[@]}"
}

# environment_set NAME=VALUE...: these, and no others
environment_set() {
	local name
	for name in $ENVIRONMENT_INPUTS; do unset "${name%%[./]*}"; done
	ENVIRONMENT=("$@")
	for name; do export "${name?}"; done
}

# environment_files -> ENVIRONMENT_FILES: also the modules beside a file of exports, which kpatch-build reads
environment_files() {
	local name word words
	ENVIRONMENT_FILES=()
	for name in $ENVIRONMENT_INPUTS; do
		if [[ $name != *... ]]; then continue; fi
		name=${name%...}
		read -ra words -d '' <<<"${!name:-}" || true
		for word in "${words[@]}"; do
			ENVIRONMENT_FILES+=("$word")
			find "${word%/*}/" '(' -name '*.ko' -o -name '*.ko.*' ')' -type f -print0 | sort -z | mapfile -d '' -t -O "${#ENVIRONMENT_FILES[@]}" ENVIRONMENT_FILES
		done
	done
}
