#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# Compilers that run in a build root. Where this machine does not let bwrap run, that is the test.

setup() {
	load common
	common_setup
	export T
	if ! bwrap --ro-bind / / --dev-bind /dev /dev --ro-bind /proc /proc true 2>/dev/null; then skip "bwrap can't run here"; fi
	root "$T/root"
}

# root DIR: a system with a shell and a compiler of its own
root() {
	mkdir -p "$1"/{usr/bin,usr/src,etc,home/nobody}
	ln -s usr/bin "$1/bin"
	cp "$(command -v busybox)" "$1/usr/bin/busybox"
	for name in sh cat env true ls touch; do ln -s busybox "$1/usr/bin/$name"; done
	printf '#!/bin/sh\necho "gcc-9 (Debian 9.3.0-1) 9.3.0"\n' >"$1/usr/bin/gcc-9"
	chmod +x "$1/usr/bin/gcc-9"
	echo inside >"$1/etc/where"
}

in_root() { SETUP='try() { local root=$1; shift; build_root_use "$root" "id"; in_root sh -c "$@"; }' run "$1" lib try "$T/root" "$2"; }

@test "the system is the build root's, all else this machine's" {
	in_root -0 'cat /etc/where'
	[[ $output == inside ]]
	in_root -0 "cat '$T/root/etc/where'"
	[[ $output == inside ]]
	[[ -d /home ]] && [[ $(ls /home) != *nobody* ]]
	in_root -0 'ls /home'
	[[ $output == "$(ls /home)" ]]
}

@test "only the cache, the work directory and temporary files can be written" {
	mkdir -p "$T/src"
	export TMPDIR=$T/work
	mkdir -p "$T/work" "$T/cache"
	in_root -0 "touch '$T/cache/x' '$T/work/x'"
	[[ -f $T/cache/x && -f $T/work/x ]]
	in_root -1 "touch /usr/bin/x"
	in_root -1 "touch /etc/x"
	[[ ! -e $T/root/etc/x ]]
	if [[ -d /home && -w /home ]]; then in_root -1 "touch /home/kpatch-build-test"; fi
	[[ ! -e /home/kpatch-build-test ]]
}

@test "a source below /usr/src is there, and can't be written" {
	SETUP='try() { OPT_SOURCE=/usr/src; build_root_use "$T/root" id; in_root touch /usr/src/kpatch-build-test; }' run -1 lib try
	[[ ! -e /usr/src/kpatch-build-test ]]
}

@test "what the caller loads into its own programs is not loaded there, and its PATH is not used" {
	LD_PRELOAD='' LD_LIBRARY_PATH=/nowhere in_root -0 'echo "$PATH ${LD_LIBRARY_PATH-none} ${LD_PRELOAD-none}"'
	[[ $output == "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin none none" ]]
}

@test "the compiler of the target is found in the build root that is given, or is missed there" {
	local show='show() { compiler_find "$T/config"; echo "$TARGET_CC in $BUILD_ROOT"; root_program gcc-9; echo "$REPLY"; }'
	echo 'CONFIG_CC_VERSION_TEXT="gcc-9 (Debian 9.3.0-1) 9.3.0"' >"$T/config"
	SETUP="OPT_BUILD_ROOT=$T/root; $show" run -0 lib show
	[[ ${lines[0]} == "gcc-9 in $T/root" && ${lines[1]} == "$T/root/usr/bin/gcc-9" ]]
	echo 'CONFIG_CC_VERSION_TEXT="gcc-9 (Debian 9.3.0-2) 9.3.0"' >"$T/config"
	SETUP="OPT_BUILD_ROOT=$T/root; $show" run -1 lib show
	[[ $output == *"error: the compiler that built the target is not in the build root $T/root: it was gcc-9 (Debian 9.3.0-2) 9.3.0"*"    gcc-9 is (Debian 9.3.0-1) 9.3.0"* ]]
}

@test "a compiler that is here is used as it is; one that no suite has is refused with the reason" {
	local show='show() { compiler_find "$T/config"; echo "$TARGET_CC in ${BUILD_ROOT:-none}"; }'
	printf 'CONFIG_CC_VERSION_TEXT="%s"\n' "$(gcc --version | sed -n 1p)" >"$T/config"
	SETUP=$show run -0 lib show
	[[ $output == "gcc in none" ]]
	echo 'CONFIG_CC_VERSION_TEXT="gcc-9 (SUSE Linux) 9.3.0"' >"$T/config"
	SETUP=$show run -1 lib show
	[[ $output == *"error: the compiler that built the target is not here: it was gcc-9 (SUSE Linux) 9.3.0"*"no build root can be made that has it: it is none of Debian's"* ]]
}

@test "for a build root that is in the cache no package list is asked" {
	export SETUP='archive_suite_of() { echo asked; REPLY=trixie; }
		cache_fill() { echo "fill ${1##*/}"; mkdir -p "$1"; }
		build_root_use() { [[ $1 == "$CACHE/root/$2" ]]; }
		try() { build_root_for gcc-14 "(Debian 14.2.0-1) 14.2.0"; }'
	run -0 lib try
	[[ ${lines[0]} == asked && ${lines[1]} =~ ^fill\ trixie_gcc-14_14.2.0-1_ ]]
	run -0 lib try
	[[ $output != *asked* && ${lines[0]} =~ ^fill\ trixie_gcc-14_14.2.0-1_ && $output == *"gcc-14 14.2.0-1 runs in a build root of trixie" ]]
}

@test "a build root whose making was killed is made anew" {
	mkdir -p "$T/pkg/DEBIAN" "$T/pkg/usr/bin" "$T/pkg/bin"
	printf 'Package: gcc-14\nVersion: 1\nArchitecture: all\nMaintainer: me\nDescription: x\n' >"$T/pkg/DEBIAN/control"
	touch "$T/pkg/usr/bin/gcc-14" "$T/pkg/bin/sh"
	dpkg-deb --root-owner-group -b "$T/pkg" "$T/gcc-14.deb" >/dev/null
	cat >"$T/bin/apt-get" <<-EOF
		#!/bin/bash
		for o; do case \$o in Dir::Cache::archives=*) dir=\${o#*=} ;; esac; done
		cp "$T/gcc-14.deb" "\$dir/"
		if [[ ! -e $T/killed ]]; then : >"$T/killed"; kill -9 \$PPID; fi
	EOF
	chmod +x "$T/bin/apt-get"
	export PATH=$T/bin:$PATH SETUP='archive_suite_of() { REPLY=trixie; }; archive_use() { :; }; build_root_use() { ls "$1/usr/bin"; }; mkdir -p "$WORK/1-target"
		try() { build_root_for gcc-14 "(Debian 14.2.0-1) 14.2.0"; }'
	run -137 lib try
	[[ $(echo "$T"/cache/root/trixie_gcc-14_*.new/fetched/*.deb) == */gcc-14.deb ]]
	run -0 lib try
	[[ ${lines[-1]} == *"gcc-14 14.2.0-1 runs in a build root of trixie" && -z $(compgen -G "$T/cache/root/*.new") && -z $(compgen -G "$T/cache/root/*/fetched") ]]
}

@test "a compiler that no suite has any more is taken from the packages that are given, all of it" {
	local name version
	# What the suite has, 2, and what is given, 1
	for version in 2 1; do
		for name in gcc-14 cpp-14-x86-64-linux-gnu libgcc-14-dev gcc-14-base libgcc-s1; do
			rm -rf "$T/pkg"
			mkdir -p "$T/pkg/DEBIAN" "$T/pkg/usr/lib" "$T/pkg/bin" "$T/debs.$version"
			printf 'Package: %s\nVersion: %s\nArchitecture: all\nMaintainer: me\nDescription: x\n' $name $version >"$T/pkg/DEBIAN/control"
			echo $version >"$T/pkg/usr/lib/$name"
			touch "$T/pkg/bin/sh"
			dpkg-deb --root-owner-group -b "$T/pkg" "$T/debs.$version/${name}_${version}_all.deb" >/dev/null
		done
	done
	rm "$T/debs.1"/gcc-14-base_* "$T/debs.1"/libgcc-s1_*
	cat >"$T/bin/apt-get" <<-EOF
		#!/bin/bash
		echo "\$*" >>"$T/asked"
		for o; do case \$o in Dir::Cache::archives=*) cp "$T/debs.2/"* "\${o#*=}/" ;; esac; done
	EOF
	chmod +x "$T/bin/apt-get"
	export PATH=$T/bin:$PATH SETUP='OPT_PACKAGES=$T/debs.1
		archive_madison() { printf "gcc-14\t2\ttrixie\n"; }; archive_use() { :; }; build_root_use() { (cd "$1/usr/lib" && grep . *); }; mkdir -p "$WORK/1-target"
		try() { build_root_for gcc-14 "(Debian 1) 14.2.0" || echo "$REPLY"; }'
	run -0 lib try
	[[ $output == *"cpp-14-x86-64-linux-gnu:1"$'\n'"gcc-14:1"$'\n'"gcc-14-base:2"$'\n'"libgcc-14-dev:1"$'\n'"libgcc-s1:2"$'\n'*"gcc-14 1 runs in a build root of trixie" ]]
	grep -q ' install gcc-14 ' "$T/asked"
	rm -rf "$T/cache/root" "$T/debs.1"/cpp* "$T/debs.1"/libgcc*
	run -1 lib try
	[[ $output == *"error: $T/debs.1 has gcc-14 1, but not all that belongs to it; missing are, of this version: cpp-14-x86-64-linux-gnu libgcc-14-dev" ]]
	[[ -z $(find "$T/cache/root" -mindepth 1 -maxdepth 1 -type d ! -name '*.new') ]]
	rm "$T/debs.1"/gcc*
	run -0 lib try
	[[ $output == "no suite of the archive has gcc-14 of version 1, and it is not in $T/debs.1" ]]
}

@test "without namespaces and root it says what to do; without bwrap as well" {
	fake_tool bwrap 'echo "bwrap: No permissions to create new namespace" >&2; exit 1'
	PATH=$T/bin:$PATH in_root -1 true
	[[ $output == *"error: no command can be run in the build root $T/root (bwrap: No permissions to create new namespace); bwrap needs unprivileged user namespaces (sysctl kernel.unprivileged_userns_clone=1"* ]]
	mkdir "$T/few"
	for name in bash mkdir cat sed awk realpath readlink stty date fold rm; do ln -s "$(command -v "$name")" "$T/few/$name"; done
	PATH=$T/few in_root -1 true
	[[ $output == *"commands run in the build root by bwrap, which is not here; on Debian: apt-get install bubblewrap"* ]]
}

@test "options" {
	run -4 "$DRIVER" --build-root "$T/nowhere" -a 6.12 "$T/x.patch"
	[[ $output == *"build root $T/nowhere is not a readable directory"* ]]
	mkdir "$T/empty"
	run -4 "$DRIVER" --build-root "$T/empty" -a 6.12 "$T/x.patch"
	[[ $output == *"$T/empty is no build root: it has no usr/bin"* ]]
}
