# shellcheck shell=bash
# The command line.

readonly VERSION=0.1.0
COMMAND=""
RELEASE=""              # -k, or that of the kernel that runs
RUNNING=""              # the release of the kernel that runs
OPT_ALL=0               # --all
OPT_JSON=0              # --json
OPT_QUIET=0             # -q
OPT_TIMEOUT=60          # --timeout
ARGS=()                 # modules

usage() {
	out "\
Usage: kpatch COMMAND [options] [MODULE...]

Livepatches of the kernel that runs. MODULE is a file, or the name of a module that is installed or loaded.

Commands:
  load MODULE...       check and load livepatches, and wait until all tasks run their code
  load --all           the same with all that are installed for this kernel, in their order
  unload MODULE...     disable livepatches, wait until no task needs them, and remove them
  unload --all         the same with all that are loaded, the newest first
  list                 show the livepatches that are loaded and installed
  info MODULE          show what a livepatch says of itself, and its state
  install MODULE...    check livepatches, and have them loaded at each boot
  uninstall MODULE...  do not load them at boot any more; what is loaded stays loaded
  status               show a transition that is in progress, and the tasks that hold it up
  signal               wake the tasks that hold up a transition
  verify MODULE...     only check livepatches against this kernel

Options:
  -k, --kernel-version RELEASE
                       of install, uninstall: for this kernel, not for the one that runs
  -a, --all            see load and unload
      --timeout SECONDS
                       of load, unload: how long to wait for a transition (default: 60); then it is reversed
      --json           print what came of it as JSON (needs jq)
  -q, --quiet          print only warnings and errors
      --version        show the version
  -h, --help           show this help

Exit codes: 0 done, 1 error, 2 the module is not for this kernel or violates a rule, 3 the transition took too long and was reversed, 4 wrong usage, 5 the transition took too long and the reversal did not end either, 6 status: a transition is in progress, 129, 130 and 143 interrupted."
}

# json_asked OPTION... -- ...: of a command line that is wrong
json_asked() {
	while [[ $1 != -- ]]; do
		case $1 in
		--json) command -v jq >/dev/null; return ;;
		-k | --kernel-version | --timeout) shift ;;
		esac
		shift
	done
	return 1
}

options_parse() {
	local parsed words
	local format=(-o hk:aq -l "help,kernel-version:,all,timeout:,json,quiet,version")
	if ! parsed=$(getopt "${format[@]}" -n kpatch -- "$@" 2>&1); then
		parsed=${parsed%%$'\n'*}
		eval set -- "$(getopt "${format[@]}" -q -- "$@" || true)"
		if json_asked "$@"; then OPT_JSON=1; fi
		usage_error "${parsed#kpatch: }"
	fi
	eval set -- "$parsed"
	words=()
	while [[ $1 != -- ]]; do
		case $1 in
		-h | --help) usage; exit 0 ;;
		--version) out "kpatch $VERSION"; exit 0 ;;
		-k | --kernel-version) RELEASE=$2 words+=("$1"); shift ;;
		-a | --all) OPT_ALL=1 words+=("$1") ;;
		--timeout) OPT_TIMEOUT=$2 words+=("$1"); shift ;;
		--json) OPT_JSON=1 ;;
		-q | --quiet) OPT_QUIET=1 ;;
		esac
		shift
	done
	shift
	if ((OPT_JSON)) && ! command -v jq >/dev/null; then
		OPT_JSON=0
		die "$EXIT_ERROR" "--json needs jq, which is not installed"
	fi
	if (($# == 0)); then usage_error "no command given"; fi
	if [[ $1 == help ]]; then usage; exit 0; fi
	if [[ $1 == version ]]; then out "kpatch $VERSION"; exit 0; fi
	options_check "$1" "${words[*]}" "${@:2}"
}

# options_check COMMAND "OPTION..." MODULE...
options_check() {
	local command=$1 word known
	case $command in
	load | unload) known="-a --all --timeout" ;;
	install | uninstall) known="-k --kernel-version" ;;
	list | info | status | signal | verify) known="" ;;
	*) printable "$command"; usage_error "'$REPLY' is no command" ;;
	esac
	for word in $2; do
		if [[ " $known " != *" $word "* ]]; then usage_error "$word is no option of $command"; fi
	done
	COMMAND=$command
	ARGS=("${@:3}")
	if [[ ! $OPT_TIMEOUT =~ ^[1-9][0-9]{0,4}$ ]]; then usage_error "--timeout takes a number of seconds, at most 99999"; fi
	case $command in
	list | status | signal)
		if ((${#ARGS[@]})); then usage_error "$command takes no module"; fi
		;;
	info)
		if ((${#ARGS[@]} != 1)); then usage_error "info takes one module"; fi
		;;
	*)
		if ((OPT_ALL && ${#ARGS[@]})); then usage_error "give modules or --all, not both"; fi
		if ((!OPT_ALL && !${#ARGS[@]})); then usage_error "no module given"; fi
		;;
	esac
	running_release
	if [[ " $2 " == *" -k "* || " $2 " == *" --kernel-version "* ]] && [[ ! $RELEASE =~ ^[A-Za-z0-9_+~-][A-Za-z0-9._+~-]*$ ]]; then
		printable "$RELEASE"
		usage_error "'$REPLY' is no release of a kernel"
	fi
	RELEASE=${RELEASE:-$RUNNING}
}

running_release() {
	if ! { read -r RUNNING <"$ROOT/proc/sys/kernel/osrelease"; } 2>/dev/null || [[ ! $RUNNING ]]; then
		die "$EXIT_ERROR" "$ROOT/proc/sys/kernel/osrelease can't be read"
	fi
}

need_root() { if ((EUID)) && [[ ! $ROOT ]]; then die "$EXIT_ERROR" "$COMMAND has to be run by root"; fi; }
