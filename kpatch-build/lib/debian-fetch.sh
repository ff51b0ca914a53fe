# shellcheck shell=bash
# A Debian package of one version: its file, fetched with apt-get download or given, and whole; and what is unpacked from it, in the cache.

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
			# Nobody removes it now (cache_prune_entry).
			touch -- "$file"
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
			rm -rf -- "$dir"
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
	wait_for rm -rf "${to:?}/usr/share"
	# (Before it has its name: others may be using one of that name, which this replaces.)
	debian_redirect_headers "$to" "$DEBIAN_TARGET" || true
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

# An archive of a kernel source is 8 to 10 times as large unpacked (5.10 to 7.2), and takes 9.5 to 11.4 times its size of a disk in blocks of 4 KiB.
readonly SOURCE_UNPACKED=10 SOURCE_ON_DISK=12

debian_unpack_source() {
	local to=$1 package=$2 version=$3 file packed
	debian_fetch "$package" "$version"; file=$REPLY
	if [[ ! $file ]]; then installed_whole "$package"; fi
	packed=$(stat -c %s -- "${file:-$INSTALLED_ROOT/usr/src/$package.tar.xz}")
	need_space "$CACHE" $((packed * SOURCE_ON_DISK)) "unpacking the source"
	UNPACK_MB=$((packed * SOURCE_UNPACKED / 1000000))
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
	REPLY="unpacking the source: $((${records:-0} / 100)) of about $UNPACK_MB MB"
}
