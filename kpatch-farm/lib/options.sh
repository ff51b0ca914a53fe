# shellcheck shell=bash
# The command line.

COMMAND=""              # plan, run ...
OPT_FARM=farm           # -o
OPT_KERNELS=()          # -k
OPT_PATCHES=()          # -p
OPT_BUILD=()            # what stands behind --: options for each kpatch-build
OPT_JOBS=""             # -j
OPT_ON=local            # --on
OPT_JSON=""             # --json
OPT_FORCE=0             # --force
OPT_MEMORY=4G           # --memory
OPT_TIME=02:00:00       # --time
OPT_PARTITION=""        # --partition
SLURM_GIVEN=""          # one of these three, if it was given

# Each command, and its options. (Those of --on slurm are run's. What stands behind -- are options for kpatch-build.)
readonly COMMANDS="plan run report scan cumulative"
declare -rA COMMAND_OPTIONS=(
	[plan]=" -k --kernels -p --patches -o --output --force -- "
	[run]=" -o --output -j --jobs --on --memory --time --partition "
	[report]=" -o --output "
	[scan]=" -k --kernels -p --patches -j --jobs --json -- "
	[cumulative]=" -k --kernels -p --patches -o --output -j --jobs -- "
)
readonly SLURM_OPTIONS=" --memory --time --partition "

usage() {
	local text
	text=$(
		cat <<'END'
Usage: kpatch-farm COMMAND [options]

Builds livepatches of many patches for many kernels, with kpatch-build.

Commands:
  plan         write a job for each kernel and each patch
  run          run the jobs that have no result yet
  report       write what came of them: a page, junit.xml and results.json
  scan         tell which kernels need which patch, in seconds and without compiling
  cumulative   make one livepatch for each kernel, with all fixes of a list that can be built

Options:
  -k, --kernels KERNELS  (plan, scan, cumulative) a list of kernels, or a release; may be repeated
  -p, --patches PATCHES  (plan, scan, cumulative) a list or directory of patches, or a patch; may be repeated
  -o, --output DIR       (plan, run, report, cumulative) the farm directory; default: farm, or cumulative
  -j, --jobs N           (run, scan, cumulative) run this many jobs at a time; default: the number of CPUs
      --on ENGINE        (run) local (default) or slurm
      --memory SIZE      (run --on slurm) memory for each job; default: 4G
      --time TIME        (run --on slurm) time for each job; default: 02:00:00
      --partition NAME   (run --on slurm) partition of the cluster
      --json FILE        (scan) also write the answers to FILE (- is standard output, and no table)
      --force            (plan) plan again although job directories were edited
      --version          show the version
  -h, --help             show this help
  -- OPTION...           (plan, scan, cumulative) options for each kpatch-build

Exit codes: 0 all is built (plan, report, scan: all is done), 1 error, or a job without a result, 2 (run, cumulative) some patch can't be built for some kernel, 4 wrong usage, 129, 130, 141 and 143 interrupted.
END
	)
	print_folded "$text"
}

options_parse() {
	local parsed long=help,version,kernels:,patches:,output:,jobs:,on:,memory:,time:,partition:,force,json:
	if [[ ${1:-} == @(-h|--help) ]]; then usage; exit 0; fi
	if [[ ${1:-} == --version ]]; then version_text; print_folded "kpatch-farm $REPLY"; exit 0; fi
	COMMAND=${1:-}
	if [[ ! $COMMAND ]]; then usage_error "no command given"; fi
	if [[ " $COMMANDS " != *" $COMMAND "* ]]; then usage_error "unknown command '$COMMAND'"; fi
	shift
	# (getopt would mix what stands behind -- with other words.)
	local own=()
	while (($#)) && [[ $1 != -- ]]; do own+=("$1"); shift; done
	if (($#)); then shift; OPT_BUILD=("$@"); fi
	if ! parsed=$(getopt -o hk:p:o:j: -l "$long" -n kpatch-farm -- "${own[@]}" 2>&1); then
		parsed=${parsed%%$'\n'*}
		usage_error "${parsed#kpatch-farm: }"
	fi
	eval set -- "$parsed"
	while [[ $1 != -- ]]; do
		option_check "$1" "$2"
		case $1 in
		-h | --help) usage; exit 0 ;;
		--version) version_text; print_folded "kpatch-farm $REPLY"; exit 0 ;;
		-k | --kernels) OPT_KERNELS+=("$2"); shift ;;
		-p | --patches) OPT_PATCHES+=("$2"); shift ;;
		-o | --output) OPT_FARM=$2; shift ;;
		-j | --jobs) OPT_JOBS=$2; shift ;;
		--on) OPT_ON=$2; shift ;;
		--memory) OPT_MEMORY=$2; shift ;;
		--time) OPT_TIME=$2; shift ;;
		--partition) OPT_PARTITION=$2; shift ;;
		--force) OPT_FORCE=1 ;;
		--json) OPT_JSON=$2; shift ;;
		esac
		shift
	done
	shift
	if (($#)); then usage_error "unknown word '$1'"; fi
	if ((${#OPT_BUILD[@]})); then option_check -- ""; fi
	options_check
}

# option_check OPTION VALUE: is it one of this command's? (Ignored, it would do something else than its user thinks.)
option_check() {
	local command of=""
	if [[ $1 == @(-h|--help|--version) ]]; then return; fi
	if [[ ${COMMAND_OPTIONS[$COMMAND]} != *" $1 "* ]]; then
		for command in $COMMANDS; do
			if [[ ${COMMAND_OPTIONS[$command]} == *" $1 "* ]]; then of+=${of:+, }$command; fi
		done
		if [[ $of == *,* ]]; then of="${of%, *} and ${of##*, }"; fi
		if [[ $1 == -- ]]; then usage_error "options for kpatch-build (behind --) are for $of, not for $COMMAND"; fi
		usage_error "$1 is for $of, not for $COMMAND"
	fi
	# (The next word is the value of those that take one.)
	if [[ ! $2 && $1 != @(--|--force) ]]; then usage_error "$1: the value is empty"; fi
	if [[ $SLURM_OPTIONS == *" $1 "* ]]; then SLURM_GIVEN=$1; fi
}

options_check() {
	if [[ ! ${OPT_JOBS:-1} =~ ^[1-9][0-9]{0,5}$ ]]; then usage_error "-j takes a number of at least 1, not '$OPT_JOBS'"; fi
	if [[ $OPT_ON != @(local|slurm) ]]; then usage_error "--on takes local or slurm, not '$OPT_ON'"; fi
	if [[ $SLURM_GIVEN && $OPT_ON != slurm ]]; then usage_error "$SLURM_GIVEN is for run --on slurm"; fi
	if [[ ! ${KPATCH_FARM_JOBS:-1} =~ ^[1-9][0-9]{0,5}$ ]]; then usage_error "KPATCH_FARM_JOBS is a number of at least 1, not '$KPATCH_FARM_JOBS'"; fi
	if [[ ! $OPT_MEMORY =~ ^[1-9][0-9]*[KMGT]?$ ]]; then usage_error "--memory takes a size such as 4G, not '$OPT_MEMORY'"; fi
	if [[ ! $OPT_TIME =~ ^([0-9]+-)?[0-9]+(:[0-9]+){0,2}$ ]]; then usage_error "--time takes a time such as 02:00:00, not '$OPT_TIME'"; fi
	case $COMMAND in
	plan | scan | cumulative)
		if ((${#OPT_KERNELS[@]} == 0)); then usage_error "no kernels given (-k)"; fi
		if ((${#OPT_PATCHES[@]} == 0)); then usage_error "no patches given (-p)"; fi
		;;
	esac
	if [[ ! -x $KPATCH_BUILD ]]; then
		if [[ $KPATCH_BUILD == */* ]] || ! command -v -- "$KPATCH_BUILD" >/dev/null; then usage_error "there is no program $KPATCH_BUILD (KPATCH_BUILD)"; fi
		KPATCH_BUILD=$(command -v -- "$KPATCH_BUILD")
	fi
	path_of "$KPATCH_BUILD" -s; KPATCH_BUILD=$REPLY
}
