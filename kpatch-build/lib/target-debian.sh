# shellcheck shell=bash
# Stock Debian kernels, from the ordinary packages of the archive: image, headers (and what they need), source (see provider() in target.sh).
# Packages are fetched with apt-get download and unpacked into the cache; nothing is installed, no root is needed.
#
# Names: the image is linux-image-RELEASE (signed; the same code as -unsigned). The headers package names -common and
# -kbuild in its dependencies, with the versions that it can do with: 6.1.0-56 at 6.1.192-2 asks for linux-kbuild-6.1 of
# that revision or a later one, and the archive may hold only the later. The source is linux-source-SERIES (6.12,
# 6.1), for every release of the series, so that its version must be the image's version: any other is another kernel.

declare -A DEBIAN_HAS=() # package -> its versions in the archive, newest first, blanks around each
DEBIAN_TARGET=""        # image and headers, unpacked
# DEBIAN_INDEX: options of apt-cache; not set before debian_index

debian_version() {
	local release=$OPT_RELEASE
	if ! command -v apt-cache >/dev/null || ! command -v apt-get >/dev/null; then
		die "this is not a Debian system (no apt-get), so the target's packages can't be fetched; describe the target with -s, -c and -v"
	fi
	debian_index
	if [[ $release =~ ^[0-9]+\.[0-9]+$ ]]; then debian_newest "$release"; release=$REPLY; fi
	TARGET_RELEASE=${release:-$(uname -r)}
	debian_image_version "$TARGET_RELEASE"; TARGET_VERSION=$REPLY
}

debian_image() {
	DEBIAN_TARGET=$CACHE/target/${TARGET_RELEASE}_$TARGET_VERSION
	cache_fill "$DEBIAN_TARGET" debian_unpack_target "$TARGET_RELEASE" "$TARGET_VERSION"
	TARGET_IMAGE=$DEBIAN_TARGET/boot/vmlinuz-$TARGET_RELEASE TARGET_CONFIG=$DEBIAN_TARGET/boot/config-$TARGET_RELEASE
	TARGET_MODULES_DIR=$DEBIAN_TARGET/lib/modules/$TARGET_RELEASE
}

debian_headers() {
	TARGET_HEADERS=$DEBIAN_TARGET/usr/src/linux-headers-$TARGET_RELEASE
	TARGET_SYMVERS=$TARGET_HEADERS/Module.symvers
	debian_redirect_headers "$DEBIAN_TARGET"
}

debian_source() {
	if code needs_source; then
		debian_line "$TARGET_VERSION"
		TARGET_SOURCE=$CACHE/source/linux-source-${REPLY}_$TARGET_VERSION TARGET_SOURCE_ID=$TARGET_VERSION
		CACHE_LIGHT=--light cache_fill "$TARGET_SOURCE" debian_unpack_source "linux-source-$REPLY" "$TARGET_VERSION"
	else
		TARGET_SOURCE=$(sed -n 's,^include \(.*\)/Makefile$,\1,p' "$TARGET_HEADERS/Makefile")
	fi
	target_source_fits
}

# debian_apt_cache COMMAND ARG...: apt-cache, which reads the lists of tens of thousands of packages in each call, over a second, where
# apt is set up to keep no index of them (Dir::Cache::pkgcache "", as images of containers do). Then it has one in our cache, which it
# holds against the lists itself.
debian_apt_cache() {
	debian_index
	apt-cache "${DEBIAN_INDEX[@]}" "$@"
}
debian_index() {
	local file=none
	if [[ -v DEBIAN_INDEX ]]; then return; fi
	DEBIAN_INDEX=()
	eval "$(apt-config shell file Dir::Cache::pkgcache 2>/dev/null)"
	if [[ $file ]] || ! mkdir -p -- "$CACHE/apt" 2>/dev/null; then return; fi
	DEBIAN_INDEX=(-o "Dir::Cache::pkgcache=$CACHE/apt/pkgcache.bin" -o "Dir::Cache::srcpkgcache=$CACHE/apt/srcpkgcache.bin")
}

# debian_line VERSION -> REPLY: 6.12 of 6.12.117-1~deb12u1
debian_line() { [[ $1 =~ ^[0-9]+\.[0-9]+ ]]; REPLY=${BASH_REMATCH[0]}; }

# debian_versions PACKAGE -> REPLY: its versions in the archive, newest first, one a line
debian_versions() {
	REPLY=$(debian_apt_cache madison -- "$1" 2>/dev/null | awk -F '|' -v p="$1" '{ gsub(/ /, "") } $1 == p { print $2 }' | uniq)
}

debian_no_lists() {
	if [[ -z $(debian_apt_cache search --names-only '^linux-image-' 2>/dev/null) ]]; then
		die "the package lists of this machine are empty; fetch them with: apt-get update (as root)"
	fi
}

# The version decides what the target is. Of the running kernel it is the one that runs, of any other the newest.
debian_image_version() {
	local release=$1 versions running="" dir
	debian_versions "linux-image-$release"; versions=$REPLY
	if [[ -z $versions ]]; then debian_versions "linux-image-$release-unsigned"; versions=$REPLY; fi
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
	for dir in "$CACHE/target/${release}"_*; do
		if [[ -d $dir && $dir != *.new && -z $running ]]; then
			REPLY=${dir##*_}
			note "linux-image-$release is no longer in the archive; using version $REPLY from the cache"
			return
		fi
	done
	debian_no_lists
	if [[ $running ]]; then
		die "the running kernel is version $running of $release, which the archive does not hold (it has: ${versions:-none}); reboot into a current kernel, or describe the running one with -s, -c and -v"
	fi
	die "there is no package linux-image-$release in the archive; kpatch-build --list-targets lists the available ones (after apt-get update); describe other kernels with -s, -c and -v"
}

# debian_targets [SERIES] -> REPLY: "version release" lines of the standard flavour, newest first. (One madison call for
# all names.)
debian_targets() {
	local line=${1:-[0-9]+.[0-9]+} arch images
	debian_index
	arch=$(dpkg --print-architecture)
	debian_apt_cache search --names-only "^linux-image-${line//./\\.}\\..*-$arch\$" 2>/dev/null |
		awk '{ print $1 }' | grep -Ev -- '-(cloud|rt|unsigned)-|^linux-image-[0-9]+\.[0-9]+-' | mapfile -t images || true
	REPLY=""
	if ((${#images[@]} == 0)); then return; fi
	REPLY=$(debian_apt_cache madison -- "${images[@]}" 2>/dev/null |
		awk -F '|' '{ gsub(/ /, ""); sub(/^linux-image-/, "", $1); print $2, $1 }' | sort -u -k 1,1Vr -k 2,2) || REPLY=""
}

# debian_madison PACKAGE... -> fills DEBIAN_HAS[PACKAGE] with its versions in the archive, newest first, blanks around each.
# (One call for all.)
debian_madison() {
	local package version
	{ debian_apt_cache madison -- "$@" 2>/dev/null || true; } | awk -F '|' '{ gsub(/ /, ""); print $1, $2 }' | while read -r package version; do
		if [[ ${DEBIAN_HAS[$package]:- } != *" $version "* ]]; then DEBIAN_HAS[$package]=${DEBIAN_HAS[$package]:- }"$version "; fi
	done
}

# debian_relations: from control data on standard input, "PACKAGE VERSION DEPENDENCY RELATION WANTED" for each package of
# headers or kbuild that a package depends on; RELATION and WANTED are "any -" where it takes all versions
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
			if (item[i] !~ /^linux-(headers|kbuild)-/) continue
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
	for candidate; do
		if [[ $relation != any ]] && ! dpkg --compare-versions "$candidate" "${word[$relation]}" "$wanted"; then continue; fi
		if [[ $candidate == "$version" ]]; then REPLY=$candidate; return 0; fi
		if [[ -z $chosen ]] || dpkg --compare-versions "$candidate" ge "$version"; then chosen=$candidate; fi
	done
	REPLY=$chosen
	[[ $chosen ]]
}

# debian_buildable [SERIES] -> REPLY: "version release" lines as of debian_targets, but only of releases for which everything is
# there, in the archive or in the cache: headers, what these depend on, and the source of the same version
debian_buildable() {
	local targets version release package dependency relation wanted found="" names=() sources=()
	local -A needs=() fits=() line_seen=()
	debian_targets "${1:-}"; targets=$REPLY
	REPLY=""
	if [[ -z $targets ]]; then return; fi
	while read -r version release; do
		names+=("linux-headers-$release")
		debian_line "$version"
		if [[ -z ${line_seen[$REPLY]:-} ]]; then sources+=("linux-source-$REPLY"); fi
		line_seen[$REPLY]=1
	done <<<"$targets"
	{ debian_apt_cache show -- "${names[@]}" 2>/dev/null || true; } | debian_relations | while read -r package version dependency relation wanted; do
		needs[$package $version]+="$dependency $relation $wanted"$'\n'
		sources+=("$dependency")
	done
	debian_madison "${sources[@]}"
	while read -r version release; do
		debian_line "$version"
		if debian_is_cached "$release" "$version" || { [[ ${DEBIAN_HAS[linux-source-$REPLY]:-} == *" $version "* &&
			${needs[linux-headers-$release $version]:-} ]] &&
			debian_needs_fit "$version" "${needs[linux-headers-$release $version]}"; }; then
			found+="$version $release"$'\n'
		fi
	done <<<"$targets"
	REPLY=${found%$'\n'}
}

debian_is_cached() {
	local line
	debian_line "$2"; line=$REPLY
	[[ -d $CACHE/target/${1}_$2 && -d $CACHE/source/linux-source-${line}_$2 ]]
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

# debian_newest SERIES -> REPLY: the newest release of the series that can be built
debian_newest() {
	local line=$1 dir newest="" targets
	debian_buildable "$line"
	if [[ $REPLY ]]; then
		REPLY=${REPLY%%$'\n'*}
		REPLY=${REPLY#* }
		return
	fi
	for dir in "$CACHE/target/$line".*-*_*; do
		if [[ -d $dir && $dir != *.new ]]; then newest=$dir; fi
	done
	if [[ $newest ]]; then
		REPLY=${newest##*/}
		REPLY=${REPLY%%_*}
		return
	fi
	debian_no_lists
	debian_targets "$line"; targets=$(awk '{ print $2 }' <<<"$REPLY" | xargs)
	if [[ $targets ]]; then
		die "of series $line the archive has $targets, but for none of them the headers with their dependencies and a package linux-source-$line of the same version"
	fi
	die "the package lists of this machine have no stock kernel of series $line; are they current (apt-get update, as root), and do the sources of apt include the security suite, where Debian keeps new kernels of a stable release? kpatch-build --list-targets lists what there is"
}

# What -a takes: "release version" of each that can be built.
debian_list() {
	debian_buildable
	if [[ -z $REPLY ]]; then debian_no_lists; die "the archive has no stock kernels that can be built"; fi
	awk '{ printf "%-32s %s\n", $2, $1 }' <<<"$REPLY"
}

# ---- fetching -------------------------------------------------------------------------------------------------------

# debian_field FIELD PACKAGE VERSION -> REPLY
debian_field() {
	REPLY=$(debian_apt_cache show -- "$2=$3" 2>/dev/null | awk -v f="$1: " 'index($0, f) == 1 && !n++ { print substr($0, length(f) + 1) }')
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
	debian_versions "$package"; have=${REPLY//$'\n'/ }
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
	long_run "$log" fetch_progress env -C "$dir" apt-get -q -o APT::Sandbox::User="$(id -un)" download "$package=$version" || status=$?
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
	local to=$1 release=$2 version=$3 package relation wanted image
	image=linux-image-$release
	debian_versions "$image"
	if [[ $REPLY && $'\n'$REPLY$'\n' != *$'\n'$version$'\n'* ]] || [[ -z $REPLY ]]; then
		debian_versions "$image-unsigned"
		if [[ $'\n'$REPLY$'\n' == *$'\n'$version$'\n'* ]]; then image=$image-unsigned; fi
	fi
	need_space "$CACHE" 1200000000 "unpacking $release"
	debian_unpack_package "$to" "$image" "$version"
	debian_unpack_package "$to" "linux-headers-$release" "$version"
	{ printf 'Package: x\nVersion: x\nDepends: '; dpkg-deb -f "$REPLY" Depends; } | debian_relations | while read -r _ _ package relation wanted; do
		debian_version_for "$package" "$relation" "$wanted" "$version"
		debian_unpack_package "$to" "$package" "$REPLY"
	done
	rm -rf "${to:?}/usr/share"
}

# debian_version_for PACKAGE RELATION WANTED VERSION -> REPLY: the version of PACKAGE, in the archive or among the fetched packages, to
# take beside an image of VERSION
debian_version_for() {
	local package=$1 file have
	debian_versions "$package"
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

# The headers' Makefile includes the common one by its place after installation: name the unpacked one.
debian_redirect_headers() {
	local dir=$1 common line makefile=$TARGET_HEADERS/Makefile
	common=$(sed -n 's,^include .*/\(linux-headers-[^/]*\)/Makefile$,\1,p' "$makefile")
	line="include $dir/usr/src/$common/Makefile"
	if [[ -z $common || ! -f $dir/usr/src/$common/Makefile ]]; then
		die "the headers package of $TARGET_RELEASE has an unknown layout; its Makefile: $(head -c 200 "$makefile")"
	fi
	if ! grep -qxF -- "$line" "$makefile"; then
		printf '%s\n' "$line" >"$makefile.new.$$"
		mv "$makefile.new.$$" "$makefile"
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
