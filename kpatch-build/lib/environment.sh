# shellcheck shell=bash
# What of the caller's environment the run keeps. The kernel's make, Kconfig and gcc read dozens of variables: KCONFIG_CONFIG
# names the file that olddefconfig writes, LLVM another compiler, sub_make_done makes a build with O= write into the source,
# C_INCLUDE_PATH other headers. Any of them would make another kernel than the target's, or spoil the cached tree for all
# later runs. So what is not known to be harmless is dropped, once, before anything else is done.

# Names, or patterns of names: where things are; who runs this; how to reach the archive (apt), and how it is configured; how
# programs of the user's own are loaded; wrappers of compilers; the sanitizers of our own programs; and how wide lines may be
# (log.sh; make does not read it, gcc only on a terminal).
readonly ENVIRONMENT_KEPT="PATH HOME USER LOGNAME SHELL TERM TMPDIR XDG_CACHE_HOME NO_COLOR KPATCH_* *_proxy *_PROXY APT_CONFIG
LD_LIBRARY_PATH LD_PRELOAD CCACHE_* DISTCC_* *SAN_OPTIONS LC_ALL COLUMNS"

# What existing build scripts set, for kpatch-build 0.9.11 or any program, kept under names that nothing else reads
CALLER_CACHEDIR=${CACHEDIR:-}           # directory of the cache
CALLER_CROSS_COMPILE=${CROSS_COMPILE:-} # prefix of the compiler's and binutils' names
CALLER_TARGET_ARCH=${TARGET_ARCH:-}     # the target's machine
CALLER_SIGN_PIN=${KBUILD_SIGN_PIN:-}    # passphrase of the key that signs modules
CALLER_SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-} # time of packages (not of what is compiled, which has no time)
CALLER_EXTRA_SYMBOLS=${KBUILD_EXTRA_SYMBOLS:-} # files of exports that a module from outside the tree takes

# Of all these, what decides what a run makes, or what comes of it. kpatch-farm keeps results under it. A slash is behind the name of a
# directory, dots are behind that of files. PATH is not among them: who compiles is compared with the target's compiler, and the base check
# compares what it made.
# shellcheck disable=SC2034
readonly ENVIRONMENT_INPUTS="CROSS_COMPILE KBUILD_EXTRA_SYMBOLS... KPATCH_BIN/ KPATCH_PACKAGER SOURCE_DATE_EPOCH KPATCH_VM_ACCEL KPATCH_VM_MEMORY
KPATCH_VM_SECONDS"
# The others that we read: where things are, what is refused if it has another value, how wide lines are, a secret, and what runs tell each other.
# (The style test looks that each is in one of both.)
# shellcheck disable=SC2034
readonly ENVIRONMENT_OTHERS="CACHEDIR KPATCH_CACHE TARGET_ARCH KBUILD_SIGN_PIN COLUMNS KPATCH_AGAIN KPATCH_GUARD"

# environment_clean: drop all other variables, and all functions that bash took from the environment
environment_clean() {
	local name pattern kept
	# (Not for ... in $ENVIRONMENT_KEPT: files would be looked for.)
	read -ra kept -d '' <<<"$ENVIRONMENT_KEPT" || true
	for name in $(compgen -e); do
		for pattern in "${kept[@]}"; do
			# shellcheck disable=SC2053
			if [[ $name == $pattern ]]; then continue 2; fi
		done
		# (Some can't be unset in a shell: they are set by it, and tell nothing to make.)
		unset "$name" 2>/dev/null || true
	done
}
