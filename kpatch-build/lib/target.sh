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

# Who provides the target: PROVIDER_QUESTION answers, and leaves the fields above.
#
#   list      prints the targets that it has (a tree of one's own is one, and not asked)
#   version   which one is meant: TARGET_RELEASE, where that is known before the image is read, and TARGET_VERSION
#   image     TARGET_IMAGE, TARGET_CONFIG and TARGET_MODULES_DIR
#   headers   the image is read: TARGET_SYMVERS and TARGET_HEADERS
#   source    TARGET_SOURCE and TARGET_SOURCE_ID, last, for it takes longest; target_source_fits is asked as soon as it can be
PROVIDER=debian         # or own
provider() { "${PROVIDER}_$1" "${@:2}"; }

target_describe() {
	mkdir -p "$WORK/1-target"
	if [[ $OPT_SRPM ]]; then
		srpm_use
		options_check_tree
	fi
	if [[ $OPT_SOURCE ]]; then PROVIDER=own; fi
	provider version
	provider image
	image_facts
	image_release
	TARGET_RELEASE=${TARGET_RELEASE:-$REPLY}
	if [[ $REPLY != "$TARGET_RELEASE" ]]; then die "the image of $TARGET_RELEASE, $TARGET_IMAGE, says that it is $REPLY"; fi
	provider headers
	target_tested
	config_check "$TARGET_CONFIG"
	compiler_find "$TARGET_CONFIG"
	exports_check "$TARGET_CONFIG" "$TARGET_SYMVERS"
	image_fits_symvers
	if ((OPT_BOOT)); then
		vm_config "$TARGET_CONFIG"
		vm_image
	fi
	provider source
	code prepare
	target_save
	json_target_keep
	STAGE_SUMMARY="$TARGET_RELEASE, ${OPT_SOURCE:+source $OPT_SOURCE}${TARGET_VERSION:+package version $TARGET_VERSION}"
}

# The newest series whose kernels the cases of test/integration were built for and booted on (test/integration/series). What later ones
# change is not known here: new sections are refused, a new layout of an old one is found by its size, but a new rule of the loader is not.
readonly NEWEST_TESTED=7.3

target_tested() {
	local -a have
	IFS=. read -ra have <<<"$TARGET_RELEASE"
	if [[ ! ${have[0]} =~ ^[0-9]+$ || ! ${have[1]:-} =~ ^([0-9]+) ]]; then return; fi
	if ((have[0] * 1000 + BASH_REMATCH[1] > ${NEWEST_TESTED%.*} * 1000 + ${NEWEST_TESTED#*.})); then
		warn "$TARGET_RELEASE is newer than any kernel that this version of kpatch-build was tested with (up to $NEWEST_TESTED); test the livepatch, --boot-test does so in a virtual machine"
	fi
}

target_save() {
	local name
	for name in $TARGET_FIELDS; do printf '%s=%q\n' "$name" "${!name}"; done >"$WORK/1-target/target.sh"
}

is_elf() { [[ $(head -c 4 -- "$1" | od -An -tx1) == " 7f 45 4c 46" ]]; }

# file_facts FILE KIND: what klp-place knows of an object, a module or an image: the fields of each record of that kind
file_facts() { "$BIN_DIR/klp-place" facts "$1" | awk -F '\t' -v kind="$2" '$1 == kind { sub(/^[^\t]*\t/, ""); print }'; }

readonly IMAGE_FORMAT=2 # of what is kept of an image

# What the image tells of itself, kept in the cache by the file's name, identity, size and times, and what reads it: the ELF file in it,
# its symbols, the sizes of its structures, its banner. (A reader that can't name itself is named after the whole program.)
image_facts() {
	local dir
	dir=$CACHE/image/$({
		stat -L -c '%n %i %s %.9Y %.9Z' -- "$TARGET_IMAGE"
		echo "$IMAGE_FORMAT"
		"$BIN_DIR/klp-place" reader 2>/dev/null || sha256sum <"$BIN_DIR/klp-place"
	} | sha256sum | cut -c 1-16)
	cache_fill "$dir" image_read "$TARGET_IMAGE"
	TARGET_VMLINUX=$dir/vmlinux TARGET_KALLSYMS=$dir/kallsyms TARGET_LAYOUT=$dir/layout TARGET_BANNER=$(<"$dir/banner")
	if is_elf "$TARGET_IMAGE"; then TARGET_VMLINUX=$TARGET_IMAGE; fi
}

# image_read DIR IMAGE: DIR/vmlinux (not of an image that is one), DIR/kallsyms, DIR/layout, DIR/banner
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
	image_banner "$image" >"$dir/banner"
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

# image_banner VMLINUX: the string that the image prints first: "Linux version RELEASE (who@where) (compiler) #1 SMP ...". In newer kernels
# another one is before it, without number and date, that stood for it until the link (init/version.c).
image_banner() {
	{ LC_ALL=C grep -a -o 'Linux version [0-9][^[:cntrl:]]*' "$1" || true; } |
		awk '/ #[0-9]/ { found = $0; exit } first == "" { first = $0 } END { print found == "" ? first : found }' || true
}

# image_release -> REPLY: the release that the banner says
image_release() {
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
		die "kernel $version is too old: livepatch relocations work correctly only since 5.8"
	fi
}
