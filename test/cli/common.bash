# shellcheck shell=bash
# For all tests of the driver: where things are, a source tree and programs that only pretend, short calls.

TOP=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd)
DRIVER=$TOP/kpatch-build/kpatch-build
export LC_ALL=C
# Messages are compared as whole lines.
export COLUMNS=10000
bats_require_minimum_version 1.5.0

# Every test gets a cache, an output directory and pretended programs of its own.
common_setup() {
	T=$BATS_TEST_TMPDIR
	mkdir -p "$T/bin" "$T/out"
	export KPATCH_CACHE=$T/cache KPATCH_BIN=$T/bin
	local tool
	for tool in klp-place create-diff-object create-klp-module klp-verify; do fake_tool "$tool" 'exit 1'; done
	ln -s "$TOP"/build/bin/klp-{manifest,link,source} "$T/bin/"
}

fake_tool() {
	printf '#!/bin/sh\n%s\n' "$2" >"$T/bin/$1"
	chmod +x "$T/bin/$1"
}

# lib FUNCTION ARG...: call one function of the driver's library, as the driver would. SETUP is run before.
lib() {
	# shellcheck disable=SC2016
	bash -c '
		set -Eeuo pipefail
		shopt -s inherit_errexit lastpipe nullglob
		LIB_DIR=$1 BIN_DIR=$2
		shift 2
		source "$LIB_DIR/parts.sh"
		WORK=$T/work CACHE=$T/cache
		mkdir -p "$WORK" "$CACHE"
		install_traps
		eval "${SETUP:-}"
		"$@"
	' lib "$TOP/kpatch-build/lib" "$T/bin" "$@"
}
export -f lib

# A tree that passes for a kernel source.
fake_source() {
	mkdir -p "$1"/{scripts,kernel,include/linux,arch/x86,Documentation,net}
	printf 'VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 3\nEXTRAVERSION =\nNAME = Test\n' >"$1/Makefile"
	: >"$1/Kbuild"
	: >"$1/scripts/Makefile.build"
	: >"$1/arch/Kconfig"
	printf 'int one(void)\n{\n\treturn 1;\n}\n\nint two(void)\n{\n\treturn 2;\n}\n' >"$1/kernel/foo.c"
	printf '#define FOO 1\n' >"$1/include/linux/foo.h"
	printf 'some text\n' >"$1/Documentation/foo.rst"
	: >"$1/kernel/Makefile"
}

# All options that a target needs.
fake_config() {
	local rules
	# shellcheck disable=SC2016
	rules=$(bash -c 'source "$1/arch.sh"; source "$1/config-check.sh"; echo "$CONFIG_RULES"' - "$TOP/kpatch-build/lib")
	awk '$2 == "y" { sub(/\|.*/, "", $1); print $1 "=y" }' <<<"$rules" >"$1"
	echo "CONFIG_CC_VERSION_TEXT=\"$(gcc --version | sed -n 1p)\"" >>"$1"
}

# An image is whatever klp-place makes of it; the banner is all that the driver reads itself.
fake_image() { printf '\x1f\x8bcompressed' >"$1"; }

# diff_patch OLD NEW NAME: a patch as git makes it
diff_patch() { diff -u --label "a/$3" --label "b/$3" "$1" "$2" || true; }

# describe_target SERIES: assignments of its TARGET_ fields; nothing where no kernel of the series can be built
describe_target() { "$TOP/test/series" "$1" "$DRIVER" -a "$1" --print-target | { grep '^TARGET_' || true; }; }

# describe_kernels: for setup_file; KERNELS_DIR/SERIES.sh is the description of each series, empty where none can be built
describe_kernels() {
	local line
	export KERNELS_DIR=$BATS_FILE_TMPDIR
	for line in 6.12 6.1; do describe_target "$line" >"$KERNELS_DIR/$line.sh"; done
}

# keep_objects DIR [COMMAND]: runs of the driver leave what they compile (4-compile) in DIR, then go on with COMMAND in place of the first
# create-diff-object, e.g. to end. (A work directory that is kept has a view of its own, which takes longer than all else.)
keep_objects() {
	export KPATCH_BIN=$T/keeping
	mkdir -p "$KPATCH_BIN"
	ln -sf "$TOP"/build/bin/* "$KPATCH_BIN/"
	rm "$KPATCH_BIN/create-diff-object"
	cat >"$KPATCH_BIN/create-diff-object" <<-EOF
		#!/bin/bash
		[[ " \$*" =~ \ ([^\ ]*)/6-diff/ ]] && rm -rf "$1" && cp -r "\${BASH_REMATCH[1]}/4-compile" "$1" || exit 1
		${2:-exec "$TOP/build/bin/create-diff-object" "\$@"}
	EOF
	chmod +x "$KPATCH_BIN/create-diff-object"
}

# commands_documented PROGRAM COMMAND...: these are its commands; each has a help, and a part of the manual page with the same options
commands_documented() {
	local program=$1 name=${1##*/} command help
	shift
	"$program" --help | sed -n 's/^  \([a-z-]*\) .*/\1/p' | diff - <(printf '%s\n' "$@") || return
	for command; do
		help=$("$program" "$command" --help) || return
		[[ $help == "usage: $name $command "* ]] || return
		diff <(grep -oE -- '^ *(-[a-z], )?--[a-z-]+' <<<"$help" | grep -oE -- '--[a-z-]+' | grep -vx -- --help | sort) \
			<(sed 's/\\-/-/g; s/\\f.//g' "$TOP/man/$name.1" | awk -v part=".SS $name $command" '
				/^\.S[SH] / { within = $0 == part }
				within && before == ".TP" { print }
				{ before = $0 }' | grep -oE -- '--[a-z-]+' | sort) || return
	done
}

# compile_pair: orig.c and patched.c as the kernel is compiled, and symtab, the original's symbols
compile_pair() {
	local side
	for side in orig patched; do
		gcc -O2 -ffreestanding -fno-pie -mcmodel=kernel -fno-asynchronous-unwind-tables -fcf-protection=none -ffunction-sections \
			-fdata-sections -pg -mfentry -mrecord-mcount -c $side.c
	done
	readelf -sW orig.o >symtab
}

# guide_example GUIDE MARK: the code of doc/GUIDE.md that stands behind <!-- MARK -->
guide_example() {
	awk -v mark="<!-- $2 -->" '$0 == mark { on = 1; next } on == 2 && $0 == "```" { exit } on == 2 { print } on == 1 { on = 2 }' "$TOP/doc/$1.md"
}
