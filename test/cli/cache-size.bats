#!/usr/bin/env bats
# What the cache holds, and what --cache-prune removes of it.
# Scripts for later:
# shellcheck disable=SC2016,SC2089,SC2090

load common

setup() {
	common_setup
	cd "$T" || return
	entry target/6.12.3-amd64_6.12.3-1 3 40
	entry tree/6.12.3-amd64_0123456789ab 2 20
	entry source/linux-source-6.12_6.12.3-1 9 35
	entry image/0123456789abcdef 1 50
	entry root/trixie_gcc-14_14.2.0-1_01234567 5 10
	mkdir -p cache/view/linux-source-6.12_6.12.3-1_01234567.1 cache/packages
	touch -d '25 days ago' cache/view/linux-source-6.12_6.12.3-1_01234567.1{.pristine,.links,.lock}
	truncate -s 0 cache/packages/old.deb
	touch -d '60 days ago' cache/packages/old.deb
}

# entry NAME MEGABYTES DAYS: not used for so many
entry() {
	mkdir -p "cache/$1"
	head -c "$2M" /dev/zero >"cache/$1/file"
	touch "cache/$1".{manifest,lock}
	touch -d "$3 days ago" "cache/$1.use"
}

left() { (cd cache && echo */[0-9a-z]*[0-9a-z]); }

@test "what the cache holds, by target" {
	run -0 "$DRIVER" --cache
	[[ ${lines[0]} == "      5 MB  $(date -d '10 days ago' +%F)  build root, trixie" ]]
	[[ ${lines[1]} == "      5 MB  $(date -d '20 days ago' +%F)  6.12.3-amd64" ]]
	[[ ${lines[2]} == "      9 MB  $(date -d '25 days ago' +%F)  source linux-source-6.12_6.12.3-1" ]]
	[[ ${lines[3]} == "      1 MB  $(date -d '50 days ago' +%F)  data read from images" ]]
	[[ ${lines[4]} == "      0 MB  $(date -d '60 days ago' +%F)  package files" ]]
	[[ ${lines[5]} == "     20 MB              together" ]]
	[[ ${lines[6]} == "in $T/cache; the date is that of the last use" ]]
}

@test "what was not used for so many days goes, with all that is beside it" {
	# (The package was written a moment ago, whatever its date: somebody may be about to unpack it.)
	run -0 "$DRIVER" --cache-prune
	[[ $output == "3 removed, 13 MB; 1 left, which runs are using" ]]
	[[ ! -e cache/image/0123456789abcdef && -z $(find cache -name '*6.12.3-1.use' -o -name '*6.12.3-1.manifest') ]]
	[[ -d cache/tree/6.12.3-amd64_0123456789ab && -d cache/root/trixie_gcc-14_14.2.0-1_01234567 && -d cache/view/linux-source-6.12_6.12.3-1_01234567.1 ]]
	run -0 "$DRIVER" --cache-prune 15
	[[ $output == "2 removed, 2 MB; 1 left, which runs are using" ]]
	[[ ! -e cache/view/linux-source-6.12_6.12.3-1_01234567.1 && ! -e cache/view/linux-source-6.12_6.12.3-1_01234567.1.pristine ]]
	[[ -d cache/root/trixie_gcc-14_14.2.0-1_01234567 ]]
}

@test "down to a size, what was not used for longest goes first; never what a run uses" {
	local lock
	exec {lock}>cache/image/0123456789abcdef.use
	touch -d '50 days ago' cache/image/0123456789abcdef.use
	flock -s "$lock"
	run -0 "$DRIVER" --cache-prune=9M
	[[ $output == "2 removed, 12 MB; 2 left, which runs are using" ]]
	[[ -d cache/image/0123456789abcdef && ! -e cache/target/6.12.3-amd64_6.12.3-1 && ! -e cache/source/linux-source-6.12_6.12.3-1 && -d cache/root/trixie_gcc-14_14.2.0-1_01234567 ]]
	exec {lock}>&-
	run -0 "$DRIVER" --cache-prune 0
	[[ ! -e cache/image/0123456789abcdef && ! -e cache/root/trixie_gcc-14_14.2.0-1_01234567 ]]
	run -4 "$DRIVER" --cache-prune=much
	[[ $output == *"error: --cache-prune takes a number of days, or a size such as 20G or 500M, not 'much'"* ]]
}

@test "an entry is in use by the run that asked for it" {
	export T SETUP
	SETUP='fill() { echo x >"$1/x"; }
		use() { cache_fill "$CACHE/image/mine" fill; touch -d "99 days ago" "$CACHE/image/mine.use"; env "KPATCH_CACHE=$CACHE" "'"$DRIVER"'" --cache-prune; }'
	run -0 lib use
	[[ -d cache/image/mine && $output == *"2 left, which runs are using" ]]
	touch -d '99 days ago' cache/image/mine.use
	run -0 "$DRIVER" --cache-prune
	[[ ! -e cache/image/mine ]]
}

@test "a package that was fetched long ago, and that a run is about to unpack" {
	export T SETUP
	# (Its status changed two hours ago, for find.)
	SETUP='debian_package_is_whole() { return 0; }
		find() { if [[ $* != *-cmin* || $(stat -c %Y -- "$1") -gt $((EPOCHSECONDS - 3600)) ]]; then return; fi; echo "$1"; }
		takes() { ARCHIVE_VIEW=machine; debian_fetch linux-image-x 1; cache_prune_entry packages "$REPLY" || echo kept; }
		removes() { cache_prune_entry packages "$CACHE/packages/$1" || echo kept; }'
	for name in linux-image-x_1_amd64.deb other_1_amd64.deb; do : >"cache/packages/$name"; done
	mkdir cache/packages/partial.linux-image-x
	touch -d '2 hours ago' cache/packages/*
	run -0 lib takes
	[[ $output == kept && -e cache/packages/linux-image-x_1_amd64.deb ]]
	# One that is being fetched
	(exec {lock}>>cache/packages/.linux-image-x.lock; flock "$lock"; run -0 lib removes partial.linux-image-x; [[ $output == kept ]])
	run -0 lib removes partial.linux-image-x
	run -0 lib removes other_1_amd64.deb
	[[ $(ls cache/packages) == $'linux-image-x_1_amd64.deb\nold.deb' ]]
}
