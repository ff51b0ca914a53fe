# shellcheck shell=bash
# Which releases of stock Debian kernels there are, in the archive, elsewhere and in the cache; which can be built; and which one is meant.

# debian_series VERSION -> REPLY: 6.12 of 6.12.117-1~deb12u1
debian_series() { [[ $1 =~ ^[0-9]+\.[0-9]+ ]]; REPLY=${BASH_REMATCH[0]}; }

# debian_cached_targets RELEASE: "RELEASE VERSION" of each target in the cache whose release fits this pattern, oldest first
debian_cached_targets() {
	local dir name
	for dir in "$CACHE"/target/*_*/; do
		name=${dir%/}
		name=${name##*/}
		# shellcheck disable=SC2053
		if [[ ${name%%_*} == $1 && $name != *.@(new|old) ]]; then echo "${name%%_*} ${name#*_}"; fi
	done | sort -V
}

# The version decides what the target is. Of the running kernel it is the one that runs, of any other the newest. (6.1.0-10-amd64 is the
# release of 6.1.37-1 and of 6.1.38-1: a livepatch of the one loads on the other.) The archive is not asked again for what is in the cache as
# long as its lists are the same; for a suite (-a 6.12.117+deb12-amd64/bookworm), or a series, it is.
debian_image_version() {
	local release=$1 versions running="" cached lists="" others near
	DEBIAN_UNSEEN=""
	cached=$(debian_cached_targets "$release" | tail -n 1)
	cached=${cached#* }
	if [[ $release == "$(uname -r)" && $(uname -v) =~ Debian\ ([^ ]+) ]]; then running=${BASH_REMATCH[1]}; fi
	if [[ ! $running ]]; then archive_state; lists=$REPLY; fi
	if debian_is_known "$release" "${running:-$cached}" "${running:-$lists}"; then
		REPLY=${running:-$cached}
		return
	fi
	debian_find "linux-image-$release" "$cached"; versions=$REPLY
	if [[ -z $versions ]]; then debian_find "linux-image-$release-unsigned" "$cached"; versions=$REPLY; fi
	if [[ $running ]]; then
		if [[ -d $CACHE/target/${release}_$running ]] || grep -qxF -- "$running" <<<"$versions"; then
			REPLY=$running
			return
		fi
	elif [[ $versions ]]; then
		REPLY=${versions%%$'\n'*}
		debian_newest_keep "$release" "$REPLY" "$lists"
		return
	fi
	debian_others "linux-image-$release" "linux-image-$release-unsigned"; others=$REPLY
	if [[ $cached && -z $running && -z $others ]]; then
		note "linux-image-$release is not in the package lists that are here; using version $cached from the cache"
		REPLY=$cached
		debian_newest_keep "$release" "$REPLY" "$lists"
		return
	fi
	debian_no_lists
	if [[ $running ]]; then
		die "the running kernel is version $running of $release, which neither the archive nor this machine has as a package (there is: $(paste -sd ' ' <<<"${versions:-none}")); reboot into a current kernel, give a directory with its .deb files (--packages DIR), or describe it with -s, -c and -v"
	fi
	near=${others:+"; it is in $others"}
	if [[ ! $near ]]; then debian_near "$release"; near=${REPLY:+" (near it are $REPLY)"}; fi
	die "there is no package linux-image-$release in ${DEBIAN_SUITE:-the archive}${OPT_PACKAGES:+ or in $OPT_PACKAGES}$near$DEBIAN_UNSEEN"$'\n'"    kpatch-build --list-targets lists those that there are; for another one, give a directory with its .deb files (--packages DIR), or describe the kernel with -s, -c and -v"
}

# debian_is_known RELEASE VERSION RUNNING|LISTS: is just this release meant, and is all of it in the cache? VERSION runs, or was the newest that
# these lists have. What is given or installed may be newer.
debian_is_known() {
	local release=$1 version=$2 elsewhere
	if [[ ! $version || $OPT_RELEASE == */* || ($OPT_RELEASE && $OPT_RELEASE != "$release") ]] || ! debian_is_cached "$release" "$version"; then return 1; fi
	if [[ $3 == "$version" ]]; then return; fi
	if ! printf '%s\n' "$version $3" | cmp -s - "$CACHE/apt/newest/$release"; then return 1; fi
	elsewhere_versions "linux-image-$release"; elsewhere=$REPLY
	elsewhere_versions "linux-image-$release-unsigned"; elsewhere+=$'\n'$REPLY
	[[ $(sort -V <<<"$elsewhere"$'\n'"$version" | tail -n 1) == "$version" ]]
}
# debian_newest_keep RELEASE VERSION LISTS: VERSION is the newest that the lists have
debian_newest_keep() {
	if [[ $OPT_RELEASE == */* ]]; then return; fi
	mkdir -p -- "$CACHE/apt/newest"
	printf '%s\n' "$2 $3" >"$CACHE/apt/newest/$1.$$"
	mv -f -- "$CACHE/apt/newest/$1.$$" "$CACHE/apt/newest/$1"
}

# debian_series_known SERIES: TARGET_RELEASE and TARGET_VERSION, if they are in the cache, and nothing has changed since they were found to be
# what the series is now
debian_series_known() {
	local release="" version="" view="" state="" now
	debian_series_state; now=$REPLY
	if [[ -f $CACHE/apt/newest/$1 ]]; then read -r release version view state <"$CACHE/apt/newest/$1" || true; fi
	if [[ ! $state || $state != "$now" ]] || ! debian_is_cached "$release" "$version"; then return 1; fi
	# (Lists of ours that are older than a day are fetched anew when they are asked.)
	if [[ $view != machine ]] && ! archive_is_fresh "$view"; then return 1; fi
	TARGET_RELEASE=$release TARGET_VERSION=$version
}
# debian_series_keep SERIES
debian_series_keep() {
	debian_series_state
	mkdir -p -- "$CACHE/apt/newest"
	echo "$TARGET_RELEASE $TARGET_VERSION ${ARCHIVE_VIEW:-machine} $REPLY" >"$CACHE/apt/newest/$1.$$"
	mv -f -- "$CACHE/apt/newest/$1.$$" "$CACHE/apt/newest/$1"
}
# debian_series_state -> REPLY: a name for all that decides what a series is: the lists, packages that are given or installed, what is in the
# cache (it can be built, even if the archive no longer has it), the kernel that runs, and what is built
debian_series_state() {
	local package dir
	archive_state
	elsewhere_read
	REPLY=$({
		echo "$REPLY $OPT_RELEASE $CODE $(uname -rv)"
		for package in "${!GIVEN[@]}"; do echo "given $package ${GIVEN[$package]}"; done | sort
		for package in "${!INSTALLED[@]}"; do echo "installed $package ${INSTALLED[$package]}"; done | sort
		for dir in "$CACHE"/{target,source}/*_*/; do echo "${dir%/}"; done | { grep -vE "\.(new|old)$" || true; }
		for dir in "$CACHE"/packages/*.deb; do echo "$dir"; done
	} | sha256sum | cut -c 1-16)
}

# debian_others PACKAGE... -> REPLY: where a suite is named, the other suites that have one of these, for a message; empty if none has. (What
# is in the cache may be of any suite; what no list has any more may be of that one.)
debian_others() {
	local before=$ARCHIVE_VIEW
	REPLY=""
	if [[ ! $DEBIAN_SUITE ]]; then return; fi
	if archive_use all; then
		REPLY=$(archive_madison "$@" | awk -F '\t' -v suite="$DEBIAN_SUITE" '
			{ sub(/-(security|updates)$/, "", $3) }
			$3 == suite || $3 "-backports" == suite { here = 1 }
			!seen[$3]++ { others = others (others == "" ? "" : " ") $3 }
			END { if (!here) print others }')
	else
		REPLY=""
	fi
	archive_use "${before:-machine}"
}

# debian_series_others SERIES -> REPLY: the same, of a series
debian_series_others() {
	local images
	REPLY=""
	if [[ ! $DEBIAN_SUITE ]]; then return; fi
	if ! archive_use all; then REPLY=""; return; fi
	debian_targets "$1" all
	awk '{ print "linux-image-" $2 }' <<<"$REPLY" | mapfile -t images
	debian_others "${images[@]}"
}

# debian_near RELEASE -> REPLY: the releases that begin with what was given, or those of its flavour that come next before and after it
debian_near() {
	local flavour=""
	debian_targets "" all
	REPLY=$(awk -v begin="$1-" 'index($2, begin) == 1 { print $2 }' <<<"$REPLY" | sort -Vu | paste -sd ' ')
	if [[ $REPLY ]]; then return; fi
	if [[ $1 =~ (-cloud|-rt)-[a-z0-9]+$ ]]; then flavour=${BASH_REMATCH[1]}; fi
	debian_targets "" "$flavour"
	REPLY=$({ awk '{ print $2 }' <<<"$REPLY"; echo "$1"; } | sort -Vu | grep -xF -B 2 -A 2 -- "$1" | { grep -vxF -- "$1" || true; } | paste -sd ' ')
}

# debian_targets [SERIES [FLAVOUR]] -> REPLY: "version release" lines of the view in use and elsewhere, newest first. FLAVOUR is -cloud, -rt,
# all, or empty for the standard one.
debian_targets() {
	local series=${1:-[0-9]+.[0-9]+} flavour=${2:-} images found=""
	elsewhere_images
	# (Of the archive's, the signed image; unsigned ones are packages of their own.)
	found=$(grep -E "^[^ ]+ ${series//./\\.}\." <<<"$REPLY" | sed -E 's/^([^ ]+) (.*)/linux-image-\2 \1/' | debian_flavour "$flavour" |
		sed -E 's/^linux-image-([^ ]+) (.*)/\2 \1/') || true
	if [[ ${1:-} ]]; then archive_read_series "$1"; fi
	if [[ ${1:-} ]]; then
		archive_series_packages image | { grep -E "^linux-image-${series//./\\.}\..*-$ARCH_DEBIAN\$" || true; }
	else
		archive_cache search --names-only "^linux-image-${series//./\\.}\\..*-$ARCH_DEBIAN\$" 2>/dev/null || true
	fi | debian_flavour "$flavour" | sed 's/ .*//' | mapfile -t images
	if ((${#images[@]} > 0)); then
		found+=$'\n'$(archive_have "${images[@]}" | awk '{ sub(/^linux-image-/, "", $1); print $2, $1 }')
	fi
	REPLY=$(sed '/^$/d' <<<"$found" | sort -u -k 1,1Vr -k 2,2)
}
# debian_flavour FLAVOUR: lines whose first word is an image's package of that flavour, and not the one of a whole series
debian_flavour() {
	awk -v flavour="$1" '
		$1 ~ /^linux-image-[0-9]+\.[0-9]+-/ { next }
		{ its = match($1, /-(cloud|rt)-[^-]*$/) ? substr($1, RSTART) : ""; sub(/-[^-]*$/, "", its) }
		flavour == "all" || its == flavour'
}

# debian_buildable [SERIES [FLAVOUR]] -> REPLY: "version release" lines as of debian_targets, but only of releases for which everything is
# there, in the archive, elsewhere or in the cache: headers, what these depend on, and the source of the same version
debian_buildable() {
	local targets version release package dependency relation wanted found="" names=() listed=() sources=()
	local -A needs=() fits=() series_seen=()
	debian_targets "${1:-}" "${2:-}"; targets=$REPLY
	REPLY=""
	if [[ -z $targets ]]; then return; fi
	while read -r version release; do
		names+=("linux-headers-$release")
		debian_series "$version"
		if [[ -z ${series_seen[$REPLY]:-} ]]; then sources+=("linux-source-$REPLY"); fi
		series_seen[$REPLY]=1
	done <<<"$targets"
	{
		if [[ ${1:-} ]]; then
			archive_series_control "${names[@]}"
		else
			# (Only those that there are: any other apt-cache takes for a pattern, which it tries on all packages, half a second each.)
			{ archive_cache pkgnames linux-headers- 2>/dev/null || true; } | sort -u - | comm -12 - <(printf '%s\n' "${names[@]}" | sort -u) |
				mapfile -t listed
			((${#listed[@]} == 0)) || archive_cache show -- "${listed[@]}" 2>/dev/null || true
		fi
		elsewhere_control "${names[@]}"
	} | debian_relations | while read -r package version dependency relation wanted; do
		needs[$package $version]+="$dependency $relation $wanted"$'\n'
		sources+=("$dependency")
	done
	debian_have "${sources[@]}"
	while read -r version release; do
		debian_series "$version"
		if debian_is_cached "$release" "$version" || { [[ ${DEBIAN_HAS[linux-source-$REPLY]:-} == *" $version "* &&
			${needs[linux-headers-$release $version]:-} ]] &&
			debian_needs_fit "$version" "${needs[linux-headers-$release $version]}"; }; then
			found+="$version $release"$'\n'
		fi
	done <<<"$targets"
	REPLY=${found%$'\n'}
}

debian_is_cached() {
	local series
	debian_series "$2"; series=$REPLY
	if [[ ! -d $CACHE/target/${1}_$2 ]]; then return 1; fi
	! code needs_source || [[ -d $CACHE/source/linux-source-${series}_$2 ]]
}

# debian_needs_fit VERSION NEEDS: is there a version of each package that NEEDS has ("PACKAGE RELATION WANTED" lines)?
debian_needs_fit() {
	local dependency relation wanted candidates
	while read -r dependency relation wanted; do
		if [[ -z $dependency ]]; then continue; fi
		read -ra candidates <<<"${DEBIAN_HAS[$dependency]:-}"
		if ! debian_choose "$relation" "$wanted" "$1" "${candidates[@]}"; then return 1; fi
	done <<<"$2"
}

# debian_newest SERIES -> REPLY: the newest release of the series that can be built, in the first view that has one
debian_newest() {
	local series=$1 view newest targets version release cached why
	for view in "${DEBIAN_VIEWS[@]}"; do
		if ! archive_use "$view"; then continue; fi
		debian_buildable "$series"
		if [[ $REPLY ]]; then
			REPLY=${REPLY%%$'\n'*}
			REPLY=${REPLY#* }
			return
		fi
	done
	debian_cached_targets "$series.*-*" | sort -Vr | mapfile -t cached
	for newest in "${cached[@]}"; do
		debian_others "linux-image-${newest%% *}" "linux-image-${newest%% *}-unsigned"
		if [[ ! $REPLY ]]; then REPLY=${newest%% *}; return; fi
	done
	debian_no_lists
	debian_targets "$series"; targets=$REPLY
	if [[ ! $targets ]]; then
		why="no suite of the archive has a stock kernel of series $series"
		if [[ $DEBIAN_SUITE ]]; then why="$DEBIAN_SUITE has no stock kernel of series $series"; fi
		debian_series_others "$series"
		if [[ $REPLY ]]; then
			why+="; there are some in $REPLY"
		else
			debian_buildable
			why+=$(awk '{ split($1, part, "."); print part[1] "." part[2] }' <<<"$REPLY" | sort -Vu | paste -sd ' ' | sed '/./s/.*/ (those that can be built: &)/')
		fi
		die "$why; kpatch-build --list-targets lists what there is$DEBIAN_UNSEEN"
	fi
	read -r version release _ <<<"$targets"
	debian_missing "$version" "linux-headers-$release" "linux-source-$series"
	die "of series $series there are $(awk '{ print $2 }' <<<"$targets" | paste -sd ' '), but for none of them the headers with their dependencies and a package linux-source-$series of the same version; of $release are missing:$REPLY$DEBIAN_UNSEEN$DEBIAN_OTHERWISE"
}
