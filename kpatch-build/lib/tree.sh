# shellcheck shell=bash
# Stage 2: a prepared build tree of our own (make O=), cached by release, configuration, compiler and source. Later runs
# add objects to it; they are never changed afterwards, because neither the source nor the configuration is.
#
# All runs for a kernel share its tree. Nobody has its lock for longer than it takes to look at the tree or to move something
# into it that is complete (tree_add), but for who prepares it. Who makes what for it is in CACHE/claims (claims.sh).
#
# TREE.manifest has all that is in it, and is written anew after each addition. What it does not have is of a run that was
# killed, or somebody else's, and is removed. A tree is not moved, for it knows its place: one that is damaged is made anew
# when nobody uses it any more (TREE.use).

TREE=""         # the build tree
TREE_FORMAT=3   # of what is kept in it by us; another one has another name
TREE_RUST=""    # options that it does not have for want of rustc: "|NAME|NAME"
KMAKE=()        # make, as the target's own build called it
declare -A TREE_LISTS=() # lists of what the Makefiles build that were there when the tree was checked

tree_prepare() {
	local key assembler
	mkdir -p "$WORK/2-tree"
	built_in_find
	tree_assembler; assembler=$REPLY
	compiler_version "$TARGET_CC"
	key=$(printf '%s\n' "$TREE_FORMAT" "$TARGET_RELEASE" "$TARGET_SOURCE" "$TARGET_SOURCE_ID" "$TARGET_CC" "$REPLY" \
		${BUILD_ROOT_ID:+"$BUILD_ROOT_ID"} ${BUILT_IN:+"$BUILT_IN"} ${assembler:+"$assembler"} |
		cat - "$TARGET_CONFIG" | sha256sum | cut -c 1-12)
	TREE=$CACHE/tree/${TARGET_RELEASE}_$key
	tree_make_command ""
	STAGE_SUMMARY="from the cache"
	tree_lock
	until cache_check "$TREE" --prune; do
		cache_note "$TREE" "$REPLY"
		exec {TREE_USED}>"$TREE.use"
		if ! flock -n "$TREE_USED"; then
			# They may need the lock to come to their end.
			tree_unlock
			lock_wait "$TREE_USED" "$TREE.use"
			exec {TREE_USED}>&-
			tree_lock
			continue
		fi
		if [[ -e $TREE || -L $TREE ]]; then discard "$TREE"; fi
		tree_make
		cache_seal "$TREE"
		STAGE_SUMMARY="configured and prepared"
		exec {TREE_USED}>&-
		break
	done
	exec {TREE_USED}>"$TREE.use"
	wait_for flock -s "$TREE_USED"
	tree_known_lists
	tree_unlock
	ln -sfn "$TREE" "$WORK/2-tree/tree"
	if [[ $OPT_SOURCE ]]; then
		TARGET_HEADERS=$TREE
		target_save
	fi
}

# tree_assembler -> REPLY: the version of the assembler, where it is not the one that the target was built with. (It chooses the sizes of jumps, and Kbuild asks
# it what it knows.)
tree_assembler() {
	local line program number=0
	program=$(in_root "$TARGET_CC" -print-prog-name=as 2>/dev/null) || program=as
	line=$(in_root "${program:-as}" --version 2>/dev/null | sed -n 1p) || line=""
	if [[ $line =~ \ ([0-9]+)\.([0-9]+)(\.([0-9]+))?[^\ ]*$ ]]; then
		number=$((10#${BASH_REMATCH[1]} * 10000 + 10#${BASH_REMATCH[2]} * 100 + 10#${BASH_REMATCH[4]:-0}))
	fi
	config_value CONFIG_AS_VERSION "$TARGET_CONFIG"
	if [[ $REPLY == "$number" ]]; then REPLY=""; else REPLY=$line; fi
}

tree_lock() {
	mkdir -p "$CACHE/tree"
	while :; do
		exec {TREE_LOCK}>>"$TREE.lock"
		lock_wait "$TREE_LOCK" "$TREE"
		if [[ $TREE.lock -ef /proc/self/fd/$TREE_LOCK ]]; then return; fi
		# It was removed, with the tree, when we had opened this.
		tree_unlock
	done
}
tree_unlock() { exec {TREE_LOCK}>&-; }

# tree_check_files FILE: with the lock held: the files that FILE lists, relative, are what the manifest has. What it does not have is
# removed. (Another run may have been killed since this one looked.)
tree_check_files() {
	if cache_check "$TREE" --only "$1" || cache_check "$TREE" --prune; then return; fi
	tree_unlock
	cache_again "$TREE" "$REPLY"
}

# tree_add DIR: with the lock held meanwhile: move all files below DIR, which are complete, to their places in the tree
tree_add() {
	local dir
	tree_lock
	if ! cache_check "$TREE" --prune; then
		tree_unlock
		cache_again "$TREE" "$REPLY"
	fi
	# (Also directories without a file: "drivers/gpu/drm/amd/amdgpu/../display" leads nowhere without the first of them.)
	(cd -- "$1" && find . -type d -print0) | while IFS= read -r -d '' dir; do
		mkdir -p -- "$TREE/$dir"
		find "$1/$dir" -maxdepth 1 -type f -exec mv -f -t "$TREE/$dir" -- '{}' +
	done
	cache_seal "$TREE"
	tree_unlock
}

# tree_keep DIR: the same, if there is this directory; then it is removed
tree_keep() {
	if [[ ! -d $1 ]]; then return; fi
	tree_add "$1"
	rm -rf -- "$1"
}

# The release comes from the image, not from what is around the source now (git, localversion files). Programs that only
# the configuration asks about must not change it: no rustc, and the pahole version that the target had. And a file that the source's own
# Makefile (GNUmakefile) may name as the configuration is neither read nor written.
# tree_make_command [FLAG]: KMAKE, with this flag for the compiler
tree_make_command() {
	local flags=${1:-}
	built_in_flags
	flags+=${REPLY:+${flags:+ }$REPLY}
	KMAKE=("${IN_ROOT[@]}" make -C "$TARGET_SOURCE" O="$TREE" ARCH="$ARCH_NAME" ${CALLER_CROSS_COMPILE:+"CROSS_COMPILE=$CALLER_CROSS_COMPILE"}
		CC="$TARGET_CC" HOSTCC="$TARGET_CC" "KERNELRELEASE=$TARGET_RELEASE" ${flags:+"KCFLAGS=$flags"}
		RUSTC=false BINDGEN=false "PAHOLE=$TREE/kpatch/pahole" KBUILD_BUILD_USER=kpatch KBUILD_BUILD_HOST=kpatch
		KCONFIG_CONFIG=.config KBUILD_VERBOSE=0)
}

# tree_drop_lost: trees whose source is gone, which nobody can use any more
tree_drop_lost() {
	local tree lock used
	for tree in "$CACHE"/tree/*/; do
		tree=${tree%/}
		if [[ ! -L $tree/source || -e $tree/source ]]; then continue; fi
		exec {lock}>>"$tree.lock" {used}>"$tree.use"
		if flock -n "$lock" && flock -n "$used" && [[ -L $tree/source && ! -e $tree/source ]]; then
			debug "the source of $tree is gone"
			wait_for rm -rf -- "$tree.manifest" "$tree" "$CACHE/claims/${tree##*/}"
		fi
		exec {lock}>&- {used}>&-
	done
}

tree_make() {
	local log=$WORK/2-tree/prepare.log
	tree_drop_lost
	need_space "$CACHE" 600000000 "the build tree"
	TREE_LOG=$log
	tree_configure "$TARGET_CONFIG" "$log"
	tree_compare_config
	if [[ $OPT_SOURCE ]]; then
		cp -- "$TARGET_SYMVERS" "$TREE/Module.symvers"
		tree_check_layout
	fi
	progress "reading the include lines of the source"
	includes_index
	makefiles_index
}

# tree_configure CONFIG LOG: have make prepare TREE with it
tree_configure() {
	local config=$1 log=$2
	mkdir -p "$TREE/kpatch"
	tree_fake_pahole
	if [[ $BUILT_IN ]]; then built_in_program "$TREE/kpatch/file-names"; fi
	cp -- "$config" "$TREE/.config"
	chmod u+w "$TREE/.config"
	if ! long_run "$log" tree_progress "${KMAKE[@]}" olddefconfig; then
		show_file "$log"
		die "the target's configuration can't be used with this source; see the messages above"
	fi
	if ! long_run "$log" tree_progress "${KMAKE[@]}" -j "$OPT_JOBS" modules_prepare; then
		show_matching 'error|\*\*\*|not found' "$log"
		cp "$log" "$CACHE/tree/failed.log"
		die "the build tree can't be prepared; the full output of make: $CACHE/tree/failed.log"
	fi
	tree_rust_options
}

# tree_check_layout: what the kernel and its modules share, struct module before all, is as in the image. A configuration can differ
# from the image's in what no patched object shows: without CONFIG_DEBUG_INFO_BTF (there was no pahole when it was made) all is the same,
# and the module's init function is not where the kernel looks for it. With CONFIG_MODVERSIONS the image has a checksum of this
# (module_layout() in kernel/module/version.c), which image_fits_symvers has held against Module.symvers. (Without,
# module_check_layout looks at a module.)
tree_check_layout() {
	local want made object=kernel/module/version.o log=$WORK/2-tree/layout.log
	want=$(awk '$2 == "module_layout" { print $1; exit }' "$TARGET_SYMVERS")
	if [[ -z $want || ! -f $TARGET_SOURCE/${object%.o}.c ]] || ! grep -qx CONFIG_MODVERSIONS=y "$TREE/.config"; then return; fi
	if ! long_run "$log" no_progress "${KMAKE[@]}" "$object"; then
		show_matching 'error|\*\*\*' "$log"
		die "the unpatched source does not compile ($object); is the source complete and the configuration the target's?"
	fi
	made=$(sed -n 's/^#SYMVER module_layout //p' "$TREE/kernel/module/.version.o.cmd")
	if [[ $made && $((made)) != "$((want))" ]]; then
		die "image and configuration do not belong together: with $TARGET_CONFIG, structures that modules share with the kernel differ from those in $TARGET_IMAGE (the checksum of module_layout is $made there, $want here); give the configuration that the image was built with (-c)"
	fi
}

# What the Makefiles build, as earlier runs found it and kept it with the tree: those lists that were there when the tree was
# checked. New ones are in the work directory until tree_keep_lists.
tree_known_lists() {
	local list
	TREE_LISTS=()
	for list in "$TREE/kpatch/built/"*; do TREE_LISTS[${list##*/}]=1; done
}

# tree_keep_lists: have the tree keep them
tree_keep_lists() {
	local list new=$WORK/3-affected/kept
	for list in "$WORK/3-affected/kbuild/"*; do
		mkdir -p "$new/kpatch/built"
		mv -T -- "$list" "$new/kpatch/built/${list##*/}"
		TREE_LISTS[${list##*/}]=1
	done
	tree_keep "$new"
}
tree_progress() {
	REPLY="preparing the build tree: $(grep -cE '^  [A-Z]+ ' "$TREE_LOG") steps done"
}

tree_fake_pahole() {
	local version
	config_value CONFIG_PAHOLE_VERSION "$TARGET_CONFIG"; version=${REPLY:-0}
	if ((version < 100)); then version=100; fi
	printf '#!/bin/sh\necho v%d.%d\n' $((version / 100)) $((version % 100)) >"$TREE/kpatch/pahole"
	chmod +x "$TREE/kpatch/pahole"
}

# What may differ without changing any code: names, versions and keys that the package's build or this machine sets, and whether its
# compiler could take plugins (each plugin has an option of its own)
readonly CONFIG_MAY_DIFFER='^CONFIG_([A-Z]+_VERSION(_TEXT)?|RUSTC_.*|BINDGEN_.*|HAVE_RUST|RUST_IS_AVAILABLE|BUILD_SALT|PAHOLE_.*|MODULE_SIG_(KEY|ALL)|MODULE_SIG_KEY_.*|SYSTEM_(TRUSTED|REVOCATION)_KEYS|LOCALVERSION.*|CC_CAN_LINK.*|TOOLS_SUPPORT_RELR|OPENSSL_SUPPORTS_.*|GCC_PLUGINS|GCC_ASM_GOTO_OUTPUT_BROKEN|INITRAMFS_SOURCE|DEFAULT_HOSTNAME)$'

# tree_rust_options: what C code sees of a kernel with Rust. No rustc is asked for here, so Kconfig drops CONFIG_RUST and what depends on it,
# and make builds nothing of Rust. But printk's formats (lib/vsprintf.c) and drm_panic.c look at these options: the header that the
# compiler reads has them as the target had.
tree_rust_options() {
	local name line
	TREE_RUST=""
	if ! grep -qx CONFIG_RUST=y "$TARGET_CONFIG" || grep -qx CONFIG_RUST=y "$TREE/.config"; then return; fi
	config_dependents RUST "$TARGET_SOURCE" | while read -r name; do
		if ! line=$(grep -m 1 "^CONFIG_$name=" "$TARGET_CONFIG") || grep -q "^CONFIG_$name=" "$TREE/.config"; then continue; fi
		TREE_RUST+="|$name"
		case ${line#*=} in
		y) echo "#define CONFIG_$name 1" ;;
		m) echo "#define CONFIG_${name}_MODULE 1" ;;
		*) echo "#define CONFIG_$name ${line#*=}" ;;
		esac
	done >"$WORK/2-tree/rust-options"
	cat "$WORK/2-tree/rust-options" >>"$TREE/include/generated/autoconf.h"
	debug "options of Rust that C code sees all the same: ${TREE_RUST#|}"
}

# tree_compare_config: what make read, which is what all objects are compiled with, is the tree's configuration, and that is the given
# one but for what may differ. (A GNUmakefile in the source can set KCONFIG_CONFIG, so that all of make's steps read another file.)
tree_compare_config() {
	local changed
	config_set "$TREE/include/config/auto.conf" >"$WORK/2-tree/config.read"
	config_set "$TREE/.config" >"$WORK/2-tree/config.tree"
	if ! cmp -s -- "$WORK/2-tree/config.tree" "$WORK/2-tree/config.read"; then
		die "make did not read the given configuration, but another one ($TREE/include/config/auto.conf differs from .config beside it: $(config_differing "$WORK/2-tree/config.tree" "$WORK/2-tree/config.read")); does a Makefile of the source set KCONFIG_CONFIG?"
	fi
	config_set "$TARGET_CONFIG" >"$WORK/2-tree/config.given"
	changed=$(config_differing "$WORK/2-tree/config.given" "$WORK/2-tree/config.read" "$CONFIG_MAY_DIFFER|^CONFIG_(RUST$TREE_RUST)\$")
	if [[ $changed ]]; then
		warn "the source's Kconfig changes the given configuration ($changed ...); was the image built with this file from this source?"
	fi
}
