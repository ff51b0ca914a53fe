#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# Packages that the archive no longer has: given in a directory (--packages), or installed on the machine. The packages are small ones of
# their own, the archive has only what a test puts into it, apt's other answers are empty.
# Scripts for later:
# shellcheck disable=SC2016,SC2030,SC2031

load common

setup() {
	common_setup
	export T
	banner="Linux version 6.1.0-9-amd64 (me@here) ($(gcc --version | sed -n 1p), GNU ld 2.40) #1 SMP Debian 6.1.5-1"
	fake_tool klp-place 'case $1 in elf) { printf "\177ELF"; echo; echo "'"$banner"'"; } >"$3";; kallsyms) echo "ffffffff81000000 T _text";; esac'
	# archive: "PACKAGE VERSION FILE" of each package that it has. A package that it does not have is taken for a pattern.
	: >"$T/archive"
	cat >"$T/bin/apt-cache" <<-'EOS'
		#!/bin/bash
		while [[ $1 == -o ]]; do shift 2; done
		case $1 in
		search) awk -v p="$3" '$1 ~ p { print $1 " - x" }' "$T/archive" ; echo "linux-image-amd64 - x" ;;
		pkgnames) awk '{ print $1 }' "$T/archive" ;;
		madison) for p; do awk -v p="$p" '$1 == p { print p " | " $2 " | x" }' "$T/archive"; done ;;
		show) for p; do
			P=$p awk '$1 == ENVIRON["P"] || $1 "=" $2 == ENVIRON["P"] || ENVIRON["P"] ~ /^\^/ && $1 ~ ENVIRON["P"] { print $3 }' "$T/archive" | while read -r file; do
				dpkg-deb -f "$file"; echo "SHA256: $(sha256sum <"$file" | cut -d ' ' -f 1)"; echo "Size: 1000"; echo; done; done ;;
		esac
	EOS
	cat >"$T/bin/apt-get" <<-'EOS'
		#!/bin/bash
		case " $* " in
		*" download "*)
			awk -v p="${!#}" '$1 "=" $2 == p { print $3 }' "$T/archive" | while read -r file; do cp "$file" .; touch "$T/fetched.${file##*/}"; done ;;
		esac
	EOS
	sed -i "s,\$T/,$T/,g" "$T/bin/apt-cache" "$T/bin/apt-get"
	chmod +x "$T/bin/apt-cache" "$T/bin/apt-get"
	PATH=$T/bin:$PATH
	mkdir "$T/debs"
	kernel 6.1.0-9-amd64 6.1.5-1
}

# kernel RELEASE VERSION [COMMON]: its packages, in $T/debs
kernel() {
	local release=$1 version=$2 common=${3:-${1%-amd64}-common} root=$T/pkg
	rm -rf "$root"
	mkdir -p "$root/boot" "$root/lib/modules/$release/kernel" "$root/usr/share/doc"
	fake_config "$root/boot/config-$release"
	fake_image "$root/boot/vmlinuz-$release"
	echo 1 >"$root/lib/modules/$release/kernel/x.ko"
	echo doc >"$root/usr/share/doc/image"
	deb "linux-image-$release" "$version" amd64 kmod
	mkdir -p "$root/usr/src/linux-headers-$release"
	printf 'include /usr/src/linux-headers-%s/Makefile\n' "$common" >"$root/usr/src/linux-headers-$release/Makefile"
	: >"$root/usr/src/linux-headers-$release/Module.symvers"
	deb "linux-headers-$release" "$version" amd64 "linux-headers-$common (= $version), linux-kbuild-6.1 (>= $version)"
	mkdir -p "$root/usr/src/linux-headers-$common"
	printf 'VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 5\nNAME = x\n' >"$root/usr/src/linux-headers-$common/Makefile"
	ln -s ../../lib/linux-kbuild-6.1/scripts "$root/usr/src/linux-headers-$common/scripts"
	deb "linux-headers-$common" "$version" all ""
	mkdir -p "$root/usr/lib/linux-kbuild-6.1/scripts"
	echo script >"$root/usr/lib/linux-kbuild-6.1/scripts/x"
	deb linux-kbuild-6.1 "$version" amd64 ""
	fake_source "$T/linux-source-6.1"
	sed -i 's/^PATCHLEVEL.*/PATCHLEVEL = 1/; s/^SUBLEVEL.*/SUBLEVEL = 5/' "$T/linux-source-6.1/Makefile"
	mkdir -p "$root/usr/src"
	tar -C "$T" -cJf "$root/usr/src/linux-source-6.1.tar.xz" linux-source-6.1
	deb linux-source-6.1 "$version" all ""
}

# deb PACKAGE VERSION ARCHITECTURE DEPENDS: of what is in $T/pkg, which is empty afterwards
deb() {
	mkdir -p "$T/pkg/DEBIAN"
	printf 'Package: %s\nVersion: %s\nArchitecture: %s\nMaintainer: me\n%sDescription: x\n' "$1" "$2" "$3" "${4:+Depends: $4$'\n'}" >"$T/pkg/DEBIAN/control"
	(cd "$T/pkg" && find . -path ./DEBIAN -prune -o -type f -printf '%P\n' | xargs -r md5sum >DEBIAN/md5sums)
	dpkg-deb -Znone --root-owner-group -b "$T/pkg" "$T/debs/${1}_${2}_$3.deb" >/dev/null
	rm -rf "$T/pkg"
	mkdir "$T/pkg"
}

# to_archive NAME...: the archive has these package files (by the beginning of their names), the directory does not
to_archive() {
	local name file fields
	mkdir -p "$T/mirror" "$T/cache/apt"
	for name; do
		for file in "$T/debs/$name"*.deb; do
			mv "$file" "$T/mirror/"
			fields=$(dpkg-deb -f "$T/mirror/${file##*/}" Package Version | sed 's/.*: //' | xargs)
			echo "$fields $T/mirror/${file##*/}" >>"$T/archive"
		done
	done
	# (By such a file the driver sees that the lists are others.)
	printf "# %s\n" "$@" >>"$T/cache/apt/lists.sources"
}

# to_machine NAME...: these packages are installed, below $T/machine; the directory does not have them
to_machine() {
	local name root=$T/machine
	mkdir -p "$root/usr/lib" "$root/var/lib/dpkg"/{info,updates,triggers}
	[[ -e $root/lib ]] || ln -s usr/lib "$root/lib"
	touch "$root/var/lib/dpkg/status"
	for name; do
		dpkg --admindir="$root/var/lib/dpkg" --root="$root" --force-not-root --force-depends --force-bad-path --log=/dev/null -i "$T/debs/$name"*.deb || return
		rm "$T/debs/$name"*.deb
	done
}

target() { "$DRIVER" -a 6.1.0-9-amd64 --print-target "$@"; }
nowhere='    give a directory with the .deb files that are missing (--packages DIR): a snapshot of the archive, or the cache of a mirror, may have them; or choose a release from kpatch-build --list-targets; or describe the kernel with -s, -c and -v'

@test "headers name where they are from the moment that they have their name, for another run may be using some of that name" {
	local entry=$T/cache/target/6.1.0-9-amd64_6.1.5-1 made
	rm "$T/bin/klp-manifest"
	fake_tool klp-manifest "
		if [ \$1 = seal ] && [ -e \"\$2/usr/src/linux-headers-6.1.0-9-amd64/Makefile\" ]; then cat \"\$2\"/usr/src/linux-headers-6.1.0-9-amd64/Makefile >>'$T/sealed'; fi
		exec '$TOP/build/bin/klp-manifest' \"\$@\""
	for made in 1 2; do
		run -0 target --packages "$T/debs"
		[[ $(<"$T/sealed") == "include $entry/usr/src/linux-headers-6.1.0-9-common/Makefile" ]]
		rm "$T/sealed"
		echo damaged >"$entry/boot/config-6.1.0-9-amd64"
	done
}

@test "a release that the archive does not have is taken from the directory that is given, and nothing is fetched" {
	local entry=$T/cache/target/6.1.0-9-amd64_6.1.5-1
	run -1 target
	[[ $output == "kpatch-build: error: there is no package linux-image-6.1.0-9-amd64 in the archive"$'\n'* ]]
	run -0 target --packages "$T/debs"
	[[ $output == *"TARGET_VERSION=6.1.5-1"* && $output == *"TARGET_SOURCE=$T/cache/source/linux-source-6.1_6.1.5-1"* && $output == *"TARGET_MODULES_DIR=$entry/lib/modules/6.1.0-9-amd64"* ]]
	[[ -f $entry/boot/vmlinuz-6.1.0-9-amd64 && -f $entry/usr/lib/linux-kbuild-6.1/scripts/x && ! -e $entry/usr/share ]]
	[[ -f $T/cache/source/linux-source-6.1_6.1.5-1/kernel/foo.c ]]
	[[ -z $(compgen -G "$T/fetched.*") && -z $(compgen -G "$T/cache/packages/*.deb") && -f $T/debs/linux-source-6.1_6.1.5-1_all.deb ]]
	# It is in the cache now, and nobody is asked.
	mv "$T/bin/apt-cache" "$T/bin/kept"
	fake_tool apt-cache 'exit 99'
	run -0 target
	[[ $output == *"TARGET_VERSION=6.1.5-1"* ]]
	mv "$T/bin/kept" "$T/bin/apt-cache"
	# The cache may be moved.
	[[ $(<"$entry/usr/src/linux-headers-6.1.0-9-amd64/Makefile") == "include $entry/usr/src/linux-headers-6.1.0-9-common/Makefile" ]]
	mv "$T/cache" "$T/moved"
	KPATCH_CACHE=$T/moved run -0 target
	entry=$T/moved/target/6.1.0-9-amd64_6.1.5-1
	[[ $(<"$entry/usr/src/linux-headers-6.1.0-9-amd64/Makefile") == "include $entry/usr/src/linux-headers-6.1.0-9-common/Makefile" ]]
	mv "$T/moved" "$T/cache"
	# Files of any name, below the directory too.
	mkdir -p "$T/debs/pool/main"
	mv "$T/debs/"*.deb "$T/debs/pool/main/"
	mv "$T/debs/pool/main/"linux-image*.deb "$T/debs/linux-1.deb"
	rm -r "$T/cache"
	run -0 target --packages "$T/debs"
}

@test "image of the directory, the rest of the archive; kbuild may be later" {
	mkdir "$T/pkg/x"
	deb linux-kbuild-6.1 6.1.5-2 amd64 ""
	rm "$T/debs/linux-kbuild-6.1_6.1.5-1_amd64.deb"
	to_archive linux-headers-6.1.0-9 linux-kbuild linux-source
	run -0 target --packages "$T/debs"
	(cd "$T/cache/packages" && echo *.deb) | diff - <(echo linux-headers-6.1.0-9-amd64_6.1.5-1_amd64.deb linux-headers-6.1.0-9-common_6.1.5-1_all.deb linux-kbuild-6.1_6.1.5-2_amd64.deb linux-source-6.1_6.1.5-1_all.deb)
	cut -d ' ' -f 1,2 "$T/cache/target/6.1.0-9-amd64_6.1.5-1/.packages" | diff - <(printf '%s\n' "linux-image-6.1.0-9-amd64 6.1.5-1" "linux-headers-6.1.0-9-amd64 6.1.5-1" "linux-headers-6.1.0-9-common 6.1.5-1" "linux-kbuild-6.1 6.1.5-2")
}

# rt_kernel: a real-time kernel of the same version, and its patches in $T/linux_6.1.5-1.debian.tar.xz
rt_kernel() {
	fake_tool klp-place 'case $1 in elf) { printf "\177ELF"; echo; echo "'"${banner/6.1.0-9/6.1.0-9-rt}"'"; } >"$3";; kallsyms) echo "ffffffff81000000 T _text";; esac'
	kernel 6.1.0-9-rt-amd64 6.1.5-1 6.1.0-9-common-rt
	mkdir -p "$T/debian/patches-rt"
	printf '# for softirq\none.patch\n\ntwo.patch # last\n' >"$T/debian/patches-rt/series"
	printf -- '--- a/kernel/foo.c\n+++ b/kernel/foo.c\n@@ -1,4 +1,4 @@\n int one(void)\n {\n-\treturn 1;\n+\treturn 10;\n }\n' >"$T/debian/patches-rt/one.patch"
	printf -- '--- a/kernel/foo.c\n+++ b/kernel/foo.c\n@@ -1,4 +1,4 @@\n int one(void)\n {\n-\treturn 10;\n+\treturn 20;\n }\n' >"$T/debian/patches-rt/two.patch"
	tar -C "$T" -cJf "$T/linux_6.1.5-1.debian.tar.xz" debian
}

@test "the source of a real-time kernel has its patches, where they are given; that of the others stays as it is" {
	rt_kernel
	run -0 "$DRIVER" -a 6.1.0-9-rt-amd64 --packages "$T/debs" --print-target
	[[ $output == *"warning: 6.1.0-9-rt-amd64 was built with the patches of debian/patches-rt, which can't be had: what they touch can't be patched (base-differs); give a directory with linux_6.1.5-1.debian.tar.xz (--packages DIR). It can't be fetched: apt of this machine has no mirror of Debian; give one with --mirror URL"* ]]
	[[ $output == *"TARGET_SOURCE=$T/cache/source/linux-source-6.1_6.1.5-1"$'\n'* ]]
	mkdir "$T/debs/source"
	mv "$T/linux_6.1.5-1.debian.tar.xz" "$T/debs/source/"
	run -0 --separate-stderr "$DRIVER" -a 6.1.0-9-rt-amd64 --packages "$T/debs" --print-target
	[[ $stderr != *warning* && $output =~ TARGET_SOURCE=("$T/cache/source/linux-source-6.1-rt_6.1.5-1-rt-"[0-9a-f]{8})$'\n' ]]
	grep -q 'return 20;' "${BASH_REMATCH[1]}/kernel/foo.c"
	grep -q 'return 1;' "$T/cache/source/linux-source-6.1_6.1.5-1/kernel/foo.c"
	# Both are whole, and those of another version are not taken for it.
	run -0 --separate-stderr "$DRIVER" -a 6.1.0-9-rt-amd64 --packages "$T/debs" --print-target
	[[ -z $stderr ]]
	echo broken >"$T/debs/source/linux_6.1.5-1.debian.tar.xz"
	run -1 "$DRIVER" -a 6.1.0-9-rt-amd64 --packages "$T/debs" --print-target
	[[ $output == *"error: $T/debs/source/linux_6.1.5-1.debian.tar.xz has no debian/patches-rt/series; is it damaged?" ]]
	rm -r "$T/debian/patches-rt/one.patch" "$T/debs/source/"*
	: >"$T/debian/patches-rt/one.patch"
	tar -C "$T" -cJf "$T/debs/source/linux_6.1.5-1.debian.tar.xz" debian
	run -1 "$DRIVER" -a 6.1.0-9-rt-amd64 --packages "$T/debs" --print-target
	[[ $output == *"error: the patches of PREEMPT_RT do not apply to the source of 6.1.5-1, see above; are they of this version?" ]]
}

@test "the patches of a real-time kernel are fetched with the source of a suite that has its image" {
	rt_kernel
	cat >"$T/bin/apt-get" <<-'EOS'
		#!/bin/bash
		for o; do case $o in Dir::Etc::sourcelist=*) sources=$(xargs <"${o#*=}") ;; esac; done
		case " $* " in
		*" source "*)
			echo "$sources: ${!#}" >>"$T/asked"
			if [[ $sources != *bookworm-security* ]]; then echo "E: Failed to fetch it"; exit 100; fi
			cp "$T/linux_6.1.5-1.debian.tar.xz" . ;;
		esac
	EOS
	sed -i "s,\$T/,$T/,g" "$T/bin/apt-get"
	export SETUP='archive_use() { :; }; archive_mirror() { REPLY="http://mirror/debian/ http://mirror/debian-security/"; }
		archive_madison() { printf "%s\t%s\t%s\n" "$1" 6.1.4-1 trixie "$1" 6.1.5-1 bookworm "$1" 6.1.5-1 bookworm-security; }
		TARGET_RELEASE=6.1.0-9-rt-amd64 TARGET_VERSION=6.1.5-1 TARGET_SOURCE=$T/linux-source-6.1 TARGET_HEADERS=$T
		mkdir -p "$WORK/1-target" "$CACHE/source"
		try() { rt_source 6.1; echo "$TARGET_SOURCE"; }'
	echo 'include /usr/src/linux-headers-6.1.0-9-common-rt/Makefile' >"$T/Makefile"
	run -0 --separate-stderr lib try
	[[ $output == "$T/cache/source/linux-source-6.1-rt_6.1.5-1-rt" ]]
	grep -q 'return 20;' "$output/kernel/foo.c"
	grep -q 'return 1;' "$T/linux-source-6.1/kernel/foo.c"
	[[ $(<"$T/asked") == "Types: deb-src URIs: http://mirror/debian/ Suites: bookworm Components: main Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg: linux=6.1.5-1"$'\n'"Types: deb-src URIs: http://mirror/debian-security/ Suites: bookworm-security Components: main Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg: linux=6.1.5-1" ]]
	# What was made of it is kept.
	rm "$T/linux_6.1.5-1.debian.tar.xz" "$T/asked"
	run -0 --separate-stderr lib try
	[[ $output == "$T/cache/source/linux-source-6.1-rt_6.1.5-1-rt" && ! -e $T/asked ]]
	rm -r "$T/cache/source"
	run -0 --separate-stderr lib try
	[[ $output == "$T/linux-source-6.1" && $stderr == *"warning: 6.1.0-9-rt-amd64 was built with the patches of debian/patches-rt, which can't be had: "*" It can't be fetched: apt-get could not fetch linux=6.1.5-1" ]]
}

@test "the patch of 5.10's real-time kernel is in the package of its source" {
	mkdir -p "$T/pkg/usr/src"
	echo patch | xz >"$T/pkg/usr/src/linux-patch-5.10-rt.patch.xz"
	deb linux-source-5.10 5.10.9-1 all ""
	export SETUP='TARGET_VERSION=5.10.9-1 TARGET_RELEASE=5.10.0-9-rt-amd64; debian_fetch() { [[ $1 != linux-source-5.10 ]] || REPLY=$DEB; }'
	DEB=$T/debs/linux-source-5.10_5.10.9-1_all.deb run -0 lib rt_patch_of_package 5.10 "$T/rt.patch"
	[[ $(<"$T/rt.patch") == patch ]]
	DEB=$T/debs/linux-source-6.1_6.1.5-1_all.deb run -1 lib rt_patch_of_package 5.10 "$T/rt.patch"
	[[ $output == *"error: linux-source-5.10 5.10.9-1 has no /usr/src/linux-patch-5.10-rt.patch.xz, which 5.10.0-9-rt-amd64 was built with" ]]
}

@test "what the directory has is listed, and counts for a series" {
	to_archive linux-kbuild
	run -0 --separate-stderr "$DRIVER" --packages "$T/debs" --list-targets
	[[ $output =~ ^6\.1\.0-9-amd64\ +6\.1\.5-1$ ]]
	run -0 "$DRIVER" -a 6.1 --packages "$T/debs" --print-target
	[[ $output == *"TARGET_RELEASE=6.1.0-9-amd64"* ]]
	rm -r "$T/cache" "$T/debs/"linux-source*
	run -1 --separate-stderr "$DRIVER" --packages "$T/debs" --list-targets
	[[ $stderr == *"error: the archive has no stock kernels that can be built" ]]
	run -1 "$DRIVER" -a 6.1 --packages "$T/debs" --print-target
	[[ ${lines[0]} == "kpatch-build: error: of series 6.1 there are 6.1.0-9-amd64, but for none of them the headers with their dependencies and a package linux-source-6.1 of the same version; of 6.1.0-9-amd64 are missing:" ]]
	[[ ${lines[1]} == "    linux-source-6.1 of version 6.1.5-1 (there is none)" && ${lines[-1]} == "$nowhere" ]]
}

@test "all that is missing is told at once, before anything is fetched" {
	mkdir "$T/pkg/x"
	deb linux-source-6.1 6.1.6-1 all ""
	rm "$T/debs/"linux-source-6.1_6.1.5* "$T/debs/"linux-kbuild*
	to_archive linux-source linux-image
	run -1 target --packages "$T/debs"
	[[ ${lines[0]} == "kpatch-build: error: 6.1.0-9-amd64 is of package version 6.1.5-1, and not all packages that are needed with it can be had; missing are:" ]]
	[[ ${lines[1]} == "    linux-kbuild-6.1 of version >= 6.1.5-1 (there is none)" && ${lines[2]} == "    linux-source-6.1 of version 6.1.5-1 (there are: 6.1.6-1)" ]]
	[[ ${lines[3]} == "    the package lists of other suites can't be had: "* && ${lines[4]} == "$nowhere" ]]
	((${#lines[@]} == 5))
	[[ -z $(compgen -G "$T/fetched.*") ]]
}

@test "a damaged file is refused and left as it is; what is no package is not used; other machines are none of ours" {
	local image=$T/debs/linux-image-6.1.0-9-amd64_6.1.5-1_amd64.deb
	cp "$T/debs/linux-source-6.1_6.1.5-1_all.deb" "$T/whole"
	truncate -s -2000 "$T/debs/linux-source-6.1_6.1.5-1_all.deb"
	run -1 target --packages "$T/debs"
	[[ $output == *"error: $T/debs/linux-source-6.1_6.1.5-1_all.deb is damaged: it can't be unpacked to its end; remove it, or get it again" ]]
	[[ -f $T/debs/linux-source-6.1_6.1.5-1_all.deb ]]
	cp "$T/whole" "$T/debs/linux-source-6.1_6.1.5-1_all.deb"
	echo nothing >"$T/debs/linux-image-none.deb"
	run -0 target --packages "$T/debs"
	[[ $output == *"warning: $T/debs/linux-image-none.deb is not used: it is no Debian package, or a damaged one ("* ]]
	rm "$T/debs/linux-image-none.deb"
	mkdir "$T/pkg/x"
	deb linux-image-6.1.0-9-amd64 6.1.5-7 arm64 ""
	run -0 target --packages "$T/debs"
	[[ $output == *"TARGET_VERSION=6.1.5-1"* ]]
	# Two of one name.
	mkdir "$T/pkg/x" "$T/debs/more"
	mv "$image" "$T/debs/more/"
	deb linux-image-6.1.0-9-amd64 6.1.5-1 amd64 ""
	run -1 target --packages "$T/debs"
	[[ $output == *"error: $T/debs/linux-image-6.1.0-9-amd64_6.1.5-1_amd64.deb and $T/debs/more/linux-image-6.1.0-9-amd64_6.1.5-1_amd64.deb are both linux-image-6.1.0-9-amd64 6.1.5-1, and differ; leave one of them" ]]
	cp "$T/debs/more/"*.deb "$image"
	run -0 target --packages "$T/debs"
}

@test "a file that the archive has otherwise is refused; of another one than is in the cache the entry is made again" {
	local image=$T/debs/linux-image-6.1.0-9-amd64_6.1.5-1_amd64.deb
	run -0 target --packages "$T/debs"
	run -0 target --packages "$T/debs"
	[[ $output != *"making it again"* ]]
	mkdir -p "$T/other"
	cp "$T/debs/"*.deb "$T/other/"
	dpkg-deb -R "$image" "$T/pkg/"
	echo 2 >"$T/pkg/lib/modules/6.1.0-9-amd64/kernel/x.ko"
	dpkg-deb -Znone --root-owner-group -b "$T/pkg" "$image" >/dev/null
	run -0 target --packages "$T/debs"
	[[ $output == *"note: target/6.1.0-9-amd64_6.1.5-1 in the cache is of another file than $image; making it again"* ]]
	[[ $(<"$T/cache/target/6.1.0-9-amd64_6.1.5-1/lib/modules/6.1.0-9-amd64/kernel/x.ko") == 2 ]]
	echo "linux-image-6.1.0-9-amd64 6.1.5-1 $T/other/${image##*/}" >>"$T/archive"
	rm -r "$T/cache"
	run -1 target --packages "$T/debs"
	[[ $output == *"error: $image is not the linux-image-6.1.0-9-amd64 of version 6.1.5-1 that the archive has (another SHA256): it is damaged, or of another build; remove it" ]]
}

@test "a release that only this machine has, as it is installed" {
	export SETUP='INSTALLED_ROOT=$T/machine OPT_RELEASE=6.1.0-9-amd64 TARGET_BANNER="Linux version 6.1.5"; mkdir -p "$WORK/1-target"
		describe() { debian_version; debian_image; debian_headers; debian_source; echo "$TARGET_VERSION $TARGET_IMAGE $TARGET_SOURCE"; }'
	local entry=$T/cache/target/6.1.0-9-amd64_6.1.5-1
	to_machine linux-image linux-headers linux-source
	to_archive linux-kbuild
	run -0 lib describe
	[[ ${lines[-1]} == "6.1.5-1 $entry/boot/vmlinuz-6.1.0-9-amd64 $T/cache/source/linux-source-6.1_6.1.5-1" ]]
	# What is a link for the machine (/lib) is a directory here, as in the package.
	[[ -d $entry/lib && ! -L $entry/lib && -f $entry/lib/modules/6.1.0-9-amd64/kernel/x.ko && ! -e $entry/usr/share ]]
	[[ $(readlink "$entry/usr/src/linux-headers-6.1.0-9-common/scripts") == ../../lib/linux-kbuild-6.1/scripts ]]
	[[ -f $T/cache/source/linux-source-6.1_6.1.5-1/kernel/foo.c && -f $T/fetched.linux-kbuild-6.1_6.1.5-1_amd64.deb ]]
	grep -qx 'linux-image-6.1.0-9-amd64 6.1.5-1 installed' "$entry/.packages"
	# Somebody put another module there.
	rm -r "$T/cache"
	echo 3 >"$T/machine/usr/lib/modules/6.1.0-9-amd64/kernel/x.ko"
	run -1 lib describe
	[[ $output == *"error: linux-image-6.1.0-9-amd64 is installed, but its files are no longer those of the package (/lib/modules/6.1.0-9-amd64/kernel/x.ko); install it again, or give its .deb file (--packages DIR)" ]]
}

@test "a package of the archive is not taken from the machine; one of another version there is no help" {
	export SETUP='INSTALLED_ROOT=$T/machine OPT_RELEASE=6.1.0-9-amd64 TARGET_BANNER="Linux version 6.1.5"; mkdir -p "$WORK/1-target"
		describe() { debian_version; debian_image; }'
	cp -r "$T/debs" "$T/copies"
	to_machine linux-image linux-source
	cp "$T/copies/"linux-image* "$T/debs/"
	to_archive linux-image linux-headers linux-kbuild
	echo 3 >"$T/machine/usr/lib/modules/6.1.0-9-amd64/kernel/x.ko"
	run -0 lib describe
	[[ -f $T/fetched.linux-image-6.1.0-9-amd64_6.1.5-1_amd64.deb ]]
	sed -i '/^Package: linux-source/,/^$/s/6\.1\.5-1/6.1.5-2/' "$T/machine/var/lib/dpkg/status"
	rm -r "$T/cache"
	run -1 lib describe
	[[ $output == *"    linux-source-6.1 of version 6.1.5-1 (there are: 6.1.5-2)"* ]]
}

@test "without network what is in the cache works, and the one package that is not there is named" {
	run -0 target --packages "$T/debs"
	rm -r "$T/debs"
	run -0 target
	run -0 "$DRIVER" -a 6.1 --print-target
	[[ $output == *"TARGET_RELEASE=6.1.0-9-amd64"* ]]
	# A newer one is in the lists.
	mkdir "$T/debs"
	kernel 6.1.0-10-amd64 6.1.6-1
	to_archive linux
	printf '#!/bin/sh\necho "E: Failed to fetch it" >&2\nexit 100\n' >"$T/bin/apt-get"
	run -0 target
	run -1 "$DRIVER" -a 6.1 --print-target
	[[ ${lines[0]} == "kpatch-build: error: package linux-image-6.1.0-10-amd64 6.1.6-1 could not be fetched (apt-get: Failed to fetch it); is there a network, and are the package lists current (apt-get update)?" ]]
	[[ ${lines[1]} == "    in the cache are: 6.1.0-9-amd64" && ${lines[2]} == "    Without network, give a directory with linux-image-6.1.0-10-amd64_6.1.6-1_*.deb (--packages DIR)" ]]
	((${#lines[@]} == 3))
}

@test "what a killed run unpacked is made anew" {
	printf '#!/bin/sh\ncase "$*" in *linux-headers-6.1.0-9-amd64*) [ -e "%s/killed" ] || { : >"%s/killed"; kill -9 $PPID; } ;; esac\nexec /usr/bin/dpkg-deb "$@"\n' "$T" "$T" >"$T/bin/dpkg-deb"
	chmod +x "$T/bin/dpkg-deb"
	echo >"$T/killed"
	rm "$T/killed"
	OUT=$("$DRIVER" -a 6.1.0-9-amd64 --packages "$T/debs" --print-target 2>&1) || true
	[[ -e $T/killed && ! -d $T/cache/target/6.1.0-9-amd64_6.1.5-1 ]]
	run -0 target --packages "$T/debs"
	[[ -f $T/cache/target/6.1.0-9-amd64_6.1.5-1/boot/vmlinuz-6.1.0-9-amd64 && ! -e $T/cache/target/6.1.0-9-amd64_6.1.5-1.new ]]
}

@test "options" {
	: >"$T/x.patch"
	run -4 "$DRIVER" --packages "$T/nowhere" -a 6.1 "$T/x.patch"
	[[ $output == *"error: directory of packages $T/nowhere is not a readable directory; see kpatch-build --help" ]]
	mkdir "$T/empty"
	run -4 "$DRIVER" --packages "$T/empty" -a 6.1 "$T/x.patch"
	[[ $output == *"error: there are no packages of a kernel (linux-*.deb) in $T/empty; see kpatch-build --help" ]]
	run -4 "$DRIVER" --packages "$T/debs" -s "$T/linux-source-6.1" "$T/x.patch"
	[[ $output == *"error: --packages is for a distribution kernel (-a): don't give -s or -r with it; see kpatch-build --help" ]]
}
