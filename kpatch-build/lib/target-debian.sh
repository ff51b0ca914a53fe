# shellcheck shell=bash
# Stock Debian kernels, from the ordinary packages: image, headers (and what they need), source (see provider() in target.sh). Packages
# are fetched with apt-get download and unpacked into the cache; nothing is installed, no root is needed. What the archive no longer has
# may be given, or be installed here (elsewhere.sh); each package is looked for by itself, so the image may be of another place than the rest.
#
# Names: the image is linux-image-RELEASE (signed; the same code as -unsigned). The headers package names -common and
# -kbuild in its dependencies, with the versions that it can do with: 6.1.0-56 at 6.1.192-2 asks for linux-kbuild-6.1 of
# that revision or a later one, and the archive may hold only the later. The source is linux-source-SERIES (6.12,
# 6.1), for every release of the series, so that its version must be the image's version: any other is another kernel.
#
# debian-find.sh has which versions of a package can be had, debian-releases.sh which releases there are, debian-fetch.sh the files.

DEBIAN_TARGET=""        # image and headers, unpacked

debian_version() {
	local release=${OPT_RELEASE%%/*} suite="" series=""
	if ! command -v apt-cache >/dev/null || ! command -v apt-get >/dev/null; then
		die "this is not a Debian system (no apt-get), so the target's packages can't be fetched; describe the target with -s, -c and -v"
	fi
	if [[ $OPT_RELEASE == */* ]]; then suite=${OPT_RELEASE#*/}; fi
	debian_views "$suite"
	if [[ $release =~ ^[0-9]+\.[0-9]+$ ]]; then
		series=$release
		if debian_series_known "$series"; then return; fi
		debian_newest "$series"; release=$REPLY
	fi
	TARGET_RELEASE=${release:-$(uname -r)}
	debian_image_version "$TARGET_RELEASE"; TARGET_VERSION=$REPLY
	if [[ $series ]]; then debian_series_keep "$series"; fi
}

# What -a takes: "release version" of each that can be built, in all suites, or in those that can be had; or of the one that is named
debian_list() {
	local version release
	if [[ $OPT_RELEASE ]]; then
		debian_version
		printf '%-32s %s\n' "$TARGET_RELEASE" "$TARGET_VERSION"
		return
	fi
	if ! archive_use all; then
		warn "only what this machine is set up for: the package lists of other suites can't be had: $REPLY"
		archive_use machine
	fi
	debian_buildable "" all
	if [[ -z $REPLY ]]; then debian_no_lists; die "the archive has no stock kernels that can be built"; fi
	# (By bash itself: the end of a reader, as head, ends the run without a word.)
	while read -r version release; do printf '%-32s %s\n' "$release" "$version" 2>/dev/null; done <<<"$REPLY"
}

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

debian_image() {
	local dir light=--light
	DEBIAN_TARGET=$CACHE/target/${TARGET_RELEASE}_$TARGET_VERSION
	debian_require
	debian_cache_fits "$DEBIAN_TARGET"
	# Of its headers a livepatch reads a few hundred, which are looked at when they were read (glue.sh); an out-of-tree module any.
	if ! code needs_source; then light=""; fi
	CACHE_LIGHT=$light cache_fill "$DEBIAN_TARGET" debian_unpack_target "$TARGET_RELEASE" "$TARGET_VERSION"
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
	if debian_redirect_headers "$DEBIAN_TARGET" "$DEBIAN_TARGET"; then cache_seal "$DEBIAN_TARGET"; fi
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

# debian_redirect_headers DIR PLACE: the headers' Makefile names the common one, and since 7.3 its own directory (KBUILD_OUTPUT), by their
# places after installation: have it name the unpacked ones, which are below DIR and will be below PLACE. (Or those where they were unpacked: a
# cache may be moved to a larger disk.) False if it did so already.
debian_redirect_headers() {
	local dir=$1 place=$2 common makefile=$1/usr/src/linux-headers-$TARGET_RELEASE/Makefile
	local new=$WORK/1-target/headers-makefile
	sed -E "s,(^|[ =])[^ =]*(/usr/src/linux-headers-),\1$place\2," -- "$makefile" >"$new"
	common=$(sed -n 's,^include .*/\(linux-headers-[^/]*\)/Makefile$,\1,p' "$new")
	if [[ -z $common || ! -f $dir/usr/src/$common/Makefile ]]; then
		die "the headers package of $TARGET_RELEASE has an unknown layout; its Makefile: $(head -c 200 "$makefile")"
	fi
	# (Most often it does. A file beside it would be damage to a run that looks at the target in this moment.)
	if cmp -s -- "$makefile" "$new"; then return 1; fi
	cp -- "$new" "$makefile.new.$$"
	mv -- "$makefile.new.$$" "$makefile"
}
