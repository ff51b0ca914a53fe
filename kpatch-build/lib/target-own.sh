# shellcheck shell=bash
# A kernel of one's own: its source, image and configuration are given by options (see provider() in target.sh).

own_version() { :; }

own_image() {
	local place
	TARGET_IMAGE=$OPT_IMAGE TARGET_CONFIG=$OPT_CONFIG
	for place in "$OPT_SOURCE" "${OPT_CONFIG%/*}" "${OPT_IMAGE%/*}"; do
		if [[ -f $place/modules.order ]]; then TARGET_MODULES_DIR=$place; break; fi
	done
	TARGET_MODULES_DIR=${OPT_MODULES:-$TARGET_MODULES_DIR}
}

own_headers() {
	local place
	own_config
	for place in "$OPT_SOURCE" "${OPT_CONFIG%/*}" "${OPT_IMAGE%/*}"; do
		TARGET_SYMVERS=${OPT_SYMVERS:-$place/Module.symvers}
		if [[ -f $TARGET_SYMVERS ]]; then break; fi
	done
	if [[ ! -f $TARGET_SYMVERS ]]; then
		die "no Module.symvers: it is neither in $OPT_SOURCE nor beside the configuration or the image
    it lists what the target exports, with versions, and comes from the build of the target. Give the file of exactly that
    build with --symvers FILE (distributions ship it in the headers package: /usr/src/linux-headers-RELEASE/), or
    build the tree once with its configuration (make vmlinux modules)"
	fi
}

# A configuration that names another release, kernel version or compiler than the image does is not the image's. Kconfig
# writes the version into the third line of the file: "# Linux/x86 6.12.117 Kernel Configuration". It may be that of an older
# point release: a build in which no option changed leaves the file as it is.
own_config() {
	local localversion version text here
	config_value CONFIG_LOCALVERSION "$TARGET_CONFIG"; localversion=$REPLY
	if [[ $localversion && $TARGET_RELEASE != *"$localversion"* ]]; then
		die "image and configuration do not belong together: CONFIG_LOCALVERSION is '$localversion' in $TARGET_CONFIG, the image is $TARGET_RELEASE"
	fi
	version=$(sed -nE '1,5s,^# Linux/[^ ]+ ([0-9.]+)[^ ]* Kernel Configuration.*,\1,p' "$TARGET_CONFIG")
	source_version "$OPT_SOURCE"; here=$REPLY
	if [[ $version && $(cut -d . -f 1,2 <<<"$version") != $(cut -d . -f 1,2 <<<"$here") ]]; then
		die "source and configuration do not belong together: $TARGET_CONFIG is of Linux $version, the source is $here; give the configuration that the image was built with (-c)"
	elif [[ $version && $version != "$here" ]]; then
		warn "$TARGET_CONFIG was written for Linux $version, the source is $here"
	fi
	# "gcc-12 (Debian 12.2.0-14) 12.2.0" stands in the banner as it is in the configuration, but for the program's name.
	config_value CONFIG_CC_VERSION_TEXT "$TARGET_CONFIG"; text=$REPLY
	if [[ $text && $TARGET_BANNER != *"${text#* }"* ]]; then
		die "image and configuration do not belong together: $TARGET_CONFIG is for the compiler '$text', the image says '$TARGET_BANNER'"
	fi
}

# Files that a build or a configuration leaves in a source tree, besides those that have a .NAME.cmd beside them
readonly BUILD_PRODUCTS=(-name '*.o' -o -name '*.ko' -o -name '*.a' -o -name '*.mod' -o -name '*.order'
	-o -name vmlinux -o -name 'vmlinux.[aos]*' ! -name '*.S' -o -name 'vmlinux.bin*' -o -name '*.mod.c' -o -name '*.symvers' -o -name '.config*' -o -name 'System.map' -o -name '.*.d'
	-o -name '.tmp_*' -o -name '.version' -o -name '.checked-*.h' -o -name '.vmlinux.*' -o -name 'modules.builtin*' -o -name '*.tab.[ch]' -o -name '*.lex.c' -o -name 'vmlinux.relocs' -o -path ./init/utsversion-tmp.h
	-o -path './certs/signing_key.*' -o -path ./certs/x509.genkey -o -path './tools/*/fixdep' -o -path './tools/*/libsubcmd' -o -path './tools/*/libbpf'
	-o -path ./tools/objtool/objtool -o -path ./tools/bpf/resolve_btfids/resolve_btfids -o -path './tools/objtool/arch/*/lib/inat-tables.c'
	-o -path './arch/*/lib/inat-tables.c' -o -path "./arch/$ARCH_NAME" -o -path ./scripts/mod/devicetable-offsets.h
	-o -path ./include/generated -o -path ./include/config -o -path './arch/*/include/generated')

# Kbuild refuses to build a tree elsewhere (O=) that was configured or built in place, and cleaning it is not ours to
# do. So such a tree is copied without its build products; a clean one is used where it is: O= does not write there. Nor
# can make work in a path with blanks and the like, which it finds out also behind a link: such a tree is copied too.
own_source() {
	local dir
	TARGET_SOURCE=$OPT_SOURCE
	target_source_fits
	own_files '\t%s %T@ %l' | sort >"$WORK/1-target/files"
	TARGET_SOURCE_ID=$(sha256sum <"$WORK/1-target/files" | cut -c 1-16)
	if [[ $OPT_SOURCE != *[[:space:]:,%\'\"]* ]] && ! own_is_used "$OPT_SOURCE"; then return; fi
	dir=$CACHE/source/own_$TARGET_SOURCE_ID
	TARGET_SOURCE=$dir
	cache_use "$dir"
	if ! grep -sqxF -- "$OPT_SOURCE" "$dir.of"; then printf '%s\n' "$OPT_SOURCE" >>"$dir.of"; fi
	CACHE_LIGHT=--light cache_fill "$dir" own_copy
}

# own_files [FORMAT]: files and links of the source, one a line, with more of each as find prints it in FORMAT. What Kbuild made is
# not of the source: it writes the command beside it (.piggy.S.cmd), and BUILD_PRODUCTS are made otherwise. So a tree that was
# built again, or with another configuration, is the same source.
own_files() {
	(cd "$OPT_SOURCE" && find . -name .git -prune -o -type f -name '.*.cmd' -printf '%p\n' -o '(' "${BUILD_PRODUCTS[@]}" ')' -prune \
		-o '(' -type f -o -type l ')' -printf "%p${1:-}\n") | awk -F '\t' '
		match($1, /\/\.[^\/]+\.cmd$/) { made[substr($1, 1, RSTART) substr($1, RSTART + 2, RLENGTH - 6)] = 1; next }
		{ line[NR] = $0; name[NR] = $1 }
		END { for (i = 1; i <= NR; i++) if (i in line && !(name[i] in made)) print line[i] }'
}

# Copies that nobody needs any more, of more than a GB each: OWN.of has the trees of which this is a copy, and each of them is gone,
# or has changed, so that it is another source. Build trees and views of it are of no use either (tree_drop_lost).
own_drop_copies() {
	local of
	for of in "$CACHE"/source/own_*.of; do
		if [[ ${of%.of} != "$TARGET_SOURCE" ]]; then cache_drop "${of%.of}" own_copy_is_lost; fi
	done
}
own_copy_is_lost() {
	local tree
	while IFS= read -r tree; do
		if [[ $tree != "$OPT_SOURCE" && -d $tree ]]; then return 1; fi
	done <"$1.of"
	rm -rf -- "$CACHE/view/${1##*/}_"*
}

own_copy() {
	local to=$1 log=$WORK/1-target/copy.log
	own_drop_copies
	need_space "$CACHE" 2000000000 "a copy of the source"
	note "$OPT_SOURCE $(own_is_used "$OPT_SOURCE" && echo "was built in" || echo "has characters in its path that make can't take"); working on a copy of its source"
	own_files | tr '\n' '\0' >"$WORK/1-target/files"
	copy_listed "$OPT_SOURCE" "$WORK/1-target/files" "$to" "$log"
	# A tree with parts removed (Documentation) can't be cleaned without complaint: what counts is that it is clean.
	long_run "$log" no_progress make -k -C "$to" ARCH="$ARCH_NAME" mrproper || true
	if own_is_used "$to"; then
		show_file "$log"
		die "the copy of $OPT_SOURCE can't be cleaned (make mrproper); clean the tree yourself, or give a clean one"
	fi
}

# Was the tree configured or built in place?
own_is_used() {
	[[ -e $1/.config || -e $1/include/config || -e $1/include/generated || -e $1/$ARCH_DIR/include/generated ||
		-e $1/scripts/basic/fixdep ]]
}
