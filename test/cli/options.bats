#!/usr/bin/env bats
# The command line: what is taken, what is refused, and with which exit code.
# Code for later:
# shellcheck disable=SC2016

load common
setup() { common_setup; }

refused_usage() {
	local want=$1
	shift
	run -4 "$DRIVER" "$@"
	[[ ${lines[0]} == "kpatch-build: error: "*"$want"*"see kpatch-build --help" ]]
	((${#lines[@]} == 1))
}

@test "help lists every option of kpatch-build 0.9.11" {
	run -0 "$DRIVER" --help
	local option
	for option in -s -c -v -a -j -t -n -o -d -R -h --skip-cleanup --skip-compiler-check; do
		grep -qE -- "(^|[ ,])${option}[, ]" <<<"$output"
	done
	diff <(grep -oE -- '--[a-z][a-z-]+' <<<"$output" | sort -u) \
		<(sed 's/\\-/-/g' "$TOP/man/kpatch-build.1" | grep -oE -- '--[a-z][a-z-]+' | sort -u)
}

@test "wrong usage ends with 4 and one line" {
	refused_usage "no patch file given"
	refused_usage "unrecognized option '--nonsense'" --nonsense
	refused_usage "patch nothing.patch is not a readable file" nothing.patch
	refused_usage "requires an argument" -a
	: >"$T/x.patch"
	refused_usage "output directory $T/none" -o "$T/none" "$T/x.patch"
	refused_usage "-j and --max-objects take a number" -j many "$T/x.patch"
	refused_usage "-j and --max-objects take a number" -j 0 "$T/x.patch"
	refused_usage "give one of them" -a 6.12 -s "$T" "$T/x.patch"
	refused_usage "-s DIR or -r FILE is missing" -c "$T/x.patch" "$T/x.patch"
	refused_usage "is not a Linux source tree" -s "$T" "$T/x.patch"
	refused_usage "no usable module name" -n '///' "$T/x.patch"
}

@test "options of scripts that were written for kpatch-build 0.9.11, and other names of them" {
	local how
	export T SETUP='parse() { options_parse "$@"; echo "replace $OPT_REPLACE keep $OPT_KEEP check $OPT_COMPILER_CHECK debug $OPT_DEBUG jobs $OPT_JOBS target ${OPT_TARGETS[*]-} name $MODULE_NAME: ${PATCHES[*]##*/} $OPT_OOT_MODULE $OPT_OOT_SOURCE $CODE"; }'
	cp /dev/null "$T/x.patch"
	cp /dev/null "$T/y.patch"
	run -0 lib parse -j 3 -t vmlinux -t "modules fs/ext4/" -n "my fix" -o "$T" "$T/x.patch" "$T/y.patch"
	[[ $output == "replace 1 keep 0 check 1 debug 0 jobs 3 target vmlinux modules fs/ext4/ name my-fix: x.patch y.patch   kernel" ]]
	for how in "-R --skip-cleanup --skip-compiler-check" "--non-replace -T --skip-gcc-check" "--no-replace --keep-tmp --skip-compiler-check"; do
		# shellcheck disable=SC2086
		run -0 lib parse -j 3 $how "$T/x.patch"
		[[ $output == "replace 0 keep 1 check 0 debug 0 jobs 3 target  name livepatch-x: x.patch   kernel" ]]
	done
	run -0 lib parse -j 3 -d --debug "$T/x.patch" -
	[[ $output == "replace 1 keep 1 check 1 debug 2 jobs 3 target  name livepatch-x: x.patch -   kernel" ]]
	mkdir "$T/module"
	: >"$T/module/Makefile"
	: >"$T/m.ko"
	for how in -m -e --oot-module; do
		run -0 lib parse -j 3 "$how" "$T/m.ko" --oot-module-src "$T/module" -t default "$T/x.patch"
		[[ $output == "replace 1 keep 0 check 1 debug 0 jobs 3 target default name livepatch-x: x.patch $T/m.ko $T/module oot" ]]
	done
}

@test "a module from outside the tree needs its file and its source" {
	: >"$T/x.patch"
	: >"$T/x.ko"
	mkdir "$T/module"
	refused_usage "give both" --oot-module "$T/x.ko" "$T/x.patch"
	refused_usage "give both" --oot-module-src "$T/module" "$T/x.patch"
	refused_usage "module (--oot-module) $T/none.ko is not a readable file" --oot-module "$T/none.ko" --oot-module-src "$T/module" "$T/x.patch"
	refused_usage "(--oot-module-src) $T/none is not a readable directory" -m "$T/x.ko" --oot-module-src "$T/none" "$T/x.patch"
	refused_usage "takes the file of a module (.ko, .ko.xz, .ko.zst or .ko.gz), not $T/x.patch" -m "$T/x.patch" --oot-module-src "$T/module" "$T/x.patch"
	refused_usage "$T/module is not the source of a module: it has no Makefile and no Kbuild" -m "$T/x.ko" --oot-module-src "$T/module" "$T/x.patch"
	fake_source "$T/module"
	refused_usage "$T/module is a Linux source tree" -m "$T/x.ko" --oot-module-src "$T/module" "$T/x.patch"
	rm "$T/module/Kbuild"
	refused_usage "-t --eval=x: with --oot-module this must be a target of make" -m "$T/x.ko" --oot-module-src "$T/module" -t --eval=x "$T/x.patch"
}

@test "a tree of one's own needs its configuration and image" {
	fake_source "$T/src"
	: >"$T/x.patch"
	refused_usage "configuration (-c) $T/src/.config" -s "$T/src" "$T/x.patch"
	fake_config "$T/config"
	refused_usage "image (-v) $T/src/vmlinux" -s "$T/src" -c "$T/config" "$T/x.patch"
	refused_usage "--symvers $T/none" -s "$T/src" -c "$T/config" -v "$T/config" --symvers "$T/none" "$T/x.patch"
}

@test "the module's name comes from the first patch or from -n" {
	name_of() {
		SETUP='show() { options_parse "$@"; echo "$MODULE_NAME"; }' lib show -o "$T/out" "$@"
	}
	export T
	: >"$T/fix it.patch"
	: >"$T/b.diff"
	run -0 name_of "$T/fix it.patch" "$T/b.diff"
	[[ $output == livepatch-fix-it ]]
	run -0 name_of "$T/b.diff"
	[[ $output == livepatch-b ]]
	run -0 name_of -n own.ko "$T/b.diff"
	[[ $output == own ]]
	run -0 name_of -n "$(printf 'x%.0s' {1..80})" "$T/b.diff"
	[[ ${#output} == 55 ]]
}

@test "programs that were not built are named" {
	rm "$T/bin/klp-verify"
	: >"$T/x.patch"
	run -1 "$DRIVER" "$T/x.patch"
	[[ $output == *"klp-verify is not there; build it first: make -C $TOP"* ]]
}

@test "all missing tools are told at once, with the command to install them" {
	mkdir "$T/path"
	local tool
	for tool in bash echo dirname realpath env nproc getopt tr sort xargs sed grep cat mkdir; do
		ln -s "$(type -P "$tool")" "$T/path/$tool"
	done
	: >"$T/x.patch"
	PATH=$T/path run -1 "$DRIVER" "$T/x.patch"
	[[ $output == *"missing on this machine:"*" bison"*" flex"* ]]
	[[ $output == *"apt-get install "*bison*flex* ]]
	((${#lines[@]} == 3))
}

@test "nothing is coloured, on a terminal or elsewhere, and nobody is asked for colours" {
	local found
	found=$(grep -nE '(033|x1b|\\e)\[[0-9;]*m|\btput\b|color=(always|auto)|COLORS' -r "$TOP"/kpatch-build "$TOP"/kpatch "$TOP"/kpatch-farm "$TOP"/create-diff-object) || true
	[[ -z $found ]]
	# (Only lines that are rewritten have an escape sequence: progress.)
	run -0 script -qec "$DRIVER --cache" /dev/null
	[[ $output != *$'\033['*m* ]]
}

@test "the cache is where KPATCH_CACHE, else XDG_CACHE_HOME, else HOME says" {
	mkdir "$T/home" "$T/xdg"
	run -0 "$DRIVER" --cache
	[[ ${lines[-1]} == "in $T/cache;"* ]]
	unset KPATCH_CACHE
	HOME=$T/home XDG_CACHE_HOME=$T/xdg run -0 "$DRIVER" --cache
	[[ ${lines[-1]} == "in $T/xdg/kpatch-build;"* && -z $(ls -A "$T/home") ]]
	unset XDG_CACHE_HOME
	HOME=$T/home run -0 "$DRIVER" --cache
	[[ ${lines[-1]} == "in $T/home/.cache/kpatch-build;"* ]]
}

@test "an option whose value is empty, a word where nothing is built" {
	usage_is() { run -4 "$DRIVER" "${@:2}"; [[ ${lines[0]} == "kpatch-build: error: $1; see kpatch-build --help" ]] || { echo "$output"; return 1; }; }
	usage_is "--sign: the value is empty" --sign "" -a 6.12 x.patch
	usage_is "--archversion: the value is empty" --archv= x.patch
	usage_is "-n: the value is empty" -n "" x.patch
	usage_is "--without: the value is empty" --without "" x.patch
	usage_is "--json: the value is empty" --json "" x.patch
	usage_is "--cache builds nothing, so 'more' is one word too many" --cache more
	usage_is "--cache-prune builds nothing, so 'G' is one word too many" --cache-prune 20 G
	usage_is "--list-targets builds nothing, so 'x.patch' is one word too many" --list-targets x.patch
}
