# shellcheck shell=bash
# Stock Debian kernels, from the ordinary packages: image, headers (and what they need), source (see provider() in target.sh). Packages
# are fetched with apt-get download and unpacked into the cache; nothing is installed, no root is needed. What the archive no longer has
# may be given, or be installed here (elsewhere.sh); each package is looked for by itself, so the image may be of another place than the rest.
#
# Names: the image is linux-image-RELEASE (signed; the same code as -unsigned). The headers package names -common and
# -kbuild in its dependencies, with the versions that it can do with: 6.1.0-56 at 6.1.192-2 asks for linux-kbuild-6.1 of
# that revision or a later one, and the archive may hold only the later. The source is linux-source-SERIES (6.12,
# 6.1), for every release of the series, so that its version must be the image's version: any other is another kernel.

declare -A DEBIAN_HAS=() # package -> its versions in the archive and elsewhere, newest first, blanks around each
DEBIAN_VIEWS=()         # of the archive, in which a release is looked for
DEBIAN_UNSEEN=""        # why not all of them could be looked at: lines of a message
DEBIAN_SEEN=""          # versions of a package that the archive has, where it does not have the right one, one a line
DEBIAN_TARGET=""        # image and headers, unpacked

debian_version() {
	local release=${OPT_RELEASE%%/*} suite=""
	if ! command -v apt-cache >/dev/null || ! command -v apt-get >/dev/null; then
		die "this is not a Debian system (no apt-get), so the target's packages can't be fetched; describe the target with -s, -c and -v"
	fi
	if [[ $OPT_RELEASE == */* ]]; then suite=${OPT_RELEASE#*/}; fi
	debian_views "$suite"
	if [[ $release =~ ^[0-9]+\.[0-9]+$ ]]; then debian_newest "$release"; release=$REPLY; fi
	TARGET_RELEASE=${release:-$(uname -r)}
	debian_image_version "$TARGET_RELEASE"; TARGET_VERSION=$REPLY
}

# debian_views SUITE: DEBIAN_VIEWS, the views of the archive in which a release is looked for, one after the other: what this machine is set
# up for, then all suites; or SUITE alone, if that is given
debian_views() {
	DEBIAN_VIEWS=(machine all)
	if [[ ! $1 ]]; then return; fi
	DEBIAN_VIEWS=("$1")
	if ! archive_use "$1"; then die "the package lists of $1 can't be had: $REPLY"; fi
}

# debian_find PACKAGE CACHED -> REPLY: its versions in the first view that has it, which is in use from then on, and elsewhere; newest
# first, empty if it is nowhere. With a version in the cache or elsewhere, no lists are fetched for it.
debian_find() {
	local view elsewhere
	elsewhere_versions "$1"; elsewhere=$REPLY
	for view in "${DEBIAN_VIEWS[@]}"; do
		if [[ $2$elsewhere && $view != machine ]] && ! archive_is_fresh "$view"; then continue; fi
		if ! debian_view "$view"; then continue; fi
		archive_versions "$1"
		if [[ $REPLY ]]; then break; fi
		REPLY=""
	done
	if [[ $elsewhere ]]; then REPLY=$(printf '%s\n' "$elsewhere" ${REPLY:+"$REPLY"} | sort -uVr); fi
}

# debian_view VIEW: use it; false, and DEBIAN_UNSEEN says why, if it can't be had
debian_view() {
	if archive_use "$1"; then return; fi
	DEBIAN_UNSEEN=$'\n'"    the package lists of other suites can't be had: $REPLY"
	REPLY=""
	return 1
}

# debian_is_in_archive PACKAGE VERSION: does a view have it? That is in use from then on. DEBIAN_SEEN are the versions of the others.
debian_is_in_archive() {
	local view
	DEBIAN_SEEN=""
	for view in "${ARCHIVE_VIEW:-machine}" "${DEBIAN_VIEWS[@]}"; do
		if ! debian_view "$view"; then continue; fi
		archive_versions "$1"
		if [[ $'\n'$REPLY$'\n' == *$'\n'$2$'\n'* ]]; then return; fi
		DEBIAN_SEEN=$(printf '%s\n' "$DEBIAN_SEEN" "$REPLY" | sed '/^$/d' | sort -uVr)
	done
	return 1
}

# debian_is_there PACKAGE VERSION: can it be had? DEBIAN_SEEN has the versions that there are, if not.
debian_is_there() {
	local elsewhere
	elsewhere_versions "$1"; elsewhere=$REPLY
	if [[ $'\n'$elsewhere$'\n' == *$'\n'$2$'\n'* || -n $(compgen -G "$CACHE/packages/${1}_${2/:/%3a}_*.deb") ]]; then return; fi
	if debian_is_in_archive "$1" "$2"; then return; fi
	DEBIAN_SEEN=$(printf '%s\n' "$DEBIAN_SEEN" "$elsewhere" | sed '/^$/d' | sort -uVr)
	return 1
}

# debian_missing VERSION PACKAGE... -> REPLY: a line "    linux-source-6.12 of version 6.12.6-1 (there are: 6.12.5-1)" for each that is not to
# be had, of headers also for what they need
debian_missing() {
	local version=$1 package missing="" of from needed relation wanted
	shift
	for package; do
		if ! debian_is_there "$package" "$version"; then
			debian_missing_line "$package" "$version"; missing+=$REPLY
			continue
		fi
		if [[ $package != linux-headers-* ]]; then continue; fi
		{
			archive_cache show -- "$package=$version" 2>/dev/null || true
			elsewhere_control "$package"
		} | debian_relations | while read -r of from needed relation wanted; do
			if [[ "$of $from" != "$package $version" ]]; then continue; fi
			if debian_find_version "$needed" "$relation" "$wanted" "$version"; then continue; fi
			debian_missing_line "$needed" "$([[ $relation == any ]] || echo "$relation $wanted")"; missing+=$REPLY
		done
	done
	REPLY=$missing
}
debian_missing_line() { REPLY=$'\n'"    $1${2:+ of version $2} (there $(debian_count "$DEBIAN_SEEN"))"; }
debian_count() { if [[ $1 ]]; then echo "are: $(paste -sd ' ' <<<"$1")"; else echo "is none"; fi; }

# debian_require: image, headers and source are all to be had, before the first of them is fetched
debian_require() {
	local needed=()
	if [[ ! -d $DEBIAN_TARGET ]]; then needed+=("linux-headers-$TARGET_RELEASE"); fi
	if code needs_source; then
		debian_series "$TARGET_VERSION"
		if [[ ! -d $CACHE/source/linux-source-${REPLY}_$TARGET_VERSION ]]; then needed+=("linux-source-$REPLY"); fi
	fi
	debian_missing "$TARGET_VERSION" "${needed[@]}"
	if [[ ! $REPLY ]]; then return; fi
	debian_no_lists
	die "$TARGET_RELEASE is of package version $TARGET_VERSION, and not all packages that are needed with it can be had; missing are:$REPLY$DEBIAN_UNSEEN$DEBIAN_OTHERWISE"
}
# What to do about a package that is nowhere
readonly DEBIAN_OTHERWISE=$'\n'"    give a directory with the .deb files that are missing (--packages DIR): a snapshot of the archive, or the cache of a mirror, may have them; or choose a release from kpatch-build --list-targets; or describe the kernel with -s, -c and -v"

debian_image() {
	local dir
	DEBIAN_TARGET=$CACHE/target/${TARGET_RELEASE}_$TARGET_VERSION
	debian_require
	debian_cache_fits "$DEBIAN_TARGET"
	cache_fill "$DEBIAN_TARGET" debian_unpack_target "$TARGET_RELEASE" "$TARGET_VERSION"
	# (/lib is a link to usr/lib where they are installed; packages of Debian 13 say so.)
	for dir in "$DEBIAN_TARGET"/{lib,usr/lib}/modules/"$TARGET_RELEASE"; do
		if [[ -d $dir ]]; then TARGET_MODULES_DIR=$dir; fi
	done
	# Since 7.3 image and configuration are beside the modules.
	TARGET_IMAGE=$DEBIAN_TARGET/boot/vmlinuz-$TARGET_RELEASE TARGET_CONFIG=$DEBIAN_TARGET/boot/config-$TARGET_RELEASE
	if [[ ! -f $TARGET_IMAGE ]]; then TARGET_IMAGE=$TARGET_MODULES_DIR/vmlinuz TARGET_CONFIG=$TARGET_MODULES_DIR/config; fi
	if [[ ! -f $TARGET_IMAGE || ! -f $TARGET_CONFIG ]]; then
		die "the image package of $TARGET_RELEASE is laid out in a way that is not known: it has no $TARGET_IMAGE and $TARGET_CONFIG"
	fi
}

debian_headers() {
	TARGET_HEADERS=$DEBIAN_TARGET/usr/src/linux-headers-$TARGET_RELEASE
	TARGET_SYMVERS=$TARGET_HEADERS/Module.symvers
	debian_redirect_headers "$DEBIAN_TARGET"
}

debian_source() {
	local series
	if code needs_source; then
		debian_series "$TARGET_VERSION"; series=$REPLY
		TARGET_SOURCE=$CACHE/source/linux-source-${series}_$TARGET_VERSION TARGET_SOURCE_ID=$TARGET_VERSION
		debian_cache_fits "$TARGET_SOURCE"
		CACHE_LIGHT=--light cache_fill "$TARGET_SOURCE" debian_unpack_source "linux-source-$series" "$TARGET_VERSION"
		rt_source "$series"
	else
		TARGET_SOURCE=$(sed -n 's,^include \(.*\)/Makefile$,\1,p' "$TARGET_HEADERS/Makefile")
	fi
	target_source_fits
}

# debian_series VERSION -> REPLY: 6.12 of 6.12.117-1~deb12u1
debian_series() { [[ $1 =~ ^[0-9]+\.[0-9]+ ]]; REPLY=${BASH_REMATCH[0]}; }

# debian_no_lists: before a message about something that is not there. With empty lists that is no wonder.
debian_no_lists() {
	local before=${ARCHIVE_VIEW:-machine} lists
	archive_use machine
	lists=$(archive_cache search --names-only '^linux-image-' 2>/dev/null) || true
	archive_use "$before" || true
	if [[ $lists ]]; then return; fi
	if ((${#GIVEN[@]} == 0)); then die "the package lists of this machine are empty; fetch them with: apt-get update (as root)"; fi
	DEBIAN_UNSEEN=$'\n'"    the package lists of this machine are empty; fetch them with: apt-get update (as root)$DEBIAN_UNSEEN"
}

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

# The version decides what the target is. Of the running kernel it is the one that runs, of any other the newest.
debian_image_version() {
	local release=$1 versions running="" cached
	DEBIAN_UNSEEN=""
	cached=$(debian_cached_targets "$release" | tail -n 1)
	cached=${cached#* }
	debian_find "linux-image-$release" "$cached"; versions=$REPLY
	if [[ -z $versions ]]; then debian_find "linux-image-$release-unsigned" "$cached"; versions=$REPLY; fi
	if [[ $release == "$(uname -r)" && $(uname -v) =~ Debian\ ([^ ]+) ]]; then running=${BASH_REMATCH[1]}; fi
	if [[ $running ]]; then
		if [[ -d $CACHE/target/${release}_$running ]] || grep -qxF -- "$running" <<<"$versions"; then
			REPLY=$running
			return
		fi
	elif [[ $versions ]]; then
		REPLY=${versions%%$'\n'*}
		return
	fi
	if [[ $cached && -z $running ]]; then
		note "linux-image-$release is not in the package lists that are here; using version $cached from the cache"
		REPLY=$cached
		return
	fi
	debian_no_lists
	if [[ $running ]]; then
		die "the running kernel is version $running of $release, which neither the archive nor this machine has as a package (there is: $(paste -sd ' ' <<<"${versions:-none}")); reboot into a current kernel, give a directory with its .deb files (--packages DIR), or describe it with -s, -c and -v"
	fi
	debian_near "$release"
	die "there is no package linux-image-$release in the archive${OPT_PACKAGES:+ or in $OPT_PACKAGES}${REPLY:+ (near it are $REPLY)}$DEBIAN_UNSEEN"$'\n'"    kpatch-build --list-targets lists those that there are; for another one, give a directory with its .deb files (--packages DIR), or describe the kernel with -s, -c and -v"
}

# debian_near RELEASE -> REPLY: the releases of its flavour that come next before and after it
debian_near() {
	local flavour=""
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
	archive_cache search --names-only "^linux-image-${series//./\\.}\\..*-$ARCH_DEBIAN\$" 2>/dev/null | debian_flavour "$flavour" |
		sed 's/ .*//' | mapfile -t images || true
	if ((${#images[@]} > 0)); then
		found+=$'\n'$(archive_madison "${images[@]}" | awk '{ sub(/^linux-image-/, "", $1); print $2, $1 }')
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

# debian_have PACKAGE... -> fills DEBIAN_HAS[PACKAGE] with its versions in the archive and elsewhere, newest first, blanks around each.
debian_have() {
	local package version
	{
		archive_madison "$@" | cut -f 1,2 | tr '\t' ' '
		for package; do
			elsewhere_versions "$package"
			for version in $REPLY; do echo "$package $version"; done
		done
	} | sort -u -k 1,1 -k 2,2Vr | while read -r package version; do
		if [[ ${DEBIAN_HAS[$package]:- } != *" $version "* ]]; then DEBIAN_HAS[$package]=${DEBIAN_HAS[$package]:- }"$version "; fi
	done
}

# debian_relations: from control data on standard input, "PACKAGE VERSION DEPENDENCY RELATION WANTED" for each package of headers,
# kbuild, image or modules that a package depends on; RELATION and WANTED are "any -" where it takes all versions
debian_relations() {
	awk '
	/^Package: / { package = $2 }
	/^Version: / { version = $2 }
	/^Depends: / { depends = substr($0, 10) }
	/^$/ { flush() }
	END { flush() }
	function flush(   n, i, item, parts) {
		n = split(depends, item, /, */)
		for (i = 1; i <= n; i++) {
			sub(/ *[|].*/, "", item[i])
			if (item[i] !~ /^linux-(headers|kbuild|base|binary|modules)-[0-9]/) continue
			gsub(/[()]/, "", item[i])
			if (split(item[i], parts, / +/) >= 3) print package, version, parts[1], parts[2], parts[3]
			else print package, version, parts[1], "any", "-"
		}
		package = version = depends = ""
	}'
}

# debian_choose RELATION WANTED VERSION CANDIDATE... -> REPLY: of the versions of a package (newest first) the one to take beside
# an image of VERSION: the same if it will do, else the next later one; false if none will do
debian_choose() {
	local relation=$1 wanted=$2 version=$3 chosen="" candidate
	local -A word=(["="]=eq [">="]=ge [">>"]=gt ["<="]=le ["<<"]=lt)
	shift 3
	# (First of all, for each comparison is a process, and the archive has forty versions.)
	if [[ " $* " == *" $version "* ]] && { [[ $relation == any ]] || dpkg --compare-versions "$version" "${word[$relation]}" "$wanted"; }; then
		REPLY=$version
		return
	fi
	for candidate; do
		if [[ $relation != any ]] && ! dpkg --compare-versions "$candidate" "${word[$relation]}" "$wanted"; then continue; fi
		if [[ -z $chosen ]] || dpkg --compare-versions "$candidate" ge "$version"; then chosen=$candidate; fi
	done
	REPLY=$chosen
	[[ $chosen ]]
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
	# (Only those that there are: any other apt-cache takes for a pattern, which it tries on all packages, half a second each.)
	{ archive_cache pkgnames linux-headers- 2>/dev/null || true; } | sort -u - | comm -12 - <(printf '%s\n' "${names[@]}" | sort -u) | mapfile -t listed
	{
		((${#listed[@]} == 0)) || archive_cache show -- "${listed[@]}" 2>/dev/null || true
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
	[[ -d $CACHE/target/${1}_$2 && -d $CACHE/source/linux-source-${series}_$2 ]]
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
	local series=$1 view newest targets version release
	for view in "${DEBIAN_VIEWS[@]}"; do
		if ! archive_use "$view"; then continue; fi
		debian_buildable "$series"
		if [[ $REPLY ]]; then
			REPLY=${REPLY%%$'\n'*}
			REPLY=${REPLY#* }
			return
		fi
	done
	newest=$(debian_cached_targets "$series.*-*" | tail -n 1)
	if [[ $newest ]]; then REPLY=${newest%% *}; return; fi
	debian_no_lists
	debian_targets "$series"; targets=$REPLY
	if [[ ! $targets ]]; then
		die "no suite of the archive has a stock kernel of series $series; kpatch-build --list-targets lists what there is$DEBIAN_UNSEEN"
	fi
	read -r version release _ <<<"$targets"
	debian_missing "$version" "linux-headers-$release" "linux-source-$series"
	die "of series $series there are $(awk '{ print $2 }' <<<"$targets" | paste -sd ' '), but for none of them the headers with their dependencies and a package linux-source-$series of the same version; of $release are missing:$REPLY$DEBIAN_UNSEEN$DEBIAN_OTHERWISE"
}

# What -a takes: "release version" of each that can be built, in all suites, or in those that can be had
debian_list() {
	local version release
	if ! archive_use all; then
		warn "only what this machine is set up for: the package lists of other suites can't be had: $REPLY"
		archive_use machine
	fi
	debian_buildable "" all
	if [[ -z $REPLY ]]; then debian_no_lists; die "the archive has no stock kernels that can be built"; fi
	# (By bash itself: the end of a reader, as head, ends the run without a word.)
	while read -r version release; do printf '%-32s %s\n' "$release" "$version"; done <<<"$REPLY"
}

# ---- fetching -------------------------------------------------------------------------------------------------------

# debian_field FIELD PACKAGE VERSION -> REPLY
debian_field() {
	REPLY=$(archive_cache show -- "$2=$3" 2>/dev/null | awk -v f="$1: " 'index($0, f) == 1 && !n++ { print substr($0, length(f) + 1) }')
}

# debian_package_is_whole FILE PACKAGE VERSION: is the file what it is called? By the hash in apt's lists; where they do not know
# that version (any more), it is at least ours, says so itself, and can be unpacked to its end.
debian_package_is_whole() {
	local file=$1 package=$2 version=$3 fields
	if [[ -L $file || ! -f $file ]]; then return 1; fi
	debian_field SHA256 "$package" "$version"
	if [[ $REPLY ]]; then
		progress "checking ${file##*/}"
		printf '%s  %s\n' "$REPLY" "$file" | sha256sum --check --status
		return
	fi
	if [[ ! -O $file ]] || ! fields=$(dpkg-deb -f "$file" Package Version 2>/dev/null); then return 1; fi
	[[ $fields == "Package: $package"$'\n'"Version: $version" ]] && debian_package_unpacks "$file"
}
debian_package_unpacks() { dpkg-deb --fsys-tarfile "$1" 2>/dev/null | tar -tf - >/dev/null 2>&1; }

# debian_given PACKAGE VERSION -> REPLY: its file, if it is given. It is the user's, and left as it is, so it has to be whole, and that of
# the archive, if the lists that are in use know it.
debian_given() {
	local file hash
	elsewhere_read
	file=${GIVEN[$1 $2]:-}
	if [[ ! $file ]]; then return 1; fi
	debian_field SHA256 "$1" "$2"; hash=$REPLY
	progress "checking ${file##*/}"
	if [[ $hash ]] && ! printf '%s  %s\n' "$hash" "$file" | sha256sum --check --status; then
		die "$file is not the $1 of version $2 that the archive has (another SHA256): it is damaged, or of another build; remove it"
	elif [[ ! $hash ]] && ! debian_package_unpacks "$file"; then
		die "$file is damaged: it can't be unpacked to its end; remove it, or get it again"
	fi
	REPLY=$file
}

# debian_fetch PACKAGE VERSION -> REPLY: path of the package file, given, or in the cache. A file that is there already (fetched
# before, or put there by hand for a machine without network) is used if it is that package, whole.
# REPLY is empty if neither these nor the archive have the package, but it is installed on this machine.
debian_fetch() {
	local package=$1 version=$2 have size dir file lock status=0
	local packages=$CACHE/packages log=$WORK/1-target/fetch.log
	if debian_given "$package" "$version"; then return; fi
	mkdir -p "$packages"
	exec {lock}>>"$packages/.$package.lock"
	lock_wait "$lock" "$package"
	for file in "$packages/${package}_${version/:/%3a}"_*.deb; do
		if debian_package_is_whole "$file" "$package" "$version"; then
			exec {lock}>&-
			REPLY=$file
			return
		fi
		note "packages/${file##*/} in the cache is damaged, or is another package; fetching it again"
		rm -rf -- "$file"
	done
	if ! debian_is_in_archive "$package" "$version"; then
		exec {lock}>&-
		REPLY=""
		if [[ ${INSTALLED[$package]:-} == "$version" ]]; then return; fi
		debian_no_lists
		die "the archive has no $package of version $version (there $(debian_count "$DEBIAN_SEEN")); image, headers and source must be of one version$DEBIAN_UNSEEN$DEBIAN_OTHERWISE"
	fi
	debian_field Size "$package" "$version"; size=${REPLY:-0}
	need_space "$packages" "$((size + 100000000))" "package $package"
	dir=$packages/partial.$package
	rm -rf "$dir"
	mkdir "$dir"
	FETCH_NAME=$package FETCH_DIR=$dir FETCH_SIZE=$size
	long_run "$log" fetch_progress env -C "$dir" apt-get "${ARCHIVE_APT[@]}" -q -o APT::Sandbox::User="$(id -un)" download "$package=$version" || status=$?
	for file in "$dir"/*.deb; do
		if ((status == 0)) && [[ -f $file ]]; then
			mv "$file" "$packages/"
			exec {lock}>&-
			REPLY=$packages/${file##*/}
			return
		fi
	done
	# apt says the same for each address it tried; its last word is enough.
	have=$(sed -n 's/^E: //p' "$log" | head -n 1)
	die "package $package $version could not be fetched${have:+ (apt-get: $have)}; is there a network, and are the package lists current (apt-get update)?$(debian_cached)
    Without network, give a directory with ${package}_${version/:/%3a}_*.deb (--packages DIR)"
}
# debian_cached: a line of a message: the releases that can be built without network
debian_cached() {
	local release version found=""
	debian_cached_targets "*-$ARCH_DEBIAN" | while read -r release version; do
		if debian_is_cached "$release" "$version"; then found+=" $release"; fi
	done
	if [[ $found ]]; then printf '\n    in the cache are:%s' "$found"; fi
}
fetch_progress() {
	local have
	have=$(du -sb -- "$FETCH_DIR" | cut -f 1)
	REPLY="fetching $FETCH_NAME: $((have / 1048576)) of $((FETCH_SIZE / 1048576)) MB"
}

# ---- unpacking ------------------------------------------------------------------------------------------------------

# What an entry of the cache was unpacked from stands in it, in a file of this name: "PACKAGE VERSION SHA256" of each package file,
# "PACKAGE VERSION installed" of one that was copied.
readonly UNPACKED_FROM=.packages

debian_unpack_target() {
	local to=$1 release=$2 version=$3 image
	image=linux-image-$release
	if ! debian_is_there "$image" "$version" && debian_is_there "$image-unsigned" "$version"; then image+=-unsigned; fi
	need_space "$CACHE" 1200000000 "unpacking $release"
	# Since 7.3 the image package is empty, and depends on those that have its parts.
	debian_unpack_with_needs "$to" "$image" "$version"
	debian_unpack_with_needs "$to" "linux-headers-$release" "$version"
	rm -rf "${to:?}/usr/share"
}

# debian_unpack_with_needs DIR PACKAGE VERSION: a package, and what of the kernel it depends on
debian_unpack_with_needs() {
	local package relation wanted
	debian_unpack_package "$1" "$2" "$3"
	printf 'Package: x\nVersion: x\nDepends: %s\n' "$REPLY" | debian_relations | while read -r _ _ package relation wanted; do
		debian_version_for "$package" "$relation" "$wanted" "$3"
		debian_unpack_package "$1" "$package" "$REPLY"
	done
}

# debian_find_version PACKAGE RELATION WANTED VERSION -> REPLY: the version of PACKAGE, in the archive, elsewhere or among the fetched
# packages, to take beside an image of VERSION; false, and DEBIAN_SEEN has those that there are, if none will do
debian_find_version() {
	local package=$1 view file elsewhere have
	elsewhere_versions "$package"; elsewhere=$REPLY
	for file in "$CACHE/packages/${package}_"*.deb; do
		file=${file##*/"${package}"_}
		file=${file%_*}
		elsewhere+=$'\n'${file//%3a/:}
	done
	DEBIAN_SEEN=""
	for view in "${ARCHIVE_VIEW:-machine}" "${DEBIAN_VIEWS[@]}"; do
		if debian_view "$view"; then archive_versions "$package"; fi
		printf '%s\n' "$elsewhere" "$REPLY" | sed '/^$/d' | sort -uVr | mapfile -t have
		if debian_choose "$2" "$3" "$4" "${have[@]}"; then return; fi
		DEBIAN_SEEN=$(printf '%s\n' "$DEBIAN_SEEN" "${have[@]}" | sed '/^$/d' | sort -uVr)
	done
	return 1
}

# debian_version_for PACKAGE RELATION WANTED VERSION -> REPLY: the same, or the end of the run
debian_version_for() {
	if debian_find_version "$@"; then return; fi
	debian_no_lists
	die "the archive has no $1 of version $([[ $2 == any ]] || echo "$2 $3") (there $(debian_count "$DEBIAN_SEEN")), which the headers of version $4 need$DEBIAN_UNSEEN$DEBIAN_OTHERWISE"
}

# debian_unpack_package DIR PACKAGE VERSION -> REPLY: what it depends on
debian_unpack_package() {
	local to=$1 package=$2 version=$3 file
	debian_fetch "$package" "$version"; file=$REPLY
	if [[ ! $file ]]; then
		installed_copy "$to" "$package"
		echo "$package $version installed" >>"$to/$UNPACKED_FROM"
		REPLY=$(dpkg-query --admindir="$INSTALLED_ROOT/var/lib/dpkg" -W -f '${Depends}' "$package")
		return
	fi
	progress "unpacking $package"
	if ! long_run "$WORK/1-target/unpack.log" no_progress dpkg-deb -x "$file" "$to"; then
		show_file "$WORK/1-target/unpack.log"
		debian_not_unpacked "$file"
	fi
	debian_unpacked_from "$to" "$package" "$version" "$file"
	REPLY=$(dpkg-deb -f "$file" Depends)
}
debian_not_unpacked() {
	if [[ $1 != "$CACHE"/packages/* ]]; then die "$1 could not be unpacked; is it damaged?"; fi
	rm -f -- "$1"
	die "${1##*/} could not be unpacked and was removed; run kpatch-build again to fetch it"
}
# debian_unpacked_from DIR PACKAGE VERSION FILE
debian_unpacked_from() { echo "$2 $3 $(file_sum "$4")" >>"$1/$UNPACKED_FROM"; }

# debian_cache_fits ENTRY: an entry of the cache that was unpacked from another file than the one of that name and version that is given
# now is none: farms build packages of their own, and a version may be used twice.
debian_cache_fits() {
	local entry=$1 package version hash given
	elsewhere_read
	if [[ ! -f $entry/$UNPACKED_FROM || ${#GIVEN[@]} == 0 ]]; then return; fi
	while read -r package version hash; do
		given=${GIVEN[$package $version]:-}
		if [[ ! $given ]]; then continue; fi
		progress "comparing $given"
		if [[ $hash != "$(file_sum "$given")" ]]; then
			note "${entry#"$CACHE"/} in the cache is of another file than $given; making it again"
			rm -f -- "$entry.manifest"
			return
		fi
	done <"$entry/$UNPACKED_FROM"
}

# The headers' Makefile names the common one, and since 7.3 its own directory (KBUILD_OUTPUT), by their places after installation: name
# the unpacked ones. (Or by where they were unpacked: a cache may be moved to a larger disk.)
debian_redirect_headers() {
	local dir=$1 common makefile=$TARGET_HEADERS/Makefile
	sed -E "s,(^|[ =])[^ =]*(/usr/src/linux-headers-),\1$dir\2," -- "$makefile" >"$makefile.new.$$"
	common=$(sed -n 's,^include .*/\(linux-headers-[^/]*\)/Makefile$,\1,p' "$makefile.new.$$")
	if [[ -z $common || ! -f $dir/usr/src/$common/Makefile ]]; then
		die "the headers package of $TARGET_RELEASE has an unknown layout; its Makefile: $(head -c 200 "$makefile")"
	fi
	if cmp -s -- "$makefile" "$makefile.new.$$"; then
		rm -- "$makefile.new.$$"
	else
		mv -- "$makefile.new.$$" "$makefile"
		cache_seal "$dir"
	fi
}

readonly SOURCE_UNPACKED_SIZE=1800000000

debian_unpack_source() {
	local to=$1 package=$2 version=$3 file
	debian_fetch "$package" "$version"; file=$REPLY
	need_space "$CACHE" $SOURCE_UNPACKED_SIZE "unpacking the source"
	if [[ ! $file ]]; then installed_whole "$package"; fi
	UNPACK_LOG=$WORK/1-target/source.log
	# shellcheck disable=SC2016
	if ! long_run "$UNPACK_LOG" unpack_progress bash -c '
		set -o pipefail
		if [[ $1 ]]; then dpkg-deb --fsys-tarfile "$1" | tar -xO -f - "./usr/src/$2.tar.xz"; else cat "$4/usr/src/$2.tar.xz"; fi |
			tar -xJ -f - -C "$3" --no-same-owner --strip-components=1 --checkpoint=3000 --checkpoint-action=echo=%u' \
		unpack "$file" "$package" "$to" "$INSTALLED_ROOT"; then
		show_file "$UNPACK_LOG" 5
		if [[ ! $file ]]; then die "the source of the installed $package, /usr/src/$package.tar.xz, can't be unpacked; install it again"; fi
		debian_not_unpacked "$file"
	fi
	if [[ $file ]]; then debian_unpacked_from "$to" "$package" "$version" "$file"; fi
}
# tar's checkpoints count records of 10 KiB
unpack_progress() {
	local records
	records=$(tail -n 1 "$UNPACK_LOG" | tr -dc 0-9)
	REPLY="unpacking the source: $((${records:-0} / 100)) of about $((SOURCE_UNPACKED_SIZE / 1200000)) MB"
}
