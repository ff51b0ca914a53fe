# shellcheck shell=bash
# A source package of a distribution that uses RPM, as the source of a tree of one's own (-r): what rpmbuild -bp makes of it is the
# source with the distribution's patches, as its build compiled it. It is unpacked once, into the cache, and then used as -s is.

# srpm_use: OPT_SOURCE is the kernel's source in OPT_SRPM, OPT_CONFIG the configuration if the package has one and -c was not given
srpm_use() {
	local dir
	srpm_tools
	dir=$CACHE/source/srpm_$(sha256sum <"$OPT_SRPM" | cut -c 1-16)
	CACHE_LIGHT=--light cache_fill "$dir" srpm_unpack
	OPT_SOURCE=$dir
	if [[ -z $OPT_CONFIG ]]; then srpm_config "$dir"; OPT_CONFIG=$REPLY; fi
}

srpm_tools() {
	local tool
	for tool in rpm2cpio rpmbuild cpio; do
		if ! command -v "$tool" >/dev/null; then usage_error "-r needs $tool, which is not here (packages rpm and cpio)"; fi
	done
}

# srpm_unpack DIR: DIR is the kernel's source, with the configurations of the package in DIR/configs
srpm_unpack() {
	local to=$1 log=$WORK/1-target/srpm.log top=$WORK/1-target/srpm specs=() config source
	need_space "$CACHE" 2500000000 "the source of $OPT_SRPM"
	mkdir -p -- "$top"
	# shellcheck disable=SC2016
	if ! long_run "$log" no_progress bash -c 'set -o pipefail; rpm2cpio "$1" | { cd "$2" && cpio -id --quiet --no-absolute-filenames; }' \
		unpack "$OPT_SRPM" "$top"; then
		show_file "$log"
		die "$OPT_SRPM can't be unpacked as an RPM package"
	fi
	specs=("$top"/*.spec)
	if ((${#specs[@]} != 1)); then die "$OPT_SRPM has ${#specs[@]} spec files: is it a source package?"; fi
	# --nodeps: what the package needs for its whole build is not needed to unpack it. Those who write for Fedora write for bash.
	if ! long_run "$log" no_progress rpmbuild -bp --nodeps --target "$ARCH_NAME" --define "_topdir $top" --define "_sourcedir $top" \
		--define "_specdir $top" --define "_builddir $to/.build" --define "_buildshell $BASH" "${specs[0]}"; then
		show_file "$log"
		die "the source of $OPT_SRPM can't be prepared (rpmbuild -bp), see above"
	fi
	srpm_find "$to/.build"; source=$REPLY
	# What %prep has made of the configurations comes before what the package has of them.
	mkdir -p -- "$source/configs"
	for config in "$source/.config" "$top"/kernel-*.config; do
		if [[ -f $config && ! -e $source/configs/${config##*/} ]]; then mv -- "$config" "$source/configs/"; fi
	done
	# In many packages it asks make about them. (A source with parts removed can't be cleaned without complaint.)
	if own_is_used "$source"; then long_run "$log" no_progress make -k -C "$source" ARCH="$ARCH_NAME" mrproper || true; fi
	if own_is_used "$source"; then
		show_file "$log"
		die "the source of $OPT_SRPM contains build products after its preparation, and can't be cleaned (make mrproper)"
	fi
	find "$source" -mindepth 1 -maxdepth 1 -exec mv -t "$to" -- {} +
	rm -rf -- "$to/.build"
}

# srpm_find DIR -> REPLY: the kernel's source below, the one called linux-... if %prep left another beside it, without the patches
srpm_find() {
	local found=() linux=() dir
	find "$1" -maxdepth 6 -path '*/scripts/Makefile.build' -printf '%H/%P\0' | mapfile -d '' -t found
	found=("${found[@]%/scripts/Makefile.build}")
	for dir in "${found[@]}"; do
		if [[ ${dir##*/} == linux-* ]]; then linux+=("$dir"); fi
	done
	if ((${#found[@]} > 1 && ${#linux[@]} == 1)); then found=("${linux[@]}"); fi
	if ((${#found[@]} != 1)); then die "$OPT_SRPM has ${#found[@]} kernel sources instead of one: ${found[*]#"$1/"}"; fi
	REPLY=${found[0]}
}

# srpm_config DIR -> REPLY: the configuration that is beside the image (config-RELEASE, vmlinuz-RELEASE), or the one in the package,
# if there is just one that can be it
srpm_config() {
	local name=${OPT_IMAGE##*/} found=()
	REPLY=${OPT_IMAGE%/*}/config${name#vmlinu[xz]}
	if [[ $name == vmlinu[xz]* && -f $REPLY ]]; then return; fi
	for name in "$1/configs"/{.config,kernel-*-"$ARCH_NAME".config}; do
		if [[ -f $name ]]; then found+=("$name"); fi
	done
	if ((${#found[@]} != 1)); then
		usage_error "$OPT_SRPM has ${#found[@]} configurations for $ARCH_NAME and does not say which is the target's: give it with -c (the target has it as /boot/config-RELEASE)"
	fi
	REPLY=${found[0]}
}
