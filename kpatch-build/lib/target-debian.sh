# shellcheck shell=bash
# Stock Debian kernels, from the ordinary packages of the archive: image, headers (and what they need), source (see provider() in target.sh).
# Packages are fetched with apt-get download and unpacked into the cache; nothing is installed, no root is needed.
#
# Names: the image is linux-image-RELEASE (signed; the same code as -unsigned). The headers package names -common and
# -kbuild in its dependencies, with the versions that it can do with: 6.1.0-56 at 6.1.192-2 asks for linux-kbuild-6.1 of
# that revision or a later one, and the archive may hold only the later. The source is linux-source-SERIES (6.12,
# 6.1), for every release of the series, so that its version must be the image's version: any other is another kernel.

declare -A DEBIAN_HAS=() # package -> its versions in the archive, newest first, blanks around each
DEBIAN_VIEWS=()         # of the archive, in which a release is looked for
DEBIAN_UNSEEN=""        # why not all of them could be looked at, for a message
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

# debian_find PACKAGE CACHED -> REPLY: its versions in the first view that has it, which is in use from then on; empty if none has.
# With a version in the cache, no lists are fetched for it.
debian_find() {
	local view
	for view in "${DEBIAN_VIEWS[@]}"; do
		if [[ $2 && $view != machine ]] && ! archive_is_fresh "$view"; then continue; fi
		if ! archive_use "$view"; then
			DEBIAN_UNSEEN="; the package lists of other suites can't be had: $REPLY"
			continue
		fi
		archive_versions "$1"
		if [[ $REPLY ]]; then return; fi
	done
	REPLY=""
}

debian_image() {
	local dir
	DEBIAN_TARGET=$CACHE/target/${TARGET_RELEASE}_$TARGET_VERSION
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
	if code needs_source; then
		debian_series "$TARGET_VERSION"
		TARGET_SOURCE=$CACHE/source/linux-source-${REPLY}_$TARGET_VERSION TARGET_SOURCE_ID=$TARGET_VERSION
		CACHE_LIGHT=--light cache_fill "$TARGET_SOURCE" debian_unpack_source "linux-source-$REPLY" "$TARGET_VERSION"
	else
		TARGET_SOURCE=$(sed -n 's,^include \(.*\)/Makefile$,\1,p' "$TARGET_HEADERS/Makefile")
	fi
	target_source_fits
}

# debian_series VERSION -> REPLY: 6.12 of 6.12.117-1~deb12u1
debian_series() { [[ $1 =~ ^[0-9]+\.[0-9]+ ]]; REPLY=${BASH_REMATCH[0]}; }

debian_no_lists() {
	if [[ -z $(archive_cache search --names-only '^linux-image-' 2>/dev/null) ]]; then
		die "the package lists of this machine are empty; fetch them with: apt-get update (as root)"
	fi
}

# The version decides what the target is. Of the running kernel it is the one that runs, of any other the newest.
debian_image_version() {
	local release=$1 versions running="" dir cached=""
	DEBIAN_UNSEEN=""
	for dir in "$CACHE/target/${release}"_*; do
		if [[ -d $dir && $dir != *.@(new|old) ]]; then cached=${dir##*_}; fi
	done
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
		die "the running kernel is version $running of $release, which the archive does not hold (it has: ${versions:-none}); reboot into a current kernel, or describe the running one with -s, -c and -v"
	fi
	debian_near "$release"
	die "there is no package linux-image-$release in the archive${REPLY:+ (near it are $REPLY)}$DEBIAN_UNSEEN; kpatch-build --list-targets lists the available ones (after apt-get update); describe other kernels with -s, -c and -v"
}

# debian_near RELEASE -> REPLY: the releases of its flavour that come next before and after it
debian_near() {
	local flavour=""
	if [[ $1 =~ (-cloud|-rt)-[a-z0-9]+$ ]]; then flavour=${BASH_REMATCH[1]}; fi
	debian_targets "" "$flavour"
	REPLY=$({ awk '{ print $2 }' <<<"$REPLY"; echo "$1"; } | sort -Vu | grep -xF -B 2 -A 2 -- "$1" | { grep -vxF -- "$1" || true; } | paste -sd ' ')
}

# debian_targets [SERIES [FLAVOUR]] -> REPLY: "version release" lines of the view in use, newest first. FLAVOUR is -cloud, -rt, all, or empty
# for the standard one. (One madison call for all names.)
debian_targets() {
	local series=${1:-[0-9]+.[0-9]+} flavour=${2:-} images
	archive_cache search --names-only "^linux-image-${series//./\\.}\\..*-$ARCH_DEBIAN\$" 2>/dev/null | awk -v flavour="$flavour" '
		$1 ~ /^linux-image-[0-9]+\.[0-9]+-/ { next }
		{ its = match($1, /-(cloud|rt)-[^-]*$/) ? substr($1, RSTART) : ""; sub(/-[^-]*$/, "", its) }
		flavour == "all" || its == flavour { print $1 }' | mapfile -t images || true
	REPLY=""
	if ((${#images[@]} == 0)); then return; fi
	REPLY=$(archive_cache madison -- "${images[@]}" 2>/dev/null |
		awk -F '|' '{ gsub(/ /, ""); sub(/^linux-image-/, "", $1); print $2, $1 }' | sort -u -k 1,1Vr -k 2,2) || REPLY=""
}

# debian_madison PACKAGE... -> fills DEBIAN_HAS[PACKAGE] with its versions in the archive, newest first, blanks around each.
# (One call for all.)
debian_madison() {
	local package version
	{ archive_cache madison -- "$@" 2>/dev/null || true; } | awk -F '|' '{ gsub(/ /, ""); print $1, $2 }' | while read -r package version; do
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
# there, in the archive or in the cache: headers, what these depend on, and the source of the same version
debian_buildable() {
	local targets version release package dependency relation wanted found="" names=() sources=()
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
	{ archive_cache pkgnames linux-headers- 2>/dev/null || true; } | sort -u - | comm -12 - <(printf '%s\n' "${names[@]}" | sort -u) | mapfile -t names
	{ ((${#names[@]} == 0)) || archive_cache show -- "${names[@]}" 2>/dev/null || true; } | debian_relations | while read -r package version dependency relation wanted; do
		needs[$package $version]+="$dependency $relation $wanted"$'\n'
		sources+=("$dependency")
	done
	debian_madison "${sources[@]}"
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
	local series=$1 view dir newest="" targets
	for view in "${DEBIAN_VIEWS[@]}"; do
		if ! archive_use "$view"; then continue; fi
		debian_buildable "$series"
		if [[ $REPLY ]]; then
			REPLY=${REPLY%%$'\n'*}
			REPLY=${REPLY#* }
			return
		fi
	done
	for dir in "$CACHE/target/$series".*-*_*; do
		if [[ -d $dir && $dir != *.new ]]; then newest=$dir; fi
	done
	if [[ $newest ]]; then
		REPLY=${newest##*/}
		REPLY=${REPLY%%_*}
		return
	fi
	debian_no_lists
	debian_targets "$series"; targets=$(awk '{ print $2 }' <<<"$REPLY" | xargs)
	if [[ $targets ]]; then
		die "of series $series the archive has $targets, but for none of them the headers with their dependencies and a package linux-source-$series of the same version"
	fi
	die "no suite of the archive has a stock kernel of series $series; kpatch-build --list-targets lists what there is"
}

# What -a takes: "release version" of each that can be built, in all suites, or in those that can be had
debian_list() {
	if ! archive_use all; then
		warn "only what this machine is set up for: the package lists of other suites can't be had: $REPLY"
		archive_use machine
	fi
	debian_buildable "" all
	if [[ -z $REPLY ]]; then debian_no_lists; die "the archive has no stock kernels that can be built"; fi
	awk '{ printf "%-32s %s\n", $2, $1 }' <<<"$REPLY"
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
	[[ $fields == "Package: $package"$'\n'"Version: $version" ]] && dpkg-deb --fsys-tarfile "$file" 2>/dev/null | tar -tf - >/dev/null 2>&1
}

# debian_fetch PACKAGE VERSION -> REPLY: path of the package file in the cache. A file that is there already (fetched
# before, or put there by hand for a machine without network) is used if it is that package, whole.
debian_fetch() {
	local package=$1 version=$2 have size dir file lock status=0
	local packages=$CACHE/packages log=$WORK/1-target/fetch.log
	mkdir -p "$packages"
	exec {lock}>"$packages/.lock"
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
	archive_versions "$package"; have=${REPLY//$'\n'/ }
	if [[ " $have " != *" $version "* ]]; then
		debian_no_lists
		die "the archive has no $package of version $version (it has: ${have:-none}); image, headers and source must be of one version: choose a release from kpatch-build --list-targets"
	fi
	debian_field Size "$package" "$version"; size=${REPLY:-0}
	need_space "$packages" "$((size + 100000000))" "package $package"
	dir=$packages/partial
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
	die "package $package $version could not be fetched${have:+ (apt-get: $have)}; is there a network, and are the package lists current (apt-get update)? Without network put the .deb into $packages"
}
fetch_progress() {
	local have
	have=$(du -sb -- "$FETCH_DIR" | cut -f 1)
	REPLY="fetching $FETCH_NAME: $((have / 1048576)) of $((FETCH_SIZE / 1048576)) MB"
}

# ---- unpacking ------------------------------------------------------------------------------------------------------

debian_unpack_target() {
	local to=$1 release=$2 version=$3 image
	image=linux-image-$release
	archive_versions "$image"
	if [[ $REPLY && $'\n'$REPLY$'\n' != *$'\n'$version$'\n'* ]] || [[ -z $REPLY ]]; then
		archive_versions "$image-unsigned"
		if [[ $'\n'$REPLY$'\n' == *$'\n'$version$'\n'* ]]; then image=$image-unsigned; fi
	fi
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
	{ printf 'Package: x\nVersion: x\nDepends: '; dpkg-deb -f "$REPLY" Depends; } | debian_relations | while read -r _ _ package relation wanted; do
		debian_version_for "$package" "$relation" "$wanted" "$3"
		debian_unpack_package "$1" "$package" "$REPLY"
	done
}

# debian_version_for PACKAGE RELATION WANTED VERSION -> REPLY: the version of PACKAGE, in the archive or among the fetched packages, to
# take beside an image of VERSION
debian_version_for() {
	local package=$1 file have
	archive_versions "$package"
	printf %s "$REPLY" | mapfile -t have
	for file in "$CACHE/packages/${package}_"*.deb; do
		file=${file##*/"${package}"_}
		have+=("${file%_*}")
	done
	if debian_choose "$2" "$3" "$4" "${have[@]//%3a/:}"; then return; fi
	debian_no_lists
	die "the archive has no $package of version $([[ $2 == any ]] || echo "$2 $3") (it has: ${have[*]:-none}), which the headers of version $4 need; choose a release from kpatch-build --list-targets"
}

# debian_unpack_package DIR PACKAGE VERSION -> REPLY: the package file
debian_unpack_package() {
	local to=$1 package=$2 version=$3 file
	debian_fetch "$package" "$version"; file=$REPLY
	progress "unpacking $package"
	if ! long_run "$WORK/1-target/unpack.log" no_progress dpkg-deb -x "$file" "$to"; then
		show_file "$WORK/1-target/unpack.log"
		rm -f -- "$file"
		die "${file##*/} could not be unpacked and was removed; run kpatch-build again to fetch it"
	fi
	REPLY=$file
}

# The headers' Makefile names the common one, and since 7.3 its own directory (KBUILD_OUTPUT), by their places after installation: name
# the unpacked ones.
debian_redirect_headers() {
	local dir=$1 common makefile=$TARGET_HEADERS/Makefile
	sed -E "s,(^|[ =])(/usr/src/linux-headers-),\1$dir\2," -- "$makefile" >"$makefile.new.$$"
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
	UNPACK_LOG=$WORK/1-target/source.log
	# shellcheck disable=SC2016
	if ! long_run "$UNPACK_LOG" unpack_progress bash -c '
		set -o pipefail
		dpkg-deb --fsys-tarfile "$1" | tar -xO -f - "./usr/src/$2.tar.xz" |
			tar -xJ -f - -C "$3" --no-same-owner --strip-components=1 --checkpoint=3000 --checkpoint-action=echo=%u' \
		unpack "$file" "$package" "$to"; then
		show_file "$UNPACK_LOG" 5
		rm -f -- "$file"
		die "${file##*/} could not be unpacked and was removed; run kpatch-build again to fetch it"
	fi
}
# tar's checkpoints count records of 10 KiB
unpack_progress() {
	local records
	records=$(tail -n 1 "$UNPACK_LOG" | tr -dc 0-9)
	REPLY="unpacking the source: $((${records:-0} / 100)) of about $((SOURCE_UNPACKED_SIZE / 1200000)) MB"
}
