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
	local to=$1 log=$WORK/1-target/srpm.log top=$WORK/1-target/srpm specs=() found=() config
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
	# --nodeps: what the package needs for its whole build is not needed to unpack it.
	if ! long_run "$log" no_progress rpmbuild -bp --nodeps --target "$ARCH_NAME" --define "_topdir $top" --define "_sourcedir $top" \
		--define "_specdir $top" --define "_builddir $to/.build" "${specs[0]}"; then
		show_file "$log"
		die "the source of $OPT_SRPM can't be prepared (rpmbuild -bp), see above"
	fi
	mapfile -d '' -t found < <(find "$to/.build" -maxdepth 4 -path '*/scripts/Makefile.build' -printf '%H/%P\0')
	found=("${found[@]%/scripts/Makefile.build}")
	if ((${#found[@]} != 1)); then die "$OPT_SRPM has ${#found[@]} kernel sources, and not one: ${found[*]#"$to/.build/"}"; fi
	mkdir -p -- "${found[0]}/configs"
	for config in "${found[0]}/.config" "$top"/kernel-*.config; do
		if [[ -f $config ]]; then mv -- "$config" "${found[0]}/configs/"; fi
	done
	find "${found[0]}" -mindepth 1 -maxdepth 1 -exec mv -t "$to" -- {} +
	rm -rf -- "$to/.build"
}

# srpm_config DIR -> REPLY: the configuration in the package, if there is just one that can be it
srpm_config() {
	local name found=()
	for name in "$1/configs"/{.config,kernel-*-"$ARCH_NAME".config}; do
		if [[ -f $name ]]; then found+=("$name"); fi
	done
	if ((${#found[@]} != 1)); then
		usage_error "$OPT_SRPM has ${#found[@]} configurations for $ARCH_NAME and does not say which is the target's: give it with -c (the target has it as /boot/config-RELEASE)"
	fi
	REPLY=${found[0]}
}
