# shellcheck shell=bash
# The source of Debian's real-time kernels. Before 7.x they are built from more than linux-source has: PREEMPT_RT's patches come on top.
# That their headers are packages of their own (linux-headers-...-common-rt) tells it. The patches are
#
#   5.10          in the source's package: /usr/src/linux-patch-5.10-rt.patch.xz
#   6.1, 6.12     in no package, but in the Debian part of the source package linux: linux_VERSION.debian.tar.xz, debian/patches-rt/. Who has
#                 that file gives it (--packages). Without it only what these patches do not touch can be patched: the base check tells.

# rt_source SERIES: TARGET_SOURCE with these patches, if the target was built with them and they are there
rt_source() {
	local series=$1 base=$TARGET_SOURCE name="linux_$TARGET_VERSION.debian.tar.xz" file="" id=$TARGET_VERSION-rt
	if ! grep -q '^include .*-common-rt/Makefile$' "$TARGET_HEADERS/Makefile"; then return; fi
	if [[ $OPT_PACKAGES ]]; then file=$(find -L "$OPT_PACKAGES" -name "$name" -type f | sed -n 1p); fi
	if [[ $file ]]; then
		id+=-$(file_sum "$file" | cut -c 1-8)
	elif [[ $series != 5.* ]]; then
		warn "$TARGET_RELEASE was built with the patches of debian/patches-rt, which are in no package: what they touch can't be patched (base-differs); give a directory with $name (--packages DIR), which this fetches where apt has sources: apt-get source --diff-only --download-only linux=$TARGET_VERSION"
		return
	fi
	TARGET_SOURCE=$CACHE/source/linux-source-$series-rt_$id TARGET_SOURCE_ID=$id
	CACHE_LIGHT=--light cache_fill "$TARGET_SOURCE" rt_make "$base" "$series" "$file"
}

# rt_make DIR BASE SERIES FILE: BASE, patched. Its files are links to those of BASE, but for those that a patch writes anew.
rt_make() {
	local to=$1 base=$2 patches=$WORK/1-target/rt log=$WORK/1-target/rt.log name names=()
	rm -rf -- "$patches"
	mkdir -- "$patches"
	progress "reading the patches of PREEMPT_RT"
	if [[ $4 ]]; then
		if ! tar -xJf "$4" -C "$patches" --strip-components=2 debian/patches-rt 2>"$log" || [[ ! -f $patches/series ]]; then
			show_file "$log" 5
			die "$4 has no debian/patches-rt/series; is it damaged?"
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
