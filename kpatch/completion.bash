# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Completion for bash, of all our programs. What a program takes it says itself (--help), so nothing stands twice:
#
#   -x, --option ARGUMENT   an option, and by the name of its argument what may follow: FILE, DIR, MODULE, a release
#   command   ...           a command of its own; where it has a help, its options are there

declare -gA _KPATCH_HELP=()     # program and command -> its help, read once in a shell

# _kpatch_help PROGRAM [COMMAND] -> REPLY. (A program that fails has nothing to complete.)
_kpatch_help() {
	local key=$*
	if [[ ! -v _KPATCH_HELP[$key] ]]; then
		_KPATCH_HELP[$key]=$(COLUMNS=10000 command "$@" --help 2>/dev/null) || _KPATCH_HELP[$key]=""
	fi
	REPLY=${_KPATCH_HELP[$key]}
}

# _kpatch_argument HELP OPTION -> REPLY: the name of its argument, "" if it has none, or one that only "=" gives
_kpatch_argument() {
	REPLY=$(awk -v option="$2" '
		/^ +-/ {
			n = split($0, word, /[ ,]+/)
			for (i = 1; i <= n; i++) {
				if (word[i] == "") continue
				if (word[i] !~ /^-/) break
				sub(/[[=].*/, "", word[i])
				if (word[i] == option) found = 1
			}
			if (!found) next
			if (word[i] ~ /^[A-Z]/) print word[i]
			exit
		}' <<<"$1")
}

# _kpatch_options: all that the help on standard input has
_kpatch_options() {
	awk '/^ +-/ {
		n = split($0, word, /[ ,]+/)
		for (i = 1; i <= n; i++) {
			if (word[i] == "" || word[i] == "--") continue
			if (word[i] !~ /^-/) break
			sub(/[[=].*/, "", word[i])
			print word[i]
		}
	}'
}

_kpatch_complete() {
	local program=$1 current=$2 previous=$3 help commands command="" word REPLY kind
	COMPREPLY=()
	_kpatch_help "$program"; help=$REPLY
	commands=$(sed -n 's/^  \([a-z][a-z-]*\) .*/\1/p' <<<"$help" | sort -u)
	for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
		if [[ $'\n'$commands$'\n' == *$'\n'"$word"$'\n'* ]]; then command=$word; break; fi
	done
	# Programs with a help for each command say so in their own.
	if [[ $command && $help == *"COMMAND --help"* ]]; then
		_kpatch_help "$program" "$command"; help=$REPLY
	fi
	# --option=VALUE comes as three words.
	if [[ $previous == "=" ]]; then previous=${COMP_WORDS[COMP_CWORD-2]}; fi
	if [[ $current == "=" ]]; then previous=${COMP_WORDS[COMP_CWORD-1]} current=""; fi
	kind=""
	if [[ $previous == -* ]]; then _kpatch_argument "$help" "$previous"; kind=$REPLY; fi
	if [[ $kind ]]; then
		_kpatch_value "$kind" "$current"
	elif [[ $current == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(_kpatch_options <<<"$help")" -- "$current")
	elif [[ $commands && ! $command ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$current")
	elif [[ ${program##*/} == kpatch ]]; then
		_kpatch_value MODULE "$current"
	else
		_kpatch_value FILE "$current"
	fi
}

# _kpatch_value KIND CURRENT
_kpatch_value() {
	local kind=$1 current=$2 place modules=""
	case $kind in
	DIR | DIR[!A-Z]*)
		mapfile -t COMPREPLY < <(compgen -d -- "$current")
		compopt -o filenames 2>/dev/null
		;;
	RELEASE)
		for place in "${_KPATCH_ROOT:-}"/lib/modules/*/; do
			place=${place%/}
			modules+=" ${place##*/}"
		done
		mapfile -t COMPREPLY < <(compgen -W "$modules" -- "$current")
		;;
	MODULE)
		for place in "${_KPATCH_ROOT:-}"/sys/kernel/livepatch/*/ "${_KPATCH_ROOT:-}"/var/lib/kpatch/*/*.ko; do
			place=${place%/} place=${place##*/}
			modules+=" ${place%.ko}"
		done
		mapfile -t COMPREPLY < <(compgen -W "${modules//\*/}" -- "$current"; compgen -f -X '!*.ko' -- "$current"; compgen -d -- "$current")
		compopt -o filenames 2>/dev/null
		;;
	N | SECONDS | URL | NAME | RULE* | FILE:HUNK | SIZE | TIME | ENGINE) ;;
	*)
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
		compopt -o filenames 2>/dev/null
		;;
	esac
}

complete -F _kpatch_complete kpatch klp-verify kpatch-build kpatch-farm create-diff-object create-klp-module klp-link klp-manifest klp-place klp-source
