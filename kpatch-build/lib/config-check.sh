# shellcheck shell=bash
# Can this configuration be livepatched at all, and do we support it? And is the compiler the one that built it?

# option, or what old and new kernels call it; y (must be set), n (must not be), b (must be built in) or the least number; reason
readonly CONFIG_RULES="\
$ARCH_CONFIG y only $ARCH_NAME kernels are supported
CONFIG_LIVEPATCH y the kernel must be able to load livepatch modules (Kconfig turns it off with TRIM_UNUSED_KSYMS)
CONFIG_MODULES y a livepatch is a module
CONFIG_MODULE_UNLOAD y a disabled livepatch must be removable
CONFIG_KALLSYMS y the loader finds the functions to patch in kallsyms
CONFIG_KALLSYMS_ALL y references to data that is not exported are found in kallsyms
CONFIG_DYNAMIC_FTRACE y functions are redirected through ftrace
CONFIG_FUNCTION_TRACER y functions are redirected through ftrace
CONFIG_STACKTRACE y the transition looks at the stacks of all tasks
CONFIG_UNWINDER_ORC y without reliable stack traces a transition does not end
CONFIG_OBJTOOL|CONFIG_STACK_VALIDATION y objtool makes the unwind data and the call site tables
CONFIG_CC_IS_GCC y only kernels that gcc compiled are supported
CONFIG_LTO_CLANG n objects of a link-time optimized kernel can't be compared one by one
CONFIG_CFI_CLANG n control flow type checks are not supported
CONFIG_FINEIBT n control flow type checks are not supported
CONFIG_RANDSTRUCT n the layout of structures is random in each build
CONFIG_GCC_PLUGIN_LATENT_ENTROPY n the plugin puts random numbers into the code, so that no object can be built again
CONFIG_GCOV_KERNEL n profiling counters can't be carried over to patched functions
CONFIG_KASAN n address sanitizer data is not supported
CONFIG_KCOV n coverage hooks are not supported
CONFIG_KCSAN n race detector hooks are not supported
CONFIG_KMSAN n memory sanitizer hooks are not supported"

# What every livepatch calls (kmod/patch/patch-hook.c), by the names that old and new kernels have for it. A kernel that exports only
# what its own modules use may lack it. (What the patch itself calls need not be exported.)
readonly CONFIG_GLUE_CALLS="klp_enable_patch _printk|printk kfree __kmalloc_noprof|__kmalloc strcmp"

# config_value OPTION FILE -> REPLY: its value, without quotes; empty if not set
config_value() {
	REPLY=$(sed -n "s/^$1=//p" "$2")
	REPLY=${REPLY##*$'\n'}
	REPLY=${REPLY#\"} REPLY=${REPLY%\"}
}

# config_set FILE: the options that are set, sorted. A .config has strings in quotes; what make reads (auto.conf) has them without
# since Linux 5.17 (scripts/kconfig/confdata.c, __print_symbol).
config_set() { sed -n '/^CONFIG_/ { s/["\\]//g; p }' -- "$1" | LC_ALL=C sort; }

# config_differing SET SET [EXCEPT]: the names of the first options that differ, but for those that EXCEPT matches
config_differing() {
	{ diff -- "$1" "$2" || true; } | sed -n 's/^[<>] \(CONFIG_[A-Za-z0-9_]*\)=.*/\1/p' | LC_ALL=C sort -u |
		{ grep -Ev -- "${3:-^$}" || true; } | sed -n 1,8p | xargs
}

# config_dependents NAME SOURCE: NAME and all options whose "depends on" names it, or one that does, one a line
config_dependents() {
	find "$2" -name 'Kconfig*' -type f -exec awk '
		$1 == "config" || $1 == "menuconfig" { name = $2 }
		$1 == "depends" && $2 == "on" && name != "" {
			text = $0
			while (text ~ /\\$/ && (getline more) > 0) text = text more
			sub(/^[ \t]*depends[ \t]+on/, "", text)
			gsub(/[^A-Za-z0-9_]+/, " ", text)
			print name, text
		}
		$1 == "help" || $1 == "endmenu" || $1 == "menu" || $1 == "if" || $1 == "choice" { if ($1 != "help") name = "" }' '{}' + |
		awk -v first="$1" '
			{ for (i = 2; i <= NF; i++) users[$i] = users[$i] " " $1 }
			END {
				todo[n = 1] = first
				seen[first] = 1
				for (k = 1; k <= n; k++) {
					print todo[k]
					count = split(users[todo[k]], name, " ")
					for (i = 1; i <= count; i++)
						if (!(name[i] in seen)) { seen[name[i]] = 1; todo[++n] = name[i] }
				}
			}'
}

# config_problems RULES CONFIG -> REPLY: a line for each rule that the configuration does not follow, each after a line feed
config_problems() {
	local option want reason problem problems="" names=""
	local -A value=()
	while read -r option want reason; do names+="${names:+|}$option"; done <<<"$1"
	{ grep -E "^($names)=" -- "$2" || true; } | while IFS='=' read -r option want; do value[$option]=$want; done
	while read -r option want reason; do
		REPLY=${value[${option%|*}]:-${value[${option#*|}]:-}}
		option=${option%|*} problem=""
		case $want in
		y) if [[ $REPLY != [ym] ]]; then problem="not set"; fi ;;
		n) if [[ $REPLY == [ym] ]]; then problem="set"; fi ;;
		b) case $REPLY in
			y) ;;
			m) problem="m" ;;
			*) problem="not set" ;;
			esac ;;
		*) if ((${REPLY:-0} < want)); then problem="${REPLY:-not set}"; fi ;;
		esac
		if [[ $problem ]]; then problems+=$'\n'"    $option is $problem: $reason"; fi
	done <<<"$1"
	REPLY=$problems
}

config_check() {
	config_problems "$CONFIG_RULES" "$1"
	if [[ $REPLY ]]; then
		die "the target's configuration $1 does not allow livepatching, because of these options:$REPLY"
	fi
	sign_check "$1"
}

# exports_check CONFIG SYMVERS: with CONFIG_TRIM_UNUSED_KSYMS, what every livepatch calls is still there
exports_check() {
	local calls names name lost="" found
	if ! grep -q '^CONFIG_TRIM_UNUSED_KSYMS=y' "$1"; then return; fi
	read -ra calls <<<"$CONFIG_GLUE_CALLS"
	for names in "${calls[@]}"; do
		found=0
		for name in ${names//|/ }; do
			if grep -q $'\t'"$name"$'\tvmlinux\t' "$2"; then found=1; fi
		done
		if ((!found)); then lost+=", ${names//|/ or }"; fi
	done
	if [[ $lost ]]; then
		die "CONFIG_TRIM_UNUSED_KSYMS is set, and the target does not export what every livepatch calls: ${lost#, }
    add these names to the file that CONFIG_UNUSED_KSYMS_WHITELIST names, one a line, and build the kernel again"
	fi
}

# The version text without the program's name: gcc and the compiler with the machine's prefix are often the same.
# (It is asked once in a run.)
compiler_version() {
	local key="${IN_ROOT[*]} $1"
	if [[ ! -v COMPILER_VERSIONS[$key] ]]; then
		COMPILER_VERSIONS[$key]=$(in_root "$1" --version 2>/dev/null | sed -n 1p)
	fi
	REPLY=${COMPILER_VERSIONS[$key]#* }
}
declare -A COMPILER_VERSIONS=()

# compiler_recorded -> REPLY: the program that the target's build called by its path (make CC=/opt/gcc/bin/gcc), which may be in no
# directory of PATH: Kbuild wrote its commands down beside what it made. Empty where it is not known.
compiler_recorded() {
	local place words word last
	REPLY=""
	if [[ -z $OPT_SOURCE ]]; then return; fi
	for place in "$OPT_SOURCE" "${OPT_CONFIG%/*}" "${OPT_IMAGE%/*}"; do
		if [[ ! -f $place/kernel/.bounds.s.cmd ]]; then continue; fi
		read -ra words <"$place/kernel/.bounds.s.cmd" || true
		last=""
		# The word before the first option: others may run it (ccache).
		for word in "${words[@]:2}"; do
			if [[ $word == -* ]]; then break; fi
			last=$word
		done
		if [[ $last == /* ]]; then REPLY=$last; return; fi
	done
}

# compiler_find CONFIG: TARGET_CC, the compiler that built the target, on this machine or in a build root
compiler_find() {
	local text name want recorded
	config_value CONFIG_CC_VERSION_TEXT "$1"; text=$REPLY
	name=${text%% *} want=${text#* }
	if [[ -z $text ]]; then die "$1 has no CONFIG_CC_VERSION_TEXT: is it the configuration of a built kernel?"; fi
	COMPILERS_FOUND=""
	if [[ $OPT_BUILD_ROOT ]]; then build_root_use "$OPT_BUILD_ROOT" "$OPT_BUILD_ROOT"; fi
	compiler_recorded; recorded=$REPLY
	if compiler_among "$want" "${CALLER_CROSS_COMPILE:+${CALLER_CROSS_COMPILE}gcc}" "$recorded" "$name" "${name#"$ARCH_TRIPLET-"}" gcc; then return; fi
	if ((!OPT_COMPILER_CHECK)) && [[ $TARGET_CC ]]; then
		warn "the target was built by $text; continuing with $TARGET_CC, because of --skip-compiler-check: only the base check protects you now"
		return
	fi
	TARGET_CC=""
	if [[ $OPT_BUILD_ROOT ]]; then
		die "the compiler that built the target is not in the build root $OPT_BUILD_ROOT: it was $text${COMPILERS_FOUND:-$'\n    there is no gcc'}"
	fi
	if build_root_for "$name" "$want" && compiler_among "$want" "$name" "${name#"$ARCH_TRIPLET-"}"; then return; fi
	die "the compiler that built the target is not here: it was $text${COMPILERS_FOUND:-$'\n    no gcc is installed'}
    and no build root can be made that has it: $REPLY
    install it (apt-get install ${name#"$ARCH_TRIPLET-"}=VERSION), or give its packages (--packages DIR) or a system
    that has it (--build-root DIR); where it is in no directory of PATH, give its prefix
    (CROSS_COMPILE=/opt/gcc/bin/ for /opt/gcc/bin/gcc); or try --skip-compiler-check"
}

# compiler_among VERSION PROGRAM...: TARGET_CC is the first of them, where commands run now, that is of this version. Else false, TARGET_CC is the
# first that is there, and COMPILERS_FOUND says what they are.
compiler_among() {
	local want=$1 candidate
	shift
	for candidate; do
		if [[ -z $candidate ]] || ! root_has "$candidate"; then continue; fi
		compiler_version "$candidate"
		if [[ $REPLY == "$want" ]]; then TARGET_CC=$candidate; return; fi
		COMPILERS_FOUND+=$'\n'"    $candidate is $REPLY"
		TARGET_CC=${TARGET_CC:-$candidate}
	done
	return 1
}

# Everything that the stages call: our own programs, and what packages.sh lists.
tools_check() {
	local tool
	for tool in klp-manifest klp-source klp-place create-diff-object klp-link create-klp-module klp-verify; do
		if [[ ! -x $BIN_DIR/$tool ]]; then die "$BIN_DIR/$tool is not there; build it first: make -C ${LIB_DIR%/*/*}"; fi
	done
	packages_require run
}
