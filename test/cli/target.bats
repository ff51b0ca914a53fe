#!/usr/bin/env bats
# Who is the target: configuration, compiler, image and source that belong together; the cache.
# Scripts for later:
# shellcheck disable=SC2016,SC2030,SC2031

load common

setup() {
	common_setup
	export T
	fake_source "$T/src"
	fake_config "$T/config"
	fake_image "$T/image"
	: >"$T/Module.symvers"
	banner="Linux version 6.12.3-test (me@here) ($(gcc --version | sed -n 1p), GNU ld 2.40) #1 SMP"
	fake_tool klp-place 'case $1 in elf) { printf "\177ELF"; echo; echo "'"${banner% #1 SMP} # SMP "'"; echo "'"$banner"'"; } >"$3";; kallsyms) echo "ffffffff81000000 T _text";; esac'
	printf -- '--- a/kernel/foo.c\n+++ b/kernel/foo.c\n@@ -1,3 +1,3 @@\n int one(void)\n {\n-\treturn 1;\n+\treturn 3;\n' >"$T/x.patch"
}
own() { "$DRIVER" -s "$T/src" -c "$T/config" -v "$T/image" --print-target "$@"; }

@test "a tree of one's own is described" {
	run -0 own
	[[ $output == *"TARGET_RELEASE=6.12.3-test"* && $output == *"TARGET_SOURCE=$T/src"* ]]
	[[ $output == *"TARGET_SYMVERS=$T/Module.symvers"* ]]
	# Not what stood for it until the link.
	[[ $(grep '^TARGET_BANNER=' <<<"$output") == *' #1\ SMP' || $(grep '^TARGET_BANNER=' <<<"$output") == *'\#1\ SMP' ]]
}

@test "all options of the kernel that are missing are told at once, with reasons" {
	sed -i -e '/CONFIG_LIVEPATCH/d' -e '/CONFIG_KALLSYMS_ALL/d' "$T/config"
	echo CONFIG_LTO_CLANG=y >>"$T/config"
	run -1 own
	[[ $output == *"CONFIG_LIVEPATCH is not set: the kernel must be able to load"* ]]
	[[ $output == *"CONFIG_KALLSYMS_ALL is not set: "* && $output == *"CONFIG_LTO_CLANG is set: "* ]]
}

@test "a kernel that exports only what its modules use has to export what livepatches call" {
	export_all() { printf '0x00000000\t%s\tvmlinux\tEXPORT_SYMBOL_GPL\t\n' "$@" >"$T/Module.symvers"; }
	echo CONFIG_TRIM_UNUSED_KSYMS=y >>"$T/config"
	export_all kfree strcmp klp_enable_patch_x
	run -1 own
	[[ $output == *"does not export what every livepatch calls: klp_enable_patch, _printk or printk, __kmalloc_noprof or __kmalloc"$'\n'*"CONFIG_UNUSED_KSYMS_WHITELIST"* ]]
	export_all kfree strcmp klp_enable_patch printk __kmalloc
	run -0 own
	export_all kfree strcmp klp_enable_patch _printk __kmalloc_noprof
	run -0 own
}

@test "another compiler is refused, and gone on with when told so" {
	sed -i 's/(gcc[^,]*,/(gcc-4 (Old) 4.8.0,/g' "$T/bin/klp-place"
	sed -i 's/^CONFIG_CC_VERSION_TEXT=.*/CONFIG_CC_VERSION_TEXT="gcc-4 (Old) 4.8.0"/' "$T/config"
	run -1 own
	[[ $output == *"it was gcc-4 (Old) 4.8.0"*"gcc is "*"--skip-compiler-check"* ]]
	run -0 own --skip-compiler-check
	[[ $output == *"warning: "*"base check"* ]]
}


@test "the compiler that a build called by its path is found there" {
	mkdir -p "$T/tool-chain/bin" "$T/build/kernel"
	printf '#!/bin/sh\necho "own-gcc (Own) 4.8.0"\n' >"$T/tool-chain/bin/own-gcc"
	chmod +x "$T/tool-chain/bin/own-gcc"
	sed -i 's/(gcc[^,]*,/(own-gcc (Own) 4.8.0,/g' "$T/bin/klp-place"
	sed -i 's/^CONFIG_CC_VERSION_TEXT=.*/CONFIG_CC_VERSION_TEXT="own-gcc (Own) 4.8.0"/' "$T/config"
	run -1 own
	[[ $output == *"it was own-gcc (Own) 4.8.0"*"CROSS_COMPILE=/opt/gcc/bin/"* ]]
	for command in savedcmd_kernel/bounds.s "cmd_kernel/bounds.s" ; do
		for wrapper in "" "/usr/bin/ccache "; do
			echo "$command := $wrapper$T/tool-chain/bin/own-gcc -Wp,-MMD,kernel/.bounds.s.d -c" >"$T/build/kernel/.bounds.s.cmd"
			mv "$T/config" "$T/build/"
			run -0 "$DRIVER" -s "$T/src" -c "$T/build/config" -v "$T/image" --print-target
			[[ $output == *"TARGET_CC=$T/tool-chain/bin/own-gcc"* ]]
			mv "$T/build/config" "$T/"
		done
	done
	# Another one is there now.
	sed -i 's/4\.8\.0/4.8.1/' "$T/tool-chain/bin/own-gcc"
	mv "$T/config" "$T/build/"
	run -1 "$DRIVER" -s "$T/src" -c "$T/build/config" -v "$T/image" --print-target
	[[ $output == *"$T/tool-chain/bin/own-gcc is (Own) 4.8.1"* ]]
}

@test "image and source of different versions are refused" {
	sed -i 's/SUBLEVEL = 3/SUBLEVEL = 33/' "$T/src/Makefile"
	run -1 own
	[[ $output == *"do not belong together: the source is 6.12.33, the image says 'Linux version 6.12.3-test"* ]]
}

@test "image and configuration of different builds are refused" {
	echo 'CONFIG_LOCALVERSION="-other"' >>"$T/config"
	run -1 own
	[[ $output == *"image and configuration do not belong together"*"-other"* ]]
}

@test "a configuration of another kernel version or another compiler is refused, before any work" {
	sed -i '1i #\n# Automatically generated file; DO NOT EDIT.\n# Linux/x86 6.11.9 Kernel Configuration\n#' "$T/config"
	run -1 own
	[[ $output == *"source and configuration do not belong together: $T/config is of Linux 6.11.9, the source is 6.12.3"* ]]
	sed -i 's/6\.11\.9/6.12.1/' "$T/config"
	run -0 own
	[[ $output == *"warning: $T/config was written for Linux 6.12.1, the source is 6.12.3"* ]]
	sed -i 's/^CONFIG_CC_VERSION_TEXT=.*/CONFIG_CC_VERSION_TEXT="gcc-4 (Old) 4.8.0"/' "$T/config"
	run -1 own
	[[ $output == *"image and configuration do not belong together: $T/config is for the compiler 'gcc-4 (Old) 4.8.0'"* ]]
}

@test "a source whose path make can't take is copied" {
	mv "$T/src" "$T/the source"
	for path in "$T/the source" "$T/link"; do
		ln -sfn "$T/the source" "$T/link"
		run -0 "$DRIVER" -s "$path" -c "$T/config" -v "$T/image" --print-target
		[[ $output == *"has characters in its path that make can't take"* || $path == "$T/link" ]]
		[[ $(sed -n 's/^TARGET_SOURCE=//p' <<<"$output") == "$T"/cache/source/own_* ]]
	done
}

@test "an image that is none" {
	fake_tool klp-place 'echo "not an image" >&2; exit 1'
	run -1 own
	[[ $output == *"not an image"*"can't be read as a kernel image"* ]]
}

@test "without Module.symvers it says what is missing and how to get it" {
	rm "$T/Module.symvers"
	run -1 own
	[[ $output == *"no Module.symvers"*"--symvers FILE"*"make vmlinux modules"* ]]
	: >"$T/src/Module.symvers"
	run -0 own
}

@test "a tree that was built in is copied without what the build left" {
	mkdir -p "$T/src/include/generated" "$T/src/scripts/basic" "$T/src/arch/x86/kernel"
	: >"$T/src/.config"
	: >"$T/src/include/generated/x.h"
	: >"$T/src/kernel/foo.o"
	: >"$T/src/vmlinux"
	: >"$T/src/arch/x86/kernel/vmlinux.lds.S"
	: >"$T/src/scripts/basic/fixdep"
	printf 'mrproper:\n\trm -f scripts/basic/fixdep\n' >>"$T/src/Makefile"
	(cd "$T/src" && find . -printf '%p %T@ %s\n' | sort) >"$T/before"
	run -0 own
	local copy
	copy=$(sed -n 's/^TARGET_SOURCE=//p' <<<"$output")
	[[ $copy == "$T"/cache/source/own_* ]]
	[[ -f $copy/kernel/foo.c && -f $copy/arch/x86/kernel/vmlinux.lds.S ]]
	[[ ! -e $copy/.config && ! -e $copy/include/generated && ! -e $copy/kernel/foo.o && ! -e $copy/vmlinux ]]
	(cd "$T/src" && find . -printf '%p %T@ %s\n' | sort) | diff "$T/before" -
}

@test "a tree that was built in again is the same source, and its key is not copied" {
	local copy file
	: >"$T/src/.config"
	printf 'mrproper:\n' >>"$T/src/Makefile"
	mkdir -p "$T/src/certs" "$T/src/tools/objtool/libsubcmd" "$T/src/arch/x86/boot"
	echo source >"$T/src/arch/x86/boot/voffset.c"
	run -0 own
	copy=$(sed -n 's/^TARGET_SOURCE=//p' <<<"$output")
	[[ -f $copy/arch/x86/boot/voffset.c && -f $copy/kernel/foo.c ]]
	# Kbuild writes the command beside what it makes.
	for file in arch/x86/boot/voffset.h kernel/bounds.s scripts/sorttable; do
		echo made >"$T/src/$file"
		: >"$T/src/${file%/*}/.${file##*/}.cmd"
	done
	for file in certs/signing_key.pem .version .tmp_vmlinux1 kernel/.foo.o.d modules.builtin tools/objtool/objtool tools/objtool/libsubcmd/x.h; do
		echo made >"$T/src/$file"
	done
	run -0 own
	[[ $(sed -n 's/^TARGET_SOURCE=//p' <<<"$output") == "$copy" ]]
	echo changed >>"$T/src/arch/x86/boot/voffset.c"
	run -0 own
	[[ $(sed -n 's/^TARGET_SOURCE=//p' <<<"$output") != "$copy" ]]
	copy=$(sed -n 's/^TARGET_SOURCE=//p' <<<"$output")
	[[ -f $copy/kernel/foo.c ]]
	[[ ! -e $copy/certs/signing_key.pem && ! -e $copy/arch/x86/boot/voffset.h && ! -e $copy/kernel/bounds.s && ! -e $copy/scripts/sorttable ]]
	# What a link leads to counts.
	ln -s foo.c "$T/src/kernel/link.c"
	run -0 own
	[[ $(sed -n 's/^TARGET_SOURCE=//p' <<<"$output") != "$copy" ]]
}

# module_with SIZE PLACE...: $T/m.ko has a struct module of this size, which the loader fills at these places
module_with() {
	local size=$1 place
	shift
	{
		echo '.section .gnu.linkonce.this_module,"aw"; start:'
		for place; do echo ".org start + $place; .quad init_module"; done
		echo ".org start + $size"
	} | gcc -c -x assembler -o "$T/m.ko" -
}

@test "a configuration that Kconfig changes by what this machine has is no other one, and one that it changes otherwise is" {
	local tree=$T/cache/tree/x
	mkdir -p "$tree/include/config" "$T/work/2-tree"
	printf 'CONFIG_A=y\nCONFIG_PAHOLE_VERSION=0\n' >"$T/config"
	export SETUP='TREE=$CACHE/tree/x TARGET_CONFIG=$T/config'
	printf 'CONFIG_A=y\nCONFIG_GCC_PLUGINS=y\nCONFIG_PAHOLE_VERSION=124\n' >"$tree/.config"
	cp "$tree/.config" "$tree/include/config/auto.conf"
	run -0 lib tree_compare_config
	[[ -z $output ]]
	# (A plugin that is in use does make other code.)
	echo CONFIG_GCC_PLUGIN_STRUCTLEAK=y | tee -a "$tree/.config" >>"$tree/include/config/auto.conf"
	run -0 lib tree_compare_config
	[[ $output == *"the source's Kconfig changes the given configuration (CONFIG_GCC_PLUGIN_STRUCTLEAK ...)"* ]]
}

@test "refused: a tree whose make read another configuration than the one that was given" {
	local tree=$T/cache/tree/x
	mkdir -p "$tree/include/config" "$T/work/2-tree"
	printf '# a comment\nCONFIG_A=y\nCONFIG_S="a \\"b\\""\n# CONFIG_B is not set\n' >"$T/config"
	cp "$T/config" "$tree/.config"
	export SETUP='TREE=$CACHE/tree/x TARGET_CONFIG=$T/config'
	# With quotes before Linux 5.17, without since.
	for text in 'CONFIG_A=y\nCONFIG_S="a \\"b\\""\n' 'CONFIG_A=y\nCONFIG_S=a "b"\n'; do
		printf "$text" >"$tree/include/config/auto.conf"
		run -0 lib tree_compare_config
		[[ -z $output ]]
	done
	for text in 'CONFIG_A=m\nCONFIG_S=a "b"\n' 'CONFIG_S=a "b"\n'; do
		printf "$text" >"$tree/include/config/auto.conf"
		run -1 lib tree_compare_config
		[[ $output == *"error: make did not read the given configuration, but another one"*"differs from .config beside it: CONFIG_A)"* ]]
	done
	printf 'CONFIG_A=y\nCONFIG_B=y\nCONFIG_S=a "c"\n' >"$tree/include/config/auto.conf"
	run -1 lib tree_compare_config
	[[ $output == *"beside it: CONFIG_B CONFIG_S)"* ]]
}

@test "refused: a configuration with which struct module is another than in the image or in the target's modules" {
	mkdir -p "$T/src/kernel/module" "$T/modules/updates" "$T/work/2-tree" "$T/work/7-link" "$T/cache/tree/x/kernel/module"
	: >"$T/src/kernel/module/version.c"
	printf '0x1234\tother\tvmlinux\tEXPORT_SYMBOL\t\n0x0abc\tmodule_layout\tvmlinux\tEXPORT_SYMBOL\t\n' >"$T/Module.symvers"
	printf '#!/bin/sh\n[ "$1" = kernel/module/version.o ] && echo "#SYMVER module_layout $CRC" >"$TREE/kernel/module/.version.o.cmd"\n' >"$T/bin/fake-make"
	chmod +x "$T/bin/fake-make"
	echo CONFIG_MODVERSIONS=y >"$T/cache/tree/x/.config"
	export CRC=0x00000abc
	export SETUP='TARGET_SOURCE=$T/src TARGET_SYMVERS=$T/Module.symvers TARGET_CONFIG=$T/config TARGET_IMAGE=$T/image TARGET_MODULES_DIR=$T/modules
		export TREE=$CACHE/tree/x; KMAKE=("$T/bin/fake-make")'
	run -0 lib tree_check_layout
	CRC=0xdef run -1 lib tree_check_layout
	[[ $output == *"error: image and configuration do not belong together: with $T/config, structures"*"(the checksum of module_layout is 0xdef there, 0x0abc here)"* ]]
	# Without versions there is no checksum.
	echo "# CONFIG_MODVERSIONS is not set" >"$T/cache/tree/x/.config"
	CRC=0xdef run -0 lib tree_check_layout
	# One without an exit function tells nothing.
	module_with 1280 312
	cp "$T/m.ko" "$T/a.ko"
	ln -s "$T/a.ko" "$T/modules/"
	module_with 1280 312 1200
	xz -c "$T/m.ko" >"$T/b.ko.xz"
	ln -s "$T/b.ko.xz" "$T/modules/updates/"
	SETUP+="; BIN_DIR=$TOP/build/bin"
	run -0 lib module_check_layout "$T/m.ko"
	# Nor has a livepatch that can't be removed.
	module_with 1280 312
	run -0 lib module_check_layout "$T/m.ko"
	module_with 1280 320
	run -1 lib module_check_layout "$T/m.ko"
	module_with 1280 312 1176
	run -1 lib module_check_layout "$T/m.ko"
	[[ $output == *"error: configuration and modules do not belong together: with $T/config, struct module differs from that in $T/modules/updates/b.ko.xz"* ]]
	module_with 1216 312 1200
	run -1 lib module_check_layout "$T/m.ko"
	SETUP+='; TARGET_MODULES_DIR=' run -0 lib module_check_layout "$T/m.ko"
}

# copy_of DIR -> COPY: what its source was copied to
copy_of() {
	run -0 "$DRIVER" -s "$1" -c "$T/config" -v "$T/image" --symvers "$T/Module.symvers" --print-target
	COPY=$(sed -n 's/^TARGET_SOURCE=//p' <<<"$output")
	[[ -f $COPY/kernel/foo.c && -f $COPY.manifest ]]
}

@test "a copy goes when the tree that it was made of is gone, or is another source by now; not if another tree or a run needs it" {
	local first other third fd tree=$T/cache/tree/6.12.3_x
	: >"$T/src/.config"
	printf 'mrproper:\n' >>"$T/src/Makefile"
	cp -a "$T/src" "$T/same"
	cp -a "$T/src" "$T/other"
	echo other >"$T/other/kernel/other.c"
	copy_of "$T/src"; first=$COPY
	copy_of "$T/same"; [[ $COPY == "$first" ]]
	copy_of "$T/other"; other=$COPY
	mkdir -p "$T/cache/view/${first##*/}_0.1"
	# Two trees are the same source: one changes, then the other is gone.
	echo changed >>"$T/src/kernel/foo.c"
	copy_of "$T/src"; third=$COPY
	[[ -d $first && -d $other && $third != "$first" ]]
	rm -r "$T/same"
	echo again >>"$T/src/kernel/foo.c"
	exec {fd}>"$third.use"
	flock -s "$fd"
	copy_of "$T/src"
	[[ ! -e $first && -d $other && -d $third && -d $COPY ]]
	[[ -z $(find "$T/cache/source" "$T/cache/view" -name "${first##*/}*") ]]
	exec {fd}>&-
	# The run that used it is over.
	rm -r "$T/other"
	echo more >>"$T/src/kernel/foo.c"
	copy_of "$T/src"
	[[ $(echo "$T"/cache/source/own_*/) == "$COPY/" ]]
	# A build tree goes when another one is made.
	mkdir -p "$tree"
	ln -s "$first" "$tree/source"
	exec {fd}>"$tree.use"
	flock -s "$fd"
	run -0 lib tree_drop_lost
	[[ -d $tree ]]
	exec {fd}>&-
	run -0 lib tree_drop_lost
	[[ ! -e $tree ]]
	mkdir -p "$tree"
	ln -s "$COPY" "$tree/source"
	run -0 lib tree_drop_lost
	[[ -d $tree ]]
}

@test "a cache that can't be written, a path that make can't take" {
	: >"$T/file"
	KPATCH_CACHE=$T/file/cache run -1 own
	[[ $output == *"set KPATCH_CACHE"* ]]
	KPATCH_CACHE="$T/with blank" run -1 own
	[[ $output == *"with blanks or any of"* ]]
}

@test "no space is told before anything is unpacked" {
	SETUP='df() { printf "Avail\n1000000\n"; }' run -1 lib need_space "$T" 2000000000 "the source"
	[[ $output == *"the source needs 1907 MB in $T, only 1 MB are free"* ]]
}

@test "a disk that is full is told, whatever failed because of it" {
	local full
	export SETUP='broken() { cmp -s /dev/null "$T/config"; }'
	printf '#!/bin/sh\ncase "$*" in *iavail*) echo "Avail IFree Inodes"; cat %s/full;; *) exec /bin/df "$@";; esac\n' "$T" >"$T/bin/df"
	chmod +x "$T/bin/df"
	export PATH=$T/bin:$PATH
	echo "4000000000 0 1000" >"$T/full"
	rm "$T/Module.symvers"
	run -1 own
	[[ $output == *"no Module.symvers"*"note: there is no space left in $T/cache (3815 MB and 0 files are free): this may be the reason; free some space"* ]]
	run -1 lib broken
	[[ $output == "kpatch-build: error: there is no space left in $T/cache (3815 MB and 0 files are free); free some space, or set KPATCH_CACHE and TMPDIR to a larger disk" ]]
	echo "1000000 5000 5000" >"$T/full"
	run -1 lib broken
	[[ $output == *"no space left in $T/cache (1 MB and 5000 files are free)"* ]]
	# Some file systems count no files.
	for full in "4000000000 0 0" "4000000000 - -" "4000000000 5000 6000"; do
		echo "$full" >"$T/full"
		run -1 lib broken
		[[ $output == *"error: internal: "* && $output != *"no space"* ]]
	done
	echo "0 0 1" >"$T/full"
	run -4 own --nonsense
	[[ $output != *"no space"* ]]
}

# ---- the archive, pretended ----

# Releases 3 to 6 of 6.12: the newest lacks a source of its version, the next has only an older linux-kbuild, 6.12.4-2 only a
# later one, and of the oldest the kbuild package is the very one. A release before them has no headers at all.
fake_archive() {
	cat >"$T/bin/apt-cache" <<-'EOF'
		#!/bin/sh
		while [ "$1" = -o ]; do shift 2; done
		headers() {
			printf 'Package: linux-headers-%s-amd64\nVersion: %s\nDepends: linux-base, linux-headers-%s-common (= %s), %s, gcc-12\n\n' "$1" "$2" "$1" "$2" "$3"
		}
		case "$1 $3$2" in
		"show ^linux-"*)
			# All of a series: what madison has, with what headers need
			headers 6.12.2 6.12.2-0 linux-kbuild-6.12.2
			"$0" show x
			for p in image-6.12-amd64 image-6.12.2-amd64 image-6.12.3-amd64 image-6.12.4-amd64 image-6.12.5-amd64 image-6.12.6-amd64 image-6.12.3-rt-amd64 image-6.12.4-rt-amd64 \
				headers-6.12.3-common headers-6.12.3-rt-common headers-6.12.4-common headers-6.12.4-rt-common headers-6.12.5-common headers-6.12.6-common \
				source-6.12 kbuild-6.12 kbuild-6.12.3 kbuild-6.12.5; do
				"$0" madison "linux-$p" | while read -r name _ version _; do printf 'Package: %s\nVersion: %s\n\n' "$name" "$version"; done
			done ;;
		"search ^linux-image-6"* | "search ^linux-image-["*)
			for r in 6.12.2 6.12.3 6.12.4 6.12.5 6.12.6; do printf 'linux-image-%s-amd64 - Linux\nlinux-image-%s-rt-amd64 - Linux\n' $r $r; done
			echo 'linux-image-6.12-amd64 - meta' ;;
		search*) echo 'linux-image-amd64 - meta' ;;
		pkgnames*) for r in 3 4 5 6; do printf 'linux-headers-6.12.%s-amd64\nlinux-headers-6.12.%s-rt-amd64\n' $r $r; done ;;
		show*)
			case "$*" in *6.12.2*) : >"${0%/*}/tried-as-pattern" ;; esac
			headers 6.12.3 6.12.3-1 'linux-kbuild-6.12.3'
			headers 6.12.3-rt 6.12.3-1 'linux-kbuild-6.12.3'
			headers 6.12.4-rt 6.12.4-2 'linux-kbuild-6.12 (>= 6.12.4-2)'
			headers 6.12.4 6.12.4-2 'linux-kbuild-6.12 (>= 6.12.4-2)'
			headers 6.12.5 6.12.5-1 'linux-kbuild-6.12.5 (>= 6.12.5-1)'
			headers 6.12.6 6.12.6-1 'linux-kbuild-6.12 (>= 6.12.6-1) | other' ;;
		esac
		if [ "$1" = madison ]; then
			for p; do
				case $p in
				linux-image-6.12.4-rt-amd64 | linux-image-6.12.4-amd64 | linux-headers-6.12.4-amd64 | linux-headers-6.12.4-common | linux-headers-6.12.4-rt-common) echo "$p | 6.12.4-2 | x" ;;
				linux-image-6.12.[2356]-rt-amd64 | linux-image-6.12.[2356]-amd64 | linux-headers-6.12.[356]-amd64 | linux-headers-6.12.[356]-common | linux-headers-6.12.[356]-rt-common)
					v=${p#linux-*-}; echo "$p | ${v%%-*}-1 | x" ;;
				linux-source-6.12) for v in 6.12.5-1 6.12.4-2 6.12.3-1; do echo "$p | $v | x"; done ;;
				linux-kbuild-6.12) for v in 6.12.9-1 6.12.4-3 6.12.3-1; do echo "$p | $v | x"; done ;;
				linux-kbuild-6.12.3) echo "$p | 6.12.3-1 | x" ;;
				linux-kbuild-6.12.5) echo "$p | 6.12.5~rc1-1 | x" ;;
				esac
			done
		fi
	EOF
	printf '#!/bin/sh\necho "E: no network" >&2\nexit 100\n' >"$T/bin/apt-get"
	chmod +x "$T/bin/apt-cache" "$T/bin/apt-get"
	PATH=$T/bin:$PATH
}

@test "the newest kernel of a series is the newest that can be built" {
	fake_archive
	SETUP='newest() { debian_views ""; debian_newest "$1"; echo "$REPLY"; }' run -0 lib newest 6.12
	[[ $output == 6.12.4-amd64 ]]
}

@test "what a series is now takes one question to apt" {
	fake_archive
	sed -i '3i [ "$ASKED_BY" ] || echo "$*" >>'"$T/asked"'; export ASKED_BY=me' "$T/bin/apt-cache"
	run -0 --separate-stderr "$DRIVER" --list-targets -a 6.12
	[[ $output =~ ^6\.12\.4-amd64\ +6\.12\.4-2$ ]]
	[[ $(<"$T/asked") == 'show -- ^linux-(image|headers|kbuild|source|base|binary|modules)-6\.12([^0-9]|$)' ]]
	# The same as of the list of all
	run -0 --separate-stderr "$DRIVER" --list-targets
	[[ ${lines[0]} =~ ^6\.12\.4-amd64\ +6\.12\.4-2$ ]]
}

@test "what a series is now is not asked again while all that decides it is the same" {
	fake_archive
	sed -i "2i echo \"\$1\" >>$T/asked" "$T/bin/apt-cache"
	asked() { [[ $(wc -l <"$T/asked") == "$1" ]]; }
	find_it() {
		: >"$T/asked"
		run -0 --separate-stderr "$DRIVER" --list-targets -a "${1:-6.12}"
		[[ $output =~ ^6\.12\.${2:-4-amd64}\ +6\.12\.${3:-4-2}$ ]]
	}
	find_it
	[[ -s $T/asked ]]
	# What is not in the cache has to be had.
	find_it
	[[ -s $T/asked ]]
	mkdir -p "$T"/cache/target/6.12.4-amd64_6.12.4-2 "$T"/cache/source/linux-source-6.12_6.12.4-2
	find_it
	[[ -s $T/asked ]]
	find_it
	asked 0
	find_it 6.12.4-amd64
	asked 0
	# What may make it another: packages that are given, a target more, other lists
	mkdir -p "$T/packages/DEBIAN" "$T/given"
	printf "Package: linux-base\nVersion: 1\nArchitecture: all\nMaintainer: me\nDescription: x\n" >"$T/packages/DEBIAN/control"
	dpkg-deb --root-owner-group -b "$T/packages" "$T/given/linux-base_1_all.deb" >/dev/null
	: >"$T/asked"
	run -0 --separate-stderr "$DRIVER" --list-targets -a 6.12 --packages "$T/given"
	[[ -s $T/asked ]]
	find_it
	[[ -s $T/asked ]]
	mkdir "$T"/cache/target/6.12.3-amd64_6.12.3-1
	find_it
	[[ -s $T/asked ]]
	find_it
	asked 0
	mkdir -p "$T/cache/apt/state/lists"
	find_it
	[[ -s $T/asked ]]
	find_it
	asked 0
	# It is gone from the cache.
	rmdir "$T"/cache/source/linux-source-6.12_6.12.4-2
	find_it
	[[ -s $T/asked ]]
}

@test "only what can be built is listed" {
	fake_archive
	run -0 --separate-stderr "$DRIVER" --list-targets
	[[ ${lines[0]} =~ ^6\.12\.4-amd64\ +6\.12\.4-2$ && ${lines[1]} =~ ^6\.12\.4-rt-amd64\ +6\.12\.4-2$ &&
		${lines[2]} =~ ^6\.12\.3-amd64\ +6\.12\.3-1$ && ${lines[3]} =~ ^6\.12\.3-rt-amd64\ +6\.12\.3-1$ ]]
	((${#lines[@]} == 4))
	# A reader that ends before the list does, as head, is no error.
	# shellcheck disable=SC2016
	run -141 --separate-stderr bash -c 'set -o pipefail; "$1" --list-targets | :' - "$DRIVER"
	[[ $stderr != *error* && -z $(find "$T/cache/work" -mindepth 1) ]]
	# apt-cache takes the name of a package that there is not for a pattern, and tries it on all there are.
	[[ ! -e $T/bin/tried-as-pattern ]]
	[[ $stderr == *"warning: only what this machine is set up for: the package lists of other suites can't be had: apt of this machine has no mirror of Debian; give one with --mirror URL"* ]]
}

@test "the list tells which kernel a series is now" {
	fake_archive
	run -0 --separate-stderr "$DRIVER" --list-targets -a 6.12
	[[ $output =~ ^6\.12\.4-amd64\ +6\.12\.4-2$ && -z $stderr ]]
	run -0 --separate-stderr "$DRIVER" --list-targets -a 6.12.3-rt-amd64
	[[ $output =~ ^6\.12\.3-rt-amd64\ +6\.12\.3-1$ ]]
}

@test "a series of which nothing can be built says what is missing" {
	fake_archive
	sed -i '/linux-source-6.12)/d' "$T/bin/apt-cache"
	run -1 "$DRIVER" -a 6.12 "$T/x.patch"
	[[ $output == *"of series 6.12 there are 6.12.6-amd64 6.12.5-amd64 6.12.4-amd64 6.12.3-amd64 6.12.2-amd64, but for none of them"*"linux-source-6.12 of the same version; of 6.12.6-amd64 are missing:"$'\n'"    linux-source-6.12 of version 6.12.6-1 (there is none)"* ]]
}

@test "of what the headers depend on, the version nearest to the image's is taken" {
	fake_archive
	SETUP='chosen() { debian_version_for "$@"; echo "$REPLY"; }'
	SETUP=$SETUP run -0 lib chosen linux-kbuild-6.12 '>=' 6.12.4-2 6.12.4-2
	[[ $output == 6.12.4-3 ]]
	SETUP=$SETUP run -0 lib chosen linux-kbuild-6.12 '>=' 6.12.3-1 6.12.3-1
	[[ $output == 6.12.3-1 ]]
	SETUP=$SETUP run -0 lib chosen linux-kbuild-6.12.3 any - 6.12.3-1
	[[ $output == 6.12.3-1 ]]
	# fetched before, and no longer in the archive
	mkdir -p "$T/cache/packages"
	: >"$T/cache/packages/linux-kbuild-6.12.5_6.12.5-2_amd64.deb"
	SETUP=$SETUP run -0 lib chosen linux-kbuild-6.12.5 '>=' 6.12.5-1 6.12.5-1
	[[ $output == 6.12.5-2 ]]
	rm "$T/cache/packages/linux-kbuild-6.12.5_6.12.5-2_amd64.deb"
	SETUP=$SETUP run -1 lib chosen linux-kbuild-6.12.5 '>=' 6.12.5-1 6.12.5-1
	[[ $output == *"no linux-kbuild-6.12.5 of version >= 6.12.5-1 (there are: 6.12.5~rc1-1), which the headers of version 6.12.5-1 need"* ]]
}

@test "an unknown release is named" {
	fake_archive
	run -1 "$DRIVER" -a 6.12.99-amd64 "$T/x.patch"
	[[ $output == *"no package linux-image-6.12.99-amd64 in the archive (near it are 6.12.5-amd64 6.12.6-amd64)"$'\n'"    the package lists of other suites can't be had: "*"--list-targets"* ]]
	((${#lines[@]} == 3))
}

@test "a source of another version is refused" {
	fake_archive
	SETUP='mkdir -p "$WORK/1-target"' run -1 lib debian_fetch linux-source-6.12 6.12.6-1
	[[ $output == *"no linux-source-6.12 of version 6.12.6-1 (there are: 6.12.5-1 6.12.4-2 6.12.3-1); image, headers and source must be of one version"* ]]
}

@test "no network: one message, nothing half fetched" {
	fake_archive
	run -1 "$DRIVER" -a 6.12.3-amd64 "$T/x.patch"
	[[ $output == *"linux-image-6.12.3-amd64 6.12.3-1 could not be fetched"*"is there a network"* ]]
	[[ -z $(find "$T/cache" -name '*.deb') && -z $(find "$T/cache/target" -mindepth 1 -type d) ]]
	[[ $output != *internal* ]]
}

@test "empty package lists are told" {
	printf '#!/bin/sh\n' | tee "$T/bin/apt-cache" >"$T/bin/apt-get"
	chmod +x "$T/bin/apt-cache" "$T/bin/apt-get"
	PATH=$T/bin:$PATH run -1 "$DRIVER" -a 6.12.3-amd64 "$T/x.patch"
	[[ $output == *"package lists of this machine are empty; fetch them with: apt-get update"* ]]
}

# ---- the caller's environment ----

@test "what make, Kconfig and gcc would read of the environment does not reach them" {
	printf '#!/bin/sh\nenv >"%s/environment"\nexec /usr/bin/getopt "$@"\n' "$T" >"$T/bin/getopt"
	chmod +x "$T/bin/getopt"
	PATH=$T/bin:$PATH KCONFIG_CONFIG=$T/x LLVM=1 sub_make_done=1 MAKEFLAGS=-n KCFLAGS=-O0 C_INCLUDE_PATH=$T KBUILD_OUTPUT=$T \
		BASH_ENV=$T/x ARCH=arm64 CC=tcc CCACHE_DIR=$T/ccache https_proxy=http://127.0.0.1:1 run -0 own
	run ! grep -E '^(KCONFIG_CONFIG|LLVM|sub_make_done|MAKEFLAGS|KCFLAGS|C_INCLUDE_PATH|KBUILD_OUTPUT|BASH_ENV|ARCH|CC)=' "$T/environment"
	for name in PATH KPATCH_CACHE CCACHE_DIR https_proxy LC_ALL; do grep -q "^$name=" "$T/environment"; done
}

@test "variables of kpatch-build 0.9.11 are used, or refused by name" {
	TARGET_ARCH=arm64 run -4 own
	[[ $output == *"TARGET_ARCH=arm64: only kernels of x86_64"* ]]
	CROSS_COMPILE=nowhere- run -4 own
	[[ $output == *"CROSS_COMPILE=nowhere-: there is no nowhere-gcc"* ]]
	printf '#!/bin/sh\necho "cross-gcc %s"\n' "$(gcc --version | sed -n '1s/^[^ ]* //p')" >"$T/bin/cross-gcc"
	chmod +x "$T/bin/cross-gcc"
	PATH=$T/bin:$PATH CROSS_COMPILE=cross- run -0 own
	[[ $output == *"TARGET_CC=cross-gcc"* ]]
	unset KPATCH_CACHE
	CACHEDIR=$T/dir run -0 own
	[[ -d $T/dir/work ]]
}

@test "without HOME the cache is in the user's home directory, as the system knows it" {
	printf '#!/bin/sh\necho "me:x:1:1::%s:/bin/sh"\n' "$T/home" >"$T/bin/getent"
	chmod +x "$T/bin/getent"
	unset KPATCH_CACHE HOME XDG_CACHE_HOME
	PATH=$T/bin:$PATH run -0 own
	[[ -d $T/home/.cache/kpatch-build/work ]]
	printf '#!/bin/sh\nexit 2\n' >"$T/bin/getent"
	PATH=$T/bin:$PATH run -1 own
	[[ $output == *"HOME is not set"*"set KPATCH_CACHE"* ]]
}

@test "-d keeps the work directory, twice also a trace of the scripts" {
	run -0 own -d
	[[ $output =~ work\ directory:\ ([^$'\n']+) && ! -e ${BASH_REMATCH[1]}/trace ]]
	run -0 own -dd
	[[ $output =~ work\ directory:\ ([^$'\n']+) ]]
	grep -q '^+* own_image$' "${BASH_REMATCH[1]}/trace"
}

@test "a kernel newer than any that was tested is tried, with a warning" {
	local release
	for release in 5.10.0-46-amd64 6.12.3-amd64 7.3.9+deb13-amd64 7.2-own own; do
		SETUP="TARGET_RELEASE=$release" run -0 lib target_tested
		[[ -z $output ]]
	done
	for release in 7.4.1-amd64 7.10.1 8.0-rc1 7.4-own; do
		SETUP="TARGET_RELEASE=$release" run -0 lib target_tested
		[[ $output == "kpatch-build: warning: $release is newer than any kernel that this version of kpatch-build was tested with (up to 7.3); "* ]]
	done
}
