# shellcheck shell=bash
# The source of Debian's real-time kernels. Before 7.x they are built from more than linux-source has: PREEMPT_RT's patches come on top.
# That their headers are packages of their own (linux-headers-...-common-rt) tells it. The patches are
#
#   5.10          in the source's package: /usr/src/linux-patch-5.10-rt.patch.xz
#   6.1, 6.12     in no package, but in the Debian part of the source package linux: linux_VERSION.debian.tar.xz, debian/patches-rt/. It is
#                 fetched, or given (--packages). Without it only what these patches do not touch can be patched: the base check tells.

# rt_source SERIES: TARGET_SOURCE with these patches, if the target was built with them and they are there
rt_source() {
	local series=$1 base=$TARGET_SOURCE name="linux_$TARGET_VERSION.debian.tar.xz" file="" id=$TARGET_VERSION-rt
	if ! grep -q '^include .*-common-rt/Makefile$' "$TARGET_HEADERS/Makefile"; then return; fi
	if [[ $OPT_PACKAGES ]]; then file=$(find -L "$OPT_PACKAGES" -name "$name" -type f | sed -n 1p); fi
	if [[ $file ]]; then
		id+=-$(file_sum "$file" | cut -c 1-8)
	elif [[ $series != 5.* && ! -d $CACHE/source/linux-source-$series-rt_$id ]]; then
		if ! rt_fetch "$name"; then
			warn "$TARGET_RELEASE was built with the patches of debian/patches-rt, which can't be had: what they touch can't be patched (base-differs); give a directory with $name (--packages DIR). It can't be fetched: $REPLY"
			return
		fi
		file=$REPLY
	fi
	TARGET_SOURCE=$CACHE/source/linux-source-$series-rt_$id TARGET_SOURCE_ID=$id
	CACHE_LIGHT=--light cache_fill "$TARGET_SOURCE" rt_make "$base" "$series" "$file"
}

# rt_fetch NAME -> REPLY: that part of the kernel's source, of a suite that has the image; false, and REPLY says why, if it can't be had
rt_fetch() {
	local parts=""
	if ! archive_use all; then return 1; fi
	parts=$(archive_madison "linux-image-$TARGET_RELEASE" "linux-image-$TARGET_RELEASE-unsigned" |
		awk -F '\t' -v version="$TARGET_VERSION" '$2 == version && !seen[$3]++ { print $3 }' | paste -sd ' ')
	archive_fetch_source "$parts" "linux=$TARGET_VERSION" "$1"
}

# rt_make DIR BASE SERIES FILE: BASE, patched. Its files are links to those of BASE, but for those that a patch writes anew.
rt_make() {
	local to=$1 base=$2 patches=$WORK/1-target/rt log=$WORK/1-target/rt.log name names=() file=$4
	rm -rf -- "$patches"
	mkdir -- "$patches"
	progress "reading the patches of PREEMPT_RT"
	if [[ ! $file && $3 != 5.* ]]; then
		if ! rt_fetch "linux_$TARGET_VERSION.debian.tar.xz"; then die "the patches of PREEMPT_RT can't be fetched: $REPLY"; fi
		file=$REPLY
	fi
	if [[ $file ]]; then
		if ! tar -xJf "$file" -C "$patches" --strip-components=2 debian/patches-rt 2>"$log" || [[ ! -f $patches/series ]]; then
			show_file "$log" 5
			die "$file has no debian/patches-rt/series; is it damaged?"
		fi
		sed 's/[[:space:]]*#.*//; /^$/d' "$patches/series" | while IFS= read -r name; do names+=("$patches/$name"); done
	else
		rt_patch_of_package "$3" "$patches/rt.patch"
		names=("$patches/rt.patch")
	fi
	need_space "$CACHE" 300000000 "patching the source"
	cp -al -- "$base/." "$to/"
	progress "patching the source: ${#names[@]} patch(es)"
	if ! (cd "$to" && GIT_DIR=/nowhere git apply --whitespace=nowarn -- "${names[@]}") >"$log" 2>&1; then
		show_matching '^error:' "$log"
		die "the patches of PREEMPT_RT do not apply to the source of $TARGET_VERSION, see above; are they of this version?"
	fi
}

# rt_patch_of_package SERIES FILE: the patch, from the source's package
rt_patch_of_package() {
	local name=usr/src/linux-patch-$1-rt.patch.xz deb status=0
	debian_fetch "linux-source-$1" "$TARGET_VERSION"; deb=$REPLY
	if [[ $deb ]]; then
		{ dpkg-deb --fsys-tarfile "$deb" | tar -xO -f - "./$name" | xz -dc; } >"$2" || status=$?
	else
		xz -dc -- "$INSTALLED_ROOT/$name" >"$2" || status=$?
	fi
	if ((status)); then die "linux-source-$1 $TARGET_VERSION has no /$name, which $TARGET_RELEASE was built with"; fi
}
