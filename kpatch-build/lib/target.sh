# shellcheck shell=bash
# Stage 1: who is the target? One description for all later stages, in 1-target/target.sh:
#
#   TARGET_RELEASE      what uname -r says there
#   TARGET_VERSION      version of the distribution's packages, empty for a tree of one's own
#   TARGET_CONFIG       its configuration
#   TARGET_IMAGE        its image as given (bootable or vmlinux), TARGET_VMLINUX the ELF in it
#   TARGET_KALLSYMS     all its symbols, as text in the order of kallsyms
#   TARGET_LAYOUT       sizes of its special sections' entries, as create-diff-object --layout takes them
#   TARGET_SYMVERS      its Module.symvers
#   TARGET_SOURCE       its source; never written to
#   TARGET_HEADERS      where Kbuild builds external modules for it
#   TARGET_MODULES_DIR  its modules, or empty
#   TARGET_CC           the compiler that built it
#   TARGET_BANNER       what it says of itself when it boots

readonly TARGET_FIELDS="TARGET_RELEASE TARGET_VERSION TARGET_CONFIG TARGET_IMAGE TARGET_VMLINUX TARGET_KALLSYMS TARGET_LAYOUT
TARGET_SYMVERS TARGET_SOURCE TARGET_HEADERS TARGET_MODULES_DIR TARGET_CC TARGET_BANNER"
for field in $TARGET_FIELDS; do declare -g "$field="; done
unset field
TARGET_SOURCE_ID=""     # names the state of the source in the key of the build tree

target_describe() {
	local where="package version"
	mkdir -p "$WORK/1-target"
	if [[ $OPT_SRPM ]]; then
		srpm_use
		options_check_tree
	fi
	if [[ $OPT_SOURCE ]]; then
		where="source $OPT_SOURCE"
		target_own_tree
	else
		target_debian
	fi
	config_check "$TARGET_CONFIG"
	compiler_find "$TARGET_CONFIG"
	target_source_fits
	exports_check "$TARGET_CONFIG" "$TARGET_SYMVERS"
	image_fits_symvers
	if ((OPT_BOOT)); then vm_image; fi
	if [[ $OPT_SOURCE ]]; then source_use_tree; fi
	code prepare
	target_save
	STAGE_SUMMARY="$TARGET_RELEASE, $where${TARGET_VERSION:+ $TARGET_VERSION}"
}

target_save() {
	local name
	for name in $TARGET_FIELDS; do printf '%s=%q\n' "$name" "${!name}"; done >"$WORK/1-target/target.sh"
}

is_elf() { [[ $(head -c 4 -- "$1" | od -An -tx1) == " 7f 45 4c 46" ]]; }

# What the image tells of itself, kept in the cache by the file's name, identity, size and times, and the program that reads it:
# the ELF file in it, its symbols, the sizes of its structures.
image_facts() {
	local dir
	dir=$CACHE/image/$({ stat -L -c '%n %i %s %.9Y %.9Z' -- "$TARGET_IMAGE"; sha256sum <"$BIN_DIR/klp-place"; } | sha256sum | cut -c 1-16)
	cache_fill "$dir" image_read "$TARGET_IMAGE"
	TARGET_VMLINUX=$dir/vmlinux TARGET_KALLSYMS=$dir/kallsyms TARGET_LAYOUT=$dir/layout
	if is_elf "$TARGET_IMAGE"; then TARGET_VMLINUX=$TARGET_IMAGE; fi
}

# image_read DIR IMAGE: DIR/vmlinux (not of an image that is one), DIR/kallsyms, DIR/layout
image_read() {
	local dir=$1 image=$2 log=$WORK/1-target/image.log
	if ! is_elf "$image"; then
		if ! long_run "$log" no_progress "$BIN_DIR/klp-place" elf -o "$dir/vmlinux" "$image"; then image_unread; fi
		image=$dir/vmlinux
	fi
	if ! "$BIN_DIR/klp-place" kallsyms "$image" >"$dir/kallsyms" 2>"$log" ||
		! "$BIN_DIR/klp-place" layout "$image" >"$dir/layout" 2>"$log"; then
		image_unread
	fi
}
image_unread() {
	show_file "$WORK/1-target/image.log"
	die "$TARGET_IMAGE can't be read as a kernel image; give the vmlinuz, bzImage or vmlinux of the target"
}

# Names and CRCs of what vmlinux exports are in the image too: a Module.symvers of another build is noticed here, before
# anything is compiled against it.
image_fits_symvers() {
	local log=$WORK/1-target/symvers.log status=0
	"$BIN_DIR/klp-place" exports --symvers "$TARGET_SYMVERS" "$TARGET_VMLINUX" >"$log" 2>&1 || status=$?
	case $status in
	0) return ;;
	2)
		sed 's/^/    /' "$log" >&2
		die "image and Module.symvers do not belong together, see above: $TARGET_IMAGE, $TARGET_SYMVERS"
		;;
	esac
	show_file "$log"
	die "the exports of $TARGET_IMAGE can't be compared with $TARGET_SYMVERS (klp-place, status $status)"
}

# The banner is the string that the image prints first: "Linux version RELEASE (who@where) (compiler) #1 SMP ...". In newer kernels
# another one is before it, without number and date, that stood for it until the link (init/version.c).
image_banner() {
	TARGET_BANNER=$(LC_ALL=C grep -a -o 'Linux version [0-9][^[:cntrl:]]*' "$TARGET_VMLINUX" |
		awk '/ #[0-9]/ { found = $0; exit } first == "" { first = $0 } END { print found == "" ? first : found }') || true
	if [[ -z $TARGET_BANNER ]]; then die "$TARGET_IMAGE has no kernel banner: is it a kernel image?"; fi
	REPLY=${TARGET_BANNER#Linux version }
	REPLY=${REPLY%% *}
}

# source_version DIR -> REPLY: VERSION.PATCHLEVEL.SUBLEVEL of its Makefile
source_version() {
	REPLY=$(awk '$2 == "=" && /^(VERSION|PATCHLEVEL|SUBLEVEL) / { v = v sep $3; sep = "." }
		/^NAME/ { print v; exit }' "$1/Makefile")
}

# The image says which source it was made from, in its release or (Debian's 6.1.0-N) in its package version.
target_source_fits() {
	local version
	source_version "$TARGET_SOURCE"; version=$REPLY
	if [[ ! "$TARGET_RELEASE $TARGET_BANNER" =~ (^|[^0-9.])${version//./\\.}([^0-9.]|\.[^0-9]|$) ]]; then
		die "image and source do not belong together: the source is $version, the image says '$TARGET_BANNER'"
	fi
	if [[ ! $version =~ ^(5\.(8|9|[1-9][0-9])|[6-9]|[1-9][0-9])\. ]]; then
		die "kernel $version is too old: livepatch relocations work as needed only from 5.8 on"
	fi
}

# ---- a tree of one's own --------------------------------------------------------------------------------------------

target_own_tree() {
	local place
	TARGET_IMAGE=$OPT_IMAGE TARGET_CONFIG=$OPT_CONFIG
	image_facts
	image_banner; TARGET_RELEASE=$REPLY
	target_own_config

	for place in "$OPT_SOURCE" "${OPT_CONFIG%/*}" "${OPT_IMAGE%/*}"; do
		TARGET_SYMVERS=${OPT_SYMVERS:-$place/Module.symvers}
		if [[ -f $TARGET_SYMVERS ]]; then break; fi
	done
	if [[ ! -f $TARGET_SYMVERS ]]; then
		die "no Module.symvers: it is neither in $OPT_SOURCE nor beside the configuration or the image
    it lists what the target exports, with versions; the build of the target made it. Give the file of that very
    build with --symvers FILE (distributions ship it in the headers package: /usr/src/linux-headers-RELEASE/), or
    build the tree once with its configuration (make vmlinux modules)"
	fi
	for place in "$OPT_SOURCE" "${OPT_CONFIG%/*}" "${OPT_IMAGE%/*}"; do
		if [[ -f $place/modules.order ]]; then TARGET_MODULES_DIR=$place; break; fi
	done
	TARGET_MODULES_DIR=${OPT_MODULES:-$TARGET_MODULES_DIR}
	TARGET_SOURCE=$OPT_SOURCE
}

# A configuration that names another release, kernel version or compiler than the image does is not the image's. Kconfig
# writes the version into the third line of the file: "# Linux/x86 6.12.117 Kernel Configuration". It may be that of an older
# point release: a build in which no option changed leaves the file as it is.
target_own_config() {
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
source_use_tree() {
	local dir
	source_own_files '\t%s %T@ %l' | sort >"$WORK/1-target/files"
	TARGET_SOURCE_ID=$(sha256sum <"$WORK/1-target/files" | cut -c 1-16)
	if [[ $OPT_SOURCE != *[[:space:]:,%\'\"]* ]] && ! source_is_used "$OPT_SOURCE"; then return; fi
	dir=$CACHE/source/own_$TARGET_SOURCE_ID
	TARGET_SOURCE=$dir
	cache_use "$dir"
	if ! grep -sqxF -- "$OPT_SOURCE" "$dir.of"; then printf '%s\n' "$OPT_SOURCE" >>"$dir.of"; fi
	CACHE_LIGHT=--light cache_fill "$dir" source_copy_tree
}

# source_own_files [FORMAT]: files and links of the source, one a line, with more of each as find prints it in FORMAT. What Kbuild made is
# not of the source: it writes the command beside it (.piggy.S.cmd), and BUILD_PRODUCTS are made otherwise. So a tree that was
# built again, or with another configuration, is the same source.
source_own_files() {
	(cd "$OPT_SOURCE" && find . -name .git -prune -o -type f -name '.*.cmd' -printf '%p\n' -o '(' "${BUILD_PRODUCTS[@]}" ')' -prune \
		-o '(' -type f -o -type l ')' -printf "%p${1:-}\n") | awk -F '\t' '
		match($1, /\/\.[^\/]+\.cmd$/) { made[substr($1, 1, RSTART) substr($1, RSTART + 2, RLENGTH - 6)] = 1; next }
		{ line[NR] = $0; name[NR] = $1 }
		END { for (i = 1; i <= NR; i++) if (i in line && !(name[i] in made)) print line[i] }'
}

# Copies that nobody needs any more, of more than a GB each: OWN.of has the trees of which this is a copy, and each of them is gone,
# or has changed, so that it is another source. Build trees and views of it are of no use either (tree_drop_lost).
source_drop_copies() {
	local of
	for of in "$CACHE"/source/own_*.of; do
		if [[ ${of%.of} != "$TARGET_SOURCE" ]]; then cache_drop "${of%.of}" source_copy_is_lost; fi
	done
}
source_copy_is_lost() {
	local tree
	while IFS= read -r tree; do
		if [[ $tree != "$OPT_SOURCE" && -d $tree ]]; then return 1; fi
	done <"$1.of"
	rm -rf -- "$CACHE/view/${1##*/}_"*
}

source_copy_tree() {
	local to=$1 log=$WORK/1-target/copy.log
	source_drop_copies
	need_space "$CACHE" 2000000000 "a copy of the source"
	note "$OPT_SOURCE $(source_is_used "$OPT_SOURCE" && echo "was built in" || echo "has characters in its path that make can't take"); working on a copy of its source"
	source_own_files | tr '\n' '\0' >"$WORK/1-target/files"
	copy_listed "$OPT_SOURCE" "$WORK/1-target/files" "$to" "$log"
	# A tree with parts removed (Documentation) can't be cleaned without complaint: what counts is that it is clean.
	long_run "$log" no_progress make -k -C "$to" ARCH="$ARCH_NAME" mrproper || true
	if source_is_used "$to"; then
		show_file "$log"
		die "the copy of $OPT_SOURCE can't be cleaned (make mrproper); clean the tree yourself, or give a clean one"
	fi
}

# Was the tree configured or built in place?
source_is_used() {
	[[ -e $1/.config || -e $1/include/config || -e $1/include/generated || -e $1/$ARCH_DIR/include/generated ||
		-e $1/scripts/basic/fixdep ]]
}
