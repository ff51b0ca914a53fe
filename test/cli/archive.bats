#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# Which package lists a target is looked for in. apt only pretends here: what it was asked is in $T/asked.

setup() {
	load common
	common_setup
	export T
	# The machine has 6.12.3 of bookworm; trixie has 6.12.9 as well, and gcc-14.
	cat >"$T/bin/apt-cache" <<-'EOS'
		#!/bin/sh
		view=machine
		while [ "$1" = -o ]; do
			case $2 in Dir::Etc::sourcelist=*) view=${2##*/}; view=${view%.sources} ;; esac
			shift 2
		done
		echo "$view: $*" >>"$T/asked"
		if [ "$1" = search ] && [ "$view" != sid ]; then
			{
				echo "linux-image-6.12.3-amd64"
				[ "$view" = machine ] || echo "linux-image-6.12.9-amd64"
			} | grep -E -- "$3" | sed 's/$/ - Linux/'
		fi
		# (All of a series: a pattern)
		if [ "$1" = show ]; then
			{
				case $view in machine | all) echo "linux-image-6.12.3-amd64 6.12.3-1" ;; esac
				case $view in trixie | all) echo "linux-image-6.12.9-amd64 6.12.9-1" ;; esac
			} | grep -E -- "$3" | while read -r package version; do printf 'Package: %s\nVersion: %s\n\n' "$package" "$version"; done
		fi
		[ "$1" != madison ] || for p; do
			case $view/$p in
			machine/linux-image-6.12.3-amd64 | all/linux-image-6.12.3-amd64) echo " $p | 6.12.3-1 | http://mirror/debian bookworm/main amd64 Packages" ;;
			all/linux-image-6.12.9-amd64 | trixie/linux-image-6.12.9-amd64) echo " $p | 6.12.9-1 | http://mirror/debian-security trixie-security/main amd64 Packages" ;;
			all/gcc-14)
				echo " $p | 14.3.0-1 | http://mirror/debian sid/main amd64 Packages"
				echo " $p | 14.2.0-1 | http://mirror/debian trixie/main amd64 Packages" ;;
			esac
		done
	EOS
	cat >"$T/bin/apt-get" <<-'EOS'
		#!/bin/sh
		echo "apt-get $*" >>"$T/asked"
		case " $* " in
		*" indextargets "*) cat "$T/mirrors" ;;
		*" update "*)
			[ ! -e "$T/no-network" ] || { echo "W: Failed to fetch http://mirror/debian/dists/trixie/InRelease  no network"; exit 0; }
			for o; do case $o in Dir::State=*) state=${o#*=} ;; Dir::Etc::sourcelist=*) sources=${o#*=} ;; esac; done
			cp "$sources" "$T/sources"
			sed -n 's/^Suites: //p' "$sources" | while read -r suite; do
				if [ "$suite" = bullseye-backports ]; then echo "E: The repository does not have a Release file."; else : >"$state/lists/mirror_dists_${suite}_InRelease"; fi
			done
			exit 100 ;;
		esac
	EOS
	# (What the driver runs has no T.)
	sed -i "s,\$T/,$T/,g" "$T/bin/apt-cache" "$T/bin/apt-get"
	chmod +x "$T/bin/apt-cache" "$T/bin/apt-get"
	printf 'http://mirror/debian/\nhttp://mirror/debian-security/\nhttp://else/x/\n' >"$T/mirrors"
	PATH=$T/bin:$PATH
}

find_image() { SETUP='find_image() { debian_views "$1"; debian_find "linux-image-$2" "${3:-}"; echo "$ARCHIVE_VIEW: $REPLY"; }' run "$1" --separate-stderr lib find_image "$2" "$3" "${4:-}"; }

@test "a release is looked for on this machine first, then in all suites; with a suite's name there only" {
	find_image -0 "" 6.12.3-amd64
	[[ $output == "machine: 6.12.3-1" ]]
	run ! grep update "$T/asked"
	find_image -0 "" 6.12.9-amd64
	[[ $output == "all: 6.12.9-1" ]]
	find_image -0 trixie 6.12.9-amd64
	[[ $output == "trixie: 6.12.9-1" ]]
	find_image -0 trixie 6.12.3-amd64
	[[ $output == "trixie: " ]]
	find_image -1 trixy 6.12.3-amd64
	[[ $stderr == *"error: the package lists of trixy can't be had: trixy is no suite of Debian that is known here (known are bullseye bookworm trixie sid, and all but sid with -backports)"* ]]
}

@test "for what is in the cache no lists are fetched, but those that are there are asked" {
	find_image -0 "" 6.12.9-amd64 6.12.9-1
	[[ $output == "machine: " ]]
	run ! grep update "$T/asked"
	find_image -0 "" 6.12.9-amd64
	find_image -0 "" 6.12.9-amd64 6.12.8-1
	[[ $output == "all: 6.12.9-1" && $(grep -c ' update' "$T/asked") == 1 ]]
}

@test "an exact release in the cache is taken from there, and apt is asked only when its lists have changed" {
	# version RELEASE AS-ASKED: and what of it the cache has
	version() { rm -f "$T/asked"; SETUP='version() { OPT_RELEASE=$2; debian_views ""; debian_image_version "$1"; echo "$REPLY"; }' run -0 --separate-stderr lib version "$@"; }
	cached() { mkdir -p "$T/cache/target/6.12.3-amd64_$1" "$T/cache/source/linux-source-6.12_$1"; }
	mkdir -p "$T/lists"
	fake_tool apt-config "case \"\$*\" in *lists*) echo \"lists='$T/lists/'\" ;; esac"
	cached 6.12.3-0
	# The archive has a newer one of the same release.
	version 6.12.3-amd64 6.12.3-amd64
	[[ $output == 6.12.3-1 ]]
	version 6.12.3-amd64 6.12.3-amd64
	[[ $output == 6.12.3-1 && -e $T/asked ]]
	mkdir -p "$T/cache/target/6.12.3-amd64_6.12.3-1"
	version 6.12.3-amd64 6.12.3-amd64
	[[ $output == 6.12.3-1 && -e $T/asked ]]
	cached 6.12.3-1
	version 6.12.3-amd64 6.12.3-amd64
	[[ $output == 6.12.3-1 && ! -e $T/asked ]]
	# A series or a suite asks what there is, and what is given or installed may be newer.
	version 6.12.3-amd64 6.12
	[[ $output == 6.12.3-1 && -e $T/asked ]]
	version 6.12.3-amd64 6.12.3-amd64/bookworm
	[[ $output == 6.12.3-1 && -e $T/asked ]]
	fake_tool dpkg-query 'echo "installed linux-image-6.12.3-amd64 6.12.3-2"'
	version 6.12.3-amd64 6.12.3-amd64
	[[ $output == 6.12.3-2 ]]
	rm "$T/bin/dpkg-query"
	version 6.12.3-amd64 6.12.3-amd64
	version 6.12.3-amd64 6.12.3-amd64
	[[ $output == 6.12.3-1 && ! -e $T/asked ]]
	# The package version of the kernel that runs is known without apt.
	fake_tool apt-config "echo asked >'$T/asked'"
	rm -f "$T/asked"
	SETUP='uname() { if [[ $1 == -r ]]; then echo 6.12.3-amd64; else echo "#1 SMP Debian 6.12.3-0 (2026)"; fi; }
		version() { debian_views ""; debian_image_version 6.12.3-amd64; echo "$REPLY"; }' run -0 lib version
	[[ $output == 6.12.3-0 && ! -e $T/asked ]]
	fake_tool apt-config "case \"\$*\" in *lists*) echo \"lists='$T/lists/'\" ;; esac"
	# apt-get update
	sed -i 's/6\.12\.3-1/6.12.3-3/' "$T/bin/apt-cache"
	touch "$T/lists/mirror_Packages"
	version 6.12.3-amd64 6.12.3-amd64
	[[ $output == 6.12.3-3 ]]
	# The archive has it no more.
	sed -i 's/6\.12\.3-3/6.12.3-1/; s/linux-image-6.12.3-amd64/none/g' "$T/bin/apt-cache"
	rm "$T/lists/mirror_Packages"
	version 6.12.3-amd64 6.12.3-amd64
	[[ $output == 6.12.3-1 && $stderr == *"using version 6.12.3-1 from the cache"* ]]
	version 6.12.3-amd64 6.12.3-amd64
	[[ $output == 6.12.3-1 && ! -e $T/asked && ! $stderr ]]
}

@test "a suite comes with its updates and security updates, its backports only by their name" {
	local show='show() { archive_use "$1"; sed -n "/^URIs/ { s/.*: //; N; s/.Suites://; p }" "$T/sources"; }'
	SETUP=$show run -0 lib show trixie
	[[ $(xargs <<<"$output") == "http://mirror/debian/ trixie http://mirror/debian/ trixie-updates http://mirror/debian-security/ trixie-security" ]]
	SETUP=$show run -0 lib show bookworm-backports
	[[ ${lines[-1]} == "http://mirror/debian/ bookworm-backports" ]]
	((${#lines[@]} == 4))
	SETUP=$show run -0 lib show sid
	[[ $output == "http://mirror/debian/ sid" ]]
	SETUP=$show run -0 lib show all
	((${#lines[@]} == 13))
	# Signatures are checked with Debian's keys.
	[[ $(grep -c '^Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg$' "$T/sources") == 13 ]]
}

@test "the mirror is the machine's, or the one that is given" {
	local show='show() { archive_use sid; cat "$T/sources"; }'
	SETUP="OPT_MIRROR=https://other/mirror/debian; $show" run -0 lib show
	[[ $output == *"URIs: https://other/mirror/debian/"* ]]
	SETUP=$show run -0 lib show
	: >"$T/mirrors"
	rm -r "$T/cache"
	SETUP='show() { archive_use sid || echo "$REPLY"; }' run -0 lib show
	[[ $output == "apt of this machine has no mirror of Debian; give one with --mirror URL" ]]
	run -4 "$DRIVER" --mirror ftp://x --list-targets
	[[ $output == *"--mirror takes an http, https or file URL, not 'ftp://x'"* ]]
}

@test "lists are fetched once a day; without network those of the cache do" {
	local show='show() { archive_use trixie || echo "none: $REPLY"; }'
	SETUP=$show run -0 lib show
	[[ -z $output ]]
	: >"$T/no-network"
	SETUP=$show run -0 lib show
	[[ -z $output && $(grep -c ' update' "$T/asked") == 1 ]]
	touch -d '2 days ago' "$T/cache/apt/trixie.sources"
	SETUP=$show run -0 lib show
	[[ $output == *"note: the package lists of trixie could not be updated (http://mirror/debian/dists/trixie/InRelease  no network); using those in the cache"* ]]
	# That was not an update.
	SETUP=$show run -0 lib show
	[[ $(grep -c ' update' "$T/asked") == 3 ]]
	rm -r "$T/cache"
	SETUP=$show run -0 lib show
	[[ $output == "none: http://mirror/debian/dists/trixie/InRelease  no network" ]]
}

@test "lists whose update was killed are fetched again" {
	sed -i 's,cp "$sources",[ -e "'"$T"'/killed" ] || { : >"'"$T"'/killed"; kill -9 $PPID; exit; }; &,' "$T/bin/apt-get"
	grep -q killed "$T/bin/apt-get"
	SETUP='show() { archive_use trixie; echo done; }'
	SETUP=$SETUP run -137 lib show
	[[ -f $T/cache/apt/trixie.sources ]]
	SETUP=$SETUP run -0 lib show
	[[ $output == *done && $(grep -c ' update' "$T/asked") == 2 ]]
}

@test "a release that is nowhere is told with those next to it" {
	: >"$T/x.patch"
	run -1 "$DRIVER" -a 6.12.5-amd64 -o "$T/out" "$T/x.patch"
	[[ $output == *"error: there is no package linux-image-6.12.5-amd64 in the archive (near it are 6.12.3-amd64 6.12.9-amd64)"$'\n'"    kpatch-build --list-targets lists those that there are; for another one, give a directory with its .deb files (--packages DIR), or describe the kernel with -s, -c and -v" ]]
}

@test "a kernel that another suite than the one that is named has is not taken from the cache either" {
	: >"$T/x.patch"
	mkdir -p "$T"/cache/target/6.12.3-amd64_6.12.3-1 "$T"/cache/source/linux-source-6.12_6.12.3-1
	run -1 "$DRIVER" -a 6.12.3-amd64/trixie -o "$T/out" "$T/x.patch"
	[[ ${lines[0]} == "kpatch-build: error: there is no package linux-image-6.12.3-amd64 in trixie; it is in bookworm" ]]
	run -1 "$DRIVER" --list-targets -a 6.12/sid
	[[ $output == "kpatch-build: error: sid has no stock kernel of series 6.12; there are some in trixie bookworm; kpatch-build --list-targets lists what there is" ]]
	# What no list has any more may have been of that suite.
	sed -i 's/linux-image-6.12.3-amd64/none/g' "$T/bin/apt-cache"
	run -0 "$DRIVER" --list-targets -a 6.12.3-amd64/trixie
	[[ ${lines[0]} == *"using version 6.12.3-1 from the cache" && ${lines[1]} =~ ^6\.12\.3-amd64\ +6\.12\.3-1$ ]]
	rm "$T/cache/apt/newest/"* 2>/dev/null || true
	run -0 "$DRIVER" --list-targets -a 6.12/sid
	[[ ${lines[-1]} =~ ^6\.12\.3-amd64\ +6\.12\.3-1$ ]]
}

@test "a name that is a part of releases is told with these, an unknown series with those that there are" {
	: >"$T/x.patch"
	run -1 "$DRIVER" -a 6.12.9 -o "$T/out" "$T/x.patch"
	[[ ${lines[0]} == "kpatch-build: error: there is no package linux-image-6.12.9 in the archive (near it are 6.12.9-amd64)" ]]
	mkdir -p "$T"/cache/target/6.12.3-amd64_6.12.3-1 "$T"/cache/source/linux-source-6.12_6.12.3-1
	run -1 "$DRIVER" -a 9.9 -o "$T/out" "$T/x.patch"
	[[ $output == "kpatch-build: error: no suite of the archive has a stock kernel of series 9.9 (those that can be built: 6.12); kpatch-build --list-targets lists what there is" ]]
}

@test "the suite of a compiler is the one that has just this version" {
	SETUP='show() { archive_suite_of "$@" && echo "suite $REPLY" || echo "$REPLY"; }'
	SETUP=$SETUP run -0 lib show gcc-14 14.2.0-1
	[[ $output == "suite trixie" ]]
	SETUP=$SETUP run -0 lib show gcc-14 14.2.0-2
	[[ $output == "no suite of the archive has gcc-14 of version 14.2.0-2" ]]
}
