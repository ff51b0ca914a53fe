#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# What the compiled code tells of the build: names of source files as in the image, and options of Rust as the target had them.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034

setup() {
	load common
	common_setup
	export T SETUP='TREE=$T/tree TARGET_SOURCE=$T/src TARGET_CONFIG=$T/config TARGET_VMLINUX=$T/vmlinux'
	mkdir -p "$T/src/mm" "$T/src/include/linux" "$T/tree/kpatch" "$T/tree/include/generated" "$T/work/2-tree"
	: >"$T/src/mm/slub.c"
	: >"$T/src/include/linux/mm.h"
	printf 'CONFIG_UBSAN=y\n# CONFIG_UBSAN_TRAP is not set\n' >"$T/config"
}

found() { built_in_find && echo "<$BUILT_IN>"; }
export -f found

@test "the directory where the image was built is found by files of the source" {
	printf 'x\0/proc/a/b.c\0/build/linux-7.3/mm/slub.c\0/build/linux-7.3/include/linux/mm.h\0y/mm/slub.c\0' >"$T/vmlinux"
	run -0 lib found
	[[ $output == "</build/linux-7.3/>" ]]
	# Without UBSAN the names are below the source, and nothing is looked for.
	: >"$T/config"
	run -0 lib found
	[[ $output == "<>" ]]
}

@test "an image that was built where the source is, or tells no directory, needs no other names" {
	printf 'x\0%s/mm/slub.c\0' "$T/src" >"$T/vmlinux"
	run -0 lib found
	[[ $output == "<>" ]]
	printf 'mm/slub.c\0/usr/lib/mm/other.c\0' >"$T/vmlinux"
	run -0 lib found
	[[ $output == "<>" ]]
}

@test "UBSAN's records have the names of the target's build, debug information ours" {
	printf 'int shift(int a, int b)\n{\n\treturn a << b;\n}\n' >"$T/src/mm/slub.c"
	lib built_in_program "$T/tree/kpatch/file-names"
	SETUP+=' BUILT_IN=/build/linux-7.3/'
	flags() { built_in_flags && echo "$REPLY"; }
	export -f flags
	run -0 lib flags
	# shellcheck disable=SC2086
	gcc-12 -O2 -g -fsanitize=shift $output -c -o "$T/slub.o" "$T/src/mm/slub.c"
	readelf -p .rodata.str1.1 -p .rodata.str1.8 "$T/slub.o" >"$T/strings"
	grep -q ' /build/linux-7.3/mm/slub.c$' "$T/strings"
	run -1 grep "$T" "$T/strings"
	[[ $(readelf --debug-dump=info "$T/slub.o") == *"$T/src/mm/slub.c"* ]]
}

@test "C code sees what Kconfig drops for want of rustc, as the target had it, and nobody is warned of it" {
	mkdir -p "$T/tree/include/config"
	printf 'config RUST\n\tbool "Rust"\n\tdepends on RUST_IS_AVAILABLE\n\nconfig PANIC_QR\n\tbool "x"\n\tdepends on RUST && \\\n\t\tA\n\tdepends on B\n' >"$T/src/Kconfig"
	printf 'config PANIC_URL\n\tstring "y"\n\tdepends on PANIC_QR\n\nconfig PHY\n\ttristate "z"\n\tdepends on B && RUST\n\nconfig B\n\tbool "b"\n' >"$T/src/mm/Kconfig"
	printf 'CONFIG_A=y\nCONFIG_B=y\nCONFIG_RUST=y\nCONFIG_PANIC_QR=y\nCONFIG_PANIC_URL="https://x#"\nCONFIG_PHY=m\nCONFIG_RUST_IS_AVAILABLE=y\n' >"$T/config"
	printf 'CONFIG_A=y\nCONFIG_B=y\n' | tee "$T/tree/.config" >"$T/tree/include/config/auto.conf"
	echo '#define CONFIG_A 1' >"$T/tree/include/generated/autoconf.h"
	both() { tree_rust_options; tree_compare_config; }
	export -f both
	run -0 lib both
	[[ -z $output ]]
	[[ $(sort "$T/tree/include/generated/autoconf.h") == '#define CONFIG_A 1
#define CONFIG_PANIC_QR 1
#define CONFIG_PANIC_URL "https://x#"
#define CONFIG_PHY_MODULE 1
#define CONFIG_RUST 1' ]]
	# What does not depend on it is another configuration.
	echo CONFIG_C=y >>"$T/config"
	run -0 lib both
	[[ $output == *"changes the given configuration (CONFIG_C ...)"* ]]
}
