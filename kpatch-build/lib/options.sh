# shellcheck shell=bash
# The command line. Options of kpatch-build 0.9.11 keep their letters and meaning; those that are not supported refuse.

# shellcheck source=kpatch-build/lib/option-names.sh
source "${BASH_SOURCE[0]%/*}/option-names.sh"

OPT_RELEASE=""          # -a
OPT_MIRROR=""           # --mirror: URL of Debian's archive, "": as this machine's apt has it
OPT_PACKAGES=""         # --packages: directory of .deb files
OPT_BUILD_ROOT=""       # --build-root
OPT_SOURCE=""           # -s
OPT_SRPM=""             # -r
OPT_CONFIG=""           # -c
OPT_IMAGE=""            # -v
OPT_SYMVERS=""          # --symvers
OPT_MODULES=""          # --modules
OPT_JOBS=""             # -j
OPT_TARGETS=()          # -t
OPT_NAME=""             # -n
OPT_OUTPUT=.            # -o
OPT_DEBUG=0             # -d: how often
OPT_REPLACE=1           # 0 with -R
OPT_PER_OBJECT=0        # --per-object
OPT_STATE=""            # --state: ID:VERSION
OPT_KEEP=0              # --skip-cleanup
OPT_COMPILER_CHECK=1    # 0 with --skip-compiler-check
OPT_BASE_CHECK=1        # 0 with --skip-base-check
OPT_FUZZ=0              # --fuzz
OPT_MAX_OBJECTS=2000    # --max-objects
OPT_ACCEPT=()           # --accept: RULE:NAME or RULE:OBJECT:NAME each
OPT_WITHOUT=()          # --without: rules
OPT_WITHOUT_HUNKS=()    # --without-hunk: FILE:HUNK each
OPT_OOT_MODULE=""       # --oot-module: the .ko, as the target has it
OPT_OOT_SOURCE=""       # --oot-module-src
OPT_EXPLAIN=0           # --explain
OPT_SUGGEST=0           # --suggest
OPT_CHECK=0             # --check
OPT_FULL=0              # --full
OPT_DRY_RUN=0           # --dry-run
OPT_SIGN=""             # --sign: KEY[,CERTIFICATE]
OPT_PACKAGE=()          # --package: deb or rpm each, with ,VERSION behind it
OPT_BOOT=0              # --boot-test
OPT_BOOT_SCRIPT=""      # --boot-test=: script to run in the machine
OPT_BOOT_WAIT=""        # --boot-test-wait: seconds to watch it after removal, "": as many as the livepatch asks for
OPT_BOOT_MODULES=()     # --boot-test-module: more modules of the target to load in the machine
OPT_BOOT_FILES=()       # --boot-test-file: files for the test
OPT_PRUNE=""            # --cache-prune: days or size
OPT_QUIET=0             # -q
OPT_JSON=""             # --json: file, or -
OPT_ACTION=build        # or list-targets, print-target, prepare, cache, cache-prune
PATCHES=()              # absolute paths, in the order given; - is standard input
MODULE_NAME=""          # name of the module to build, e.g. livepatch-fix

usage() {
	local text
	text=$(
		cat <<'EOF'
Usage: kpatch-build [options] PATCH...
       (- is a patch on standard input)

Builds a livepatch module from source patches, for a stock kernel or for a kernel of your own.

Target:
  -a, --archversion RELEASE  a distribution kernel, by release (6.12.117+deb12-amd64) or by series (6.12: the newest one in the archive); 6.12/trixie looks only in that suite. Default: the running kernel. Needs no root, installs nothing
      --mirror URL           mirror of the Debian archive (default: the one that apt uses)
      --packages DIR         take packages (.deb files) from this directory, which the archive may no longer have
  -s, --sourcedir DIR        a source tree of your own, which is only read; with -c and -v
  -r, --sourcerpm FILE       a source RPM with the source, prepared with rpmbuild -bp; with -v, and with -c if it has several configurations
  -c, --config FILE          configuration of the target (default: DIR/.config)
  -v, --vmlinux FILE         image of the target: vmlinux, vmlinuz or bzImage (default: DIR/vmlinux)
      --symvers FILE         Module.symvers of the target (default: beside the source, the configuration or the image)
      --modules DIR          directory of the target's modules (default: the source, if it was built)
      --build-root DIR       run the compiler in this directory, which holds another system (default: if the target's compiler is not installed, a root made from its Debian suite)
Out-of-tree module:
  -m, --oot-module FILE      patch only this module, which the target runs as FILE (NAME.ko or compressed); the options above describe the target
      --oot-module-src DIR   source of the module with its Makefile, which is only read; the patch applies there
Build:
  -t, --target TARGET        patch only this target: vmlinux, modules, DIR/, DIR/NAME.o, or a module as DIR/NAME.ko or NAME; with --oot-module: a target of Kbuild or of the module's Makefile (default: modules); may be repeated
  -n, --name NAME            name of the module (default: livepatch-<name of the first patch>)
  -o, --output DIR           directory for the module (default: .)
  -j, --jobs N               compile N objects at a time (default: number of CPUs)
  -R, --non-replace          do not replace livepatches that are already loaded (also --no-replace)
      --per-object           build one module for the kernel and one for each patched module, which is loaded after that module
      --state ID:VERSION     give the livepatch this state (struct klp_state) too: the kernel then refuses to replace it by one that has not the same or a later version of it
      --fuzz N               let N outer lines of context differ when a patch is applied; one line always has to fit (default: 0)
      --max-objects N        refuse a patch that can change more objects (default: 2000)
      --accept RULE:NAME     turn this refusal at NAME into a warning, because you have judged it harmless; the module records it. create-diff-object(1) lists the rules. May be repeated
      --without RULE         leave out the hunks that this rule refuses, and build the rest; the module records them. May be repeated
      --without-hunk FILE:HUNK
                             leave out this hunk ("fs/isofs/inode.c:@@ -10,7 +10,8 @@"); may be repeated
      --suggest              if the patch is refused because it changes initial values: write a second patch, with callbacks that set them in the running kernel. Review it, and give it as one more PATCH
      --sign KEY [CERTIFICATE]
                             sign the module with this key; its file may contain the certificate too (like certs/signing_key.pem of the target's build)
      --package deb|rpm[,VERSION]
                             also make a package that installs the module for its release, where kpatch finds it (default: version 1)
      --check                print what the author of the patch has to judge, for each function, and build no module
      --full                 also build both kernels entirely, compare every object, and continue only if the same functions change. Takes as long as two builds of the kernel, and their room
      --dry-run              only see whether the patches apply, which objects they can change and how long a build takes; compile nothing
      --explain              show why each function is in the module, with the instructions that differ
      --skip-compiler-check  continue with another compiler than the one that built the target (also --skip-gcc-check)
      --skip-base-check      continue if the compiled code differs from what the target runs; the module records it
Boot test:
      --boot-test[=SCRIPT]   boot the target in a virtual machine, load and unload the module there, and check the kernel log; SCRIPT runs inside, and must succeed only while the module is loaded
      --boot-test-wait SECONDS
                             watch the log that long after removal (default: 5; 45 if address-kept was accepted)
      --boot-test-module NAME
                             load this module of the target first; may be repeated
      --boot-test-file FILE  put FILE beside SCRIPT; may be repeated
Other:
  -d, --debug                print the commands that take long, and keep the work directory; twice: also trace the scripts (file "trace" there)
  -T, --skip-cleanup         keep the work directory (also --keep-tmp)
      --list-targets         list the stock kernels that can be built here, newest first; with -a, only the one that -a stands for now
      --print-target         prepare the target, print its description and build nothing
      --prepare              prepare the target and its build tree in the cache, for later runs, and build nothing
      --json FILE            write what came of the run to FILE, as JSON, whatever the outcome (- is standard output; all else then goes to standard error)
      --cache                show what the cache holds
      --cache-prune [DAYS|SIZE]
                             remove what was not used for DAYS days (default: 30), or what was not used for longest, until the cache has SIZE (20G, 500M); never what a run uses
  -q, --quiet                print only warnings, errors, and the path of the module
      --version              show the version
  -h, --help                 show this help

Exit codes: 0 built, 1 error, 2 the patch can't be livepatched, 3 nothing changed, 4 wrong usage, 5 the patch does not apply, 6 the patched source does not compile, 129, 130, 141 and 143 interrupted.
EOF
	)
	print_folded "$text"
}

# Names go into sysfs and symbol names: same alphabet and length as the kernel's loader takes. (The style test compares it with
# KLP_OBJECT_NAME_MAX.)
readonly MODULE_NAME_MAX=55
module_name_clean() { REPLY=${1//[^A-Za-z0-9_-]/-}; REPLY=${REPLY:0:MODULE_NAME_MAX}; }

require_file() {
	if [[ ! -f $1 || ! -r $1 ]]; then usage_error "$2 $1 is not a readable file"; fi
}
require_dir() {
	if [[ ! -d $1 || ! -r $1 ]]; then usage_error "$2 $1 is not a readable directory"; fi
}

# options_find_json WORD...: OPT_JSON, of a command line that is wrong
options_find_json() {
	while (($#)) && [[ $1 != -- ]]; do
		if [[ $1 == --json ]]; then OPT_JSON=$2; fi
		if option_takes_value "$1"; then shift; fi
		shift
	done
}

# options_refuse MESSAGE WORD...: the message, told to --json of these words as well
options_refuse() {
	options_find_json "${@:2}"
	if [[ $OPT_JSON ]]; then json_begin; fi
	usage_error "$1"
}

options_parse() {
	local parsed words
	options_words "$@"
	set -- "${WORDS[@]}"
	if ! parsed=$(getopt -o "$OPTION_LETTERS" -l "$OPTION_NAMES" -n kpatch-build -- "$@" 2>&1); then
		parsed=${parsed%%$'\n'*}
		eval "words=($(getopt -q -o "$OPTION_LETTERS" -l "$OPTION_NAMES" -- "$@" || true))"
		options_refuse "${parsed#kpatch-build: }" "${words[@]}"
	fi
	eval set -- "$parsed"
	option_empty "$@"
	if [[ $REPLY ]]; then options_refuse "$REPLY: the value is empty" "$@"; fi
	while [[ $1 != -- ]]; do
		case $1 in
		-h | --help) usage; exit 0 ;;
		--version) version_text; print_folded "kpatch-build $REPLY"; exit 0 ;;
		-q | --quiet) OPT_QUIET=1 ;;
		--json) OPT_JSON=$2; shift ;;
		-a | --archversion) OPT_RELEASE=$2; shift ;;
		--mirror) OPT_MIRROR=$2; shift ;;
		--packages) OPT_PACKAGES=$2; shift ;;
		--build-root) OPT_BUILD_ROOT=$2; shift ;;
		-s | --sourcedir) OPT_SOURCE=$2; shift ;;
		-c | --config) OPT_CONFIG=$2; shift ;;
		-v | --vmlinux) OPT_IMAGE=$2; shift ;;
		-j | --jobs) OPT_JOBS=$2; shift ;;
		-t | --target)
			# (Several in one argument are several targets of make.)
			read -ra words <<<"$2"
			OPT_TARGETS+=("${words[@]}")
			shift
			;;
		-n | --name) OPT_NAME=$2; shift ;;
		-o | --output) OPT_OUTPUT=$2; shift ;;
		-d | --debug) OPT_DEBUG=$((OPT_DEBUG + 1)) OPT_KEEP=1 ;;
		-R | --non-replace | --no-replace) OPT_REPLACE=0 ;;
		--per-object) OPT_PER_OBJECT=1 ;;
		--state) OPT_STATE=$2; shift ;;
		-T | --keep-tmp | --skip-cleanup) OPT_KEEP=1 ;;
		--skip-compiler-check | --skip-gcc-check) OPT_COMPILER_CHECK=0 ;;
		--skip-base-check) OPT_BASE_CHECK=0 ;;
		--symvers) OPT_SYMVERS=$2; shift ;;
		--modules) OPT_MODULES=$2; shift ;;
		--fuzz) OPT_FUZZ=$2; shift ;;
		--accept) OPT_ACCEPT+=("$2"); shift ;;
		--without) OPT_WITHOUT+=("$2"); shift ;;
		--without-hunk) OPT_WITHOUT_HUNKS+=("$2"); shift ;;
		--explain) OPT_EXPLAIN=1 ;;
		--check) OPT_CHECK=1 ;;
		--full) OPT_FULL=1 ;;
		--dry-run) OPT_DRY_RUN=1 ;;
		--suggest) OPT_SUGGEST=1 ;;
		--sign) OPT_SIGN=$2; shift ;;
		--package) OPT_PACKAGE+=("$2"); shift ;;
		--max-objects) OPT_MAX_OBJECTS=$2; shift ;;
		--boot-test) OPT_BOOT=1 OPT_BOOT_SCRIPT=$2; shift ;;
		--boot-test-wait) OPT_BOOT=1 OPT_BOOT_WAIT=$2; shift ;;
		--boot-test-module) OPT_BOOT=1 OPT_BOOT_MODULES+=("$2"); shift ;;
		--boot-test-file) OPT_BOOT=1 OPT_BOOT_FILES+=("$2"); shift ;;
		--cache) OPT_ACTION=cache ;;
		--cache-prune) OPT_ACTION=cache-prune OPT_PRUNE=$2; shift ;;
		--list-targets) OPT_ACTION=list-targets ;;
		--print-target) OPT_ACTION=print-target ;;
		--prepare) OPT_ACTION=prepare ;;
		-r | --sourcerpm) OPT_SRPM=$2; shift ;;
		-m | -e | --oot-module) OPT_OOT_MODULE=$2; shift ;;
		--oot-module-src) OPT_OOT_SOURCE=$2; shift ;;
		esac
		shift
	done
	shift
	if [[ $OPT_JSON ]]; then json_begin; fi
	options_check "$@"
}

options_check() {
	local patch number file
	for number in "${OPT_JOBS:-1}" "$OPT_MAX_OBJECTS" "1$OPT_FUZZ"; do
		if [[ ! $number =~ ^[1-9][0-9]{0,5}$ || -z $OPT_FUZZ ]]; then
			usage_error "-j and --max-objects take a number of at least 1, --fuzz of at least 0"
		fi
	done
	OPT_JOBS=${OPT_JOBS:-$(nproc)}
	if [[ $OPT_STATE && ! $OPT_STATE =~ ^[1-9][0-9]{0,18}:[0-9]{1,9}$ ]]; then usage_error "--state takes ID:VERSION, two numbers, the first of at least 1, not '$OPT_STATE'"; fi
	if [[ $OPT_RELEASE && $OPT_SOURCE ]]; then
		usage_error "-a names a distribution kernel and -s a tree of your own: give one of them"
	fi
	if [[ $OPT_BUILD_ROOT ]]; then
		require_dir "$OPT_BUILD_ROOT" "build root"
		OPT_BUILD_ROOT=$(realpath -- "$OPT_BUILD_ROOT")
		if [[ ! -d $OPT_BUILD_ROOT/usr/bin ]]; then usage_error "$OPT_BUILD_ROOT is no build root: it has no usr/bin"; fi
	fi
	if [[ $OPT_PACKAGES ]]; then
		require_dir "$OPT_PACKAGES" "directory of packages"
		OPT_PACKAGES=$(realpath -- "$OPT_PACKAGES")
		if [[ $OPT_SOURCE$OPT_SRPM ]]; then usage_error "--packages is for a distribution kernel (-a): don't give -s or -r with it"; fi
		if [[ -z $(find -L "$OPT_PACKAGES" -name 'linux-*.deb' -type f -print -quit) ]]; then
			usage_error "there are no packages of a kernel (linux-*.deb) in $OPT_PACKAGES"
		fi
	fi
	if [[ $OPT_MIRROR && ! $OPT_MIRROR =~ ^(https?|file):/[^\ ]+$ ]]; then usage_error "--mirror takes an http, https or file URL, not '$OPT_MIRROR'"; fi
	if [[ $OPT_SRPM && $OPT_SOURCE$OPT_RELEASE ]]; then usage_error "-r gives the source of the target: don't give -s or -a with it"; fi
	if [[ -z $OPT_SOURCE$OPT_SRPM && $OPT_CONFIG$OPT_IMAGE$OPT_SYMVERS$OPT_MODULES ]]; then
		usage_error "-c, -v, --symvers and --modules describe a kernel together with its source, so -s DIR or -r FILE is missing; for a stock kernel, -a RELEASE is enough"
	fi
	if [[ $CALLER_TARGET_ARCH && $CALLER_TARGET_ARCH != @("$ARCH_NAME"|"$ARCH_SOURCE") ]]; then
		usage_error "TARGET_ARCH=$CALLER_TARGET_ARCH: only kernels of $ARCH_NAME are supported"
	fi
	if [[ $CALLER_CROSS_COMPILE && ! $OPT_BUILD_ROOT ]] && ! command -v -- "${CALLER_CROSS_COMPILE}gcc" >/dev/null; then
		usage_error "CROSS_COMPILE=$CALLER_CROSS_COMPILE: there is no ${CALLER_CROSS_COMPILE}gcc"
	fi
	if [[ $OPT_SOURCE ]]; then options_check_tree; fi
	if [[ $OPT_SRPM ]]; then options_check_srpm; fi
	if [[ $OPT_OOT_MODULE$OPT_OOT_SOURCE ]]; then options_check_oot; fi
	if ((OPT_FULL && OPT_DRY_RUN)); then usage_error "--full builds two kernels and --dry-run compiles nothing: give one of them"; fi
	if ((OPT_FULL)) && [[ $CODE == oot ]]; then usage_error "--full builds the kernel, and not the module of --oot-module: give one of them"; fi
	if [[ $OPT_ACTION == cache-prune ]]; then
		cache_prune_option "${OPT_PRUNE:-${1:-}}"
		if [[ ! $OPT_PRUNE ]] && (($#)); then shift; fi
	fi
	if [[ $OPT_ACTION != build ]]; then
		if (($#)); then usage_error "--$OPT_ACTION builds nothing, so '$1' is one word too many"; fi
		return
	fi

	if (($# == 0)); then usage_error "no patch file given"; fi
	for patch; do
		if [[ $patch == - ]]; then
			if [[ " ${PATCHES[*]} " == *" - "* ]]; then usage_error "standard input (-) can be given only once"; fi
			PATCHES+=(-)
			continue
		fi
		require_file "$patch" "patch"
		PATCHES+=("$(realpath -- "$patch")")
	done
	require_dir "$OPT_OUTPUT" "output directory"
	if [[ ! -w $OPT_OUTPUT ]]; then usage_error "output directory $OPT_OUTPUT is not writable"; fi
	OPT_OUTPUT=$(realpath -- "$OPT_OUTPUT")
	if [[ $OPT_BOOT_SCRIPT ]]; then
		require_file "$OPT_BOOT_SCRIPT" "test (--boot-test)"
		OPT_BOOT_SCRIPT=$(realpath -- "$OPT_BOOT_SCRIPT")
	fi
	for file in "${OPT_BOOT_FILES[@]}"; do require_file "$file" "file for the test (--boot-test-file)"; done
	if [[ $OPT_BOOT_WAIT && ! $OPT_BOOT_WAIT =~ ^[0-9]{1,4}$ ]]; then
		usage_error "--boot-test-wait takes a number of seconds, at most 9999"
	fi
	for file in "${OPT_WITHOUT_HUNKS[@]}"; do
		if [[ ! $file =~ ^[^:]+:@@\ -[0-9]+(,[0-9]+)?( .*)?$ ]]; then usage_error "--without-hunk takes FILE:HUNK, as messages print them; '$file' does not have that form"; fi
	done
	if [[ $OPT_SIGN ]]; then sign_option "$OPT_SIGN"; fi
	for file in "${OPT_PACKAGE[@]}"; do package_option "$file"; done
	if ((OPT_BOOT)); then vm_require; fi
	options_name
}

options_check_tree() {
	require_dir "$OPT_SOURCE" "source directory"
	if [[ ! -f $OPT_SOURCE/Kbuild || ! -f $OPT_SOURCE/scripts/Makefile.build ]]; then
		usage_error "$OPT_SOURCE is not a Linux source tree (it has no Kbuild and scripts/Makefile.build)"
	fi
	OPT_SOURCE=$(realpath -- "$OPT_SOURCE")
	OPT_CONFIG=${OPT_CONFIG:-$OPT_SOURCE/.config}
	OPT_IMAGE=${OPT_IMAGE:-$OPT_SOURCE/vmlinux}
	require_file "$OPT_CONFIG" "configuration (-c)"
	require_file "$OPT_IMAGE" "image (-v)"
	OPT_CONFIG=$(realpath -- "$OPT_CONFIG")
	OPT_IMAGE=$(realpath -- "$OPT_IMAGE")
	if [[ $OPT_SYMVERS ]]; then
		require_file "$OPT_SYMVERS" "--symvers"
		OPT_SYMVERS=$(realpath -- "$OPT_SYMVERS")
	fi
	if [[ $OPT_MODULES ]]; then
		require_dir "$OPT_MODULES" "--modules"
		OPT_MODULES=$(realpath -- "$OPT_MODULES")
	fi
}

# What is in the package is looked at when it is unpacked (lib/srpm.sh).
options_check_srpm() {
	if [[ -z $OPT_IMAGE ]]; then usage_error "a source package has no image: give the target's with -v (/boot/vmlinuz-RELEASE)"; fi
	require_file "$OPT_SRPM" "source RPM"
	OPT_SRPM=$(realpath -- "$OPT_SRPM")
	require_file "$OPT_IMAGE" "image (-v)"
	OPT_IMAGE=$(realpath -- "$OPT_IMAGE")
	if [[ $OPT_CONFIG ]]; then require_file "$OPT_CONFIG" "configuration (-c)"; fi
}

options_check_oot() {
	local target
	if [[ -z $OPT_OOT_MODULE || -z $OPT_OOT_SOURCE ]]; then
		usage_error "--oot-module names the module that runs and --oot-module-src its source: give both"
	fi
	require_file "$OPT_OOT_MODULE" "module (--oot-module)"
	require_dir "$OPT_OOT_SOURCE" "source of the module (--oot-module-src)"
	if [[ ! $OPT_OOT_MODULE =~ \.ko(\.(xz|zst|gz))?$ ]]; then
		usage_error "--oot-module takes the file of a module (.ko, .ko.xz, .ko.zst or .ko.gz), not $OPT_OOT_MODULE"
	fi
	OPT_OOT_MODULE=$(realpath -- "$OPT_OOT_MODULE")
	OPT_OOT_SOURCE=$(realpath -- "$OPT_OOT_SOURCE")
	if [[ ! -f $OPT_OOT_SOURCE/Makefile && ! -f $OPT_OOT_SOURCE/Kbuild ]]; then
		usage_error "$OPT_OOT_SOURCE is not the source of a module: it has no Makefile and no Kbuild"
	fi
	if [[ -f $OPT_OOT_SOURCE/Kbuild && -f $OPT_OOT_SOURCE/scripts/Makefile.build ]]; then
		usage_error "$OPT_OOT_SOURCE is a Linux source tree; code of the kernel's own tree is patched without --oot-module-src"
	fi
	for target in "${OPT_TARGETS[@]}"; do
		if [[ ! $target =~ ^[A-Za-z0-9_][A-Za-z0-9_./-]*$ ]]; then usage_error "-t $target: with --oot-module this must be a target of make"; fi
	done
	CODE=oot
}

options_name() {
	local name=${OPT_NAME%.ko} i=0
	if [[ -z $name ]]; then
		# (A series in the order of its files begins with its cover letter.)
		if [[ ${PATCHES[0]} == *0000-cover-letter.patch ]] && ((${#PATCHES[@]} > 1)); then i=1; fi
		name=${PATCHES[i]##*/}
		if [[ $name == - ]]; then name=stdin; fi
		name=${name%.patch}
		name=livepatch-${name%.diff}
	fi
	module_name_clean "$name"
	MODULE_NAME=$REPLY
	if [[ ! $MODULE_NAME =~ [A-Za-z0-9] ]]; then usage_error "'$name' leaves no usable module name; give one with -n"; fi
}
