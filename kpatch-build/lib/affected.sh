# shellcheck shell=bash
# Stage 3: which objects can the patch change, and what do they belong to?
#
# A changed .c names its object; a changed header, or a .c that others include, names all that include it, directly or
# not (includes.sh), unless only its comments changed (headers.sh). That graph is read from the text of the source, once
# per build tree, so it may name more than needed: an object that comes out unchanged is dropped by the diff. What is built,
# and into what, is asked of the Makefiles themselves.
#
# 3-affected/objects: object <TAB> parent (vmlinux or module path) <TAB> module name or vmlinux <TAB> Kbuild's own name of
# the object, which may hold a ".." (arch/x86/kvm/../../../virt/kvm/kvm_main.o)

readonly AFFECTED_COMPARE=10    # times --max-objects may be compared, before what can't change is left out: one takes a fifth to a tenth of what a build takes

OBJECTS=()              # objects, relative, without ".."
declare -A PARENT=()    # object -> vmlinux or module path without .ko
declare -A MODULE=()    # object -> vmlinux or module name
declare -A GOAL=()      # object -> Kbuild's name of it
declare -A NOT_CONFIGURED=() # object -> 1: a Makefile would build it with another configuration
declare -A DIR_BUILT=() # directory -> 1 or 0: do the Makefiles above lead to it?

affected_find() {
	local file unit units found=0 lost="" left_out=() kept=()
	mkdir -p "$WORK/3-affected"
	build_files_judge
	outside_judge_read "${PATCHED_FILES[@]}"
	headers_split "${PATCHED_FILES[@]}"
	if ((${#CHANGED_FILES[@]} == 0)); then
		unchanged "nothing changed: only comments and blanks differ in ${COMMENT_FILES[*]}"
	fi
	printf '%s\n' "${CHANGED_FILES[@]}" | sort -u >"$WORK/3-affected/changed"
	includers_of "$WORK/3-affected/changed" "${CHANGED_FILES[@]}" >"$WORK/3-affected/units"
	: >"$WORK/3-affected/generated"
	if [[ " ${CHANGED_FILES[*]}" == *.[!c]* ]]; then generated_reached "$WORK/3-affected/units" >"$WORK/3-affected/generated"; fi
	narrow_units "$WORK/3-affected/units"
	# (No object is made of those of tools/: they are included.)
	{ grep '\.c$' "$WORK/3-affected/units" | grep -v '^tools/' || true; } | mapfile -t units
	cp -- "$WORK/3-affected/new" "$WORK/3-affected/objects"
	: >"$WORK/3-affected/no-object"
	affected_targets_exist
	affected_name_is_free
	progress "asking the Makefiles"
	makefiles_naming_read "${units[@]}"
	units_wanted_read
	for unit in "${units[@]}"; do
		if ! unit_wanted "$unit"; then continue; fi
		# What most of the kernel includes would take hours to compare; one too many is enough.
		if ((found > AFFECTED_COMPARE * OPT_MAX_OBJECTS && ${#OPT_TARGETS[@]} == 0)); then
			refuse too-many-objects "more than $((AFFECTED_COMPARE * OPT_MAX_OBJECTS)) objects include what the patch changes (${CHANGED_FILES[*]}), too many to compare (the limit is $AFFECTED_COMPARE times --max-objects); to compare more, raise --max-objects"
		fi
		objects_of_source "$unit"
		if [[ $REPLY ]]; then
			printf '%s\n' "$REPLY" >>"$WORK/3-affected/objects"
			found=$((found + 1))
		else
			printf '%s\n' "$unit" >>"$WORK/3-affected/no-object"
		fi
	done
	outside_judge "$WORK/3-affected/units" "$WORK/3-affected/no-object" "$WORK/3-affected/generated"
	for file in "${PATCHED_FILES[@]}"; do
		if file_reaches_object "$file"; then
			kept+=("$file")
		elif [[ ${NOT_CONFIGURED[${file%.c}.o]:-} ]] || object_is_off "${file%.c}.o"; then
			left_out+=("$file")
		else
			lost+=$'\n'"    $file"
		fi
	done
	# Where nothing else is left, there is nothing to build.
	if ((${#kept[@]} == 0)) || [[ $lost ]]; then
		for file in "${left_out[@]}"; do lost+=$'\n'"    $file"; done
	elif ((${#left_out[@]})); then
		note "left out, because the configuration of $TARGET_RELEASE does not build it: ${left_out[*]}"
	fi
	if [[ $lost ]]; then
		refuse not-built "these files are not compiled into the kernel or a module of $TARGET_RELEASE with its configuration (not built, or part of the boot code, the vdso or a build tool):$lost"
	fi
	affected_load
	same_code_narrow
	affected_limit
	affected_parents
	affected_modules_fit
	STAGE_SUMMARY="${#OBJECTS[@]} object(s): ${OBJECTS[*]:0:3}"
	if ((${#OBJECTS[@]} > 3)); then STAGE_SUMMARY+=" ..."; fi
}

# A .c must name an object or be included by one that does; a header that nothing includes changes nothing (exit 3 later).
file_reaches_object() {
	local file=$1 reached
	if [[ $file != *.c ]] || grep -q "^${file%.c}\.o"$'\t' "$WORK/3-affected/objects"; then return 0; fi
	printf '%s\n' "$file" >"$WORK/3-affected/one"
	reached=$(includers_of "$WORK/3-affected/one" "$file" | sed -n 's/\.c$/.o/p')
	grep -qxF -f <(printf '%s\n' "$reached") <(cut -f 1 "$WORK/3-affected/objects")
}

affected_load() {
	local object parent module goal
	OBJECTS=()
	sort -u -o "$WORK/3-affected/objects" "$WORK/3-affected/objects"
	while IFS=$'\t' read -r object parent module goal; do
		if [[ -n ${PARENT[$object]:-} && ${PARENT[$object]} != "$parent" ]]; then
			refuse module-shared "$object is part of several modules (${PARENT[$object]} and $parent); this is not supported"
		fi
		if ! target_wanted "$parent" "$module" "$object"; then continue; fi
		OBJECTS+=("$object")
		PARENT[$object]=$parent MODULE[$object]=$module GOAL[$object]=$goal
	done <"$WORK/3-affected/objects"
	affected_write
	if ((${#OBJECTS[@]} == 0)); then
		unchanged "nothing changed: no object of $TARGET_RELEASE${OPT_TARGETS[*]:+ (limited to ${OPT_TARGETS[*]})} includes what the patch changes"
	fi
}

# affected_write: what is left of the objects
affected_write() {
	local object
	for object in "${OBJECTS[@]}"; do
		printf '%s\t%s\t%s\t%s\n' "$object" "${PARENT[$object]}" "${MODULE[$object]}" "${GOAL[$object]}"
	done >"$WORK/3-affected/objects"
}

# target_wanted PARENT MODULE OBJECT: does -t name it? As make does: vmlinux (or the image of it), modules, all objects of a directory
# (fs/), one object (fs/proc/version.o), or a module: path/to/module.ko as it is in the build tree or below lib/modules/RELEASE (where
# kernel/ comes first), or its name.
target_wanted() {
	local parent=$1 module=$2 object=$3 wanted
	if ((${#OPT_TARGETS[@]} == 0)); then return 0; fi
	for wanted in "${OPT_TARGETS[@]}"; do
		case $wanted in
		all) return 0 ;;
		vmlinux | "${ARCH_BOOT_IMAGE##*/}") if [[ $parent == vmlinux ]]; then return 0; fi ;;
		modules) if [[ $parent != vmlinux ]]; then return 0; fi ;;
		*/) if [[ $object == "$wanted"* ]]; then return 0; fi ;;
		*.o) if [[ $object == "$wanted" ]]; then return 0; fi ;;
		*)
			wanted=${wanted%.ko*}
			if [[ $wanted == "$parent" || $wanted == "kernel/$parent" || ${wanted//-/_} == "$module" ]]; then return 0; fi
			;;
		esac
	done
	return 1
}

# object_wanted SOURCE: is an object made of this file, C or what C is generated as, and is it one of those that -t names?
object_wanted() {
	local parent module
	objects_of_source "$1"
	if [[ ! $REPLY ]]; then return 1; fi
	IFS=$'\t' read -r _ parent module _ <<<"$REPLY"
	target_wanted "$parent" "$module" "${1%.c}.o"
}

# unit_wanted UNIT: can -t name its object (which module it belongs to is not known yet), or may it be something else than an object?
unit_wanted() {
	local wanted dir=.
	if ((${#OPT_TARGETS[@]} == 0)); then return 0; fi
	for wanted in "${OPT_TARGETS[@]}"; do
		case $wanted in
		*/) if [[ $1 == "$wanted"* ]]; then return 0; fi ;;
		*.o) if [[ ${1%.c}.o == "$wanted" ]]; then return 0; fi ;;
		*) return 0 ;;
		esac
	done
	if [[ $1 == */* ]]; then dir=${1%/*}; fi
	[[ " ${PATCHED_FILES[*]} " == *" $1 "* || ${NOT_ONLY_OBJECTS[$dir]:-} || $dir =~ $OUTSIDE_DIRS ]]
}

# units_wanted_read: NOT_ONLY_OBJECTS are directories where C is compiled into constants for assembly or programs of the build, too
units_wanted_read() {
	local dir
	NOT_ONLY_OBJECTS=()
	if ((${#OPT_TARGETS[@]} == 0)); then return; fi
	{
		source_files '(' -name 'Makefile*' -o -name Kbuild ')' |
			source_grep -lE '(host|user)progs|always|[a-z]\.s\b|\$\(src\)/[a-z_-]+\.c\b' | sed -E 's,^\./,,; s,/?[^/]*$,,; s,^$,.,'
		grep -oE '[A-Za-z0-9_$()/-]+/[A-Za-z0-9_-]+\.s\b' "$TARGET_SOURCE/Kbuild" | sed -E "s,\\$\(SRCARCH\),$ARCH_SOURCE,; s,/[^/]*\$,," || true
	} | while IFS= read -r dir; do NOT_ONLY_OBJECTS[${dir:-.}]=1; done
}
declare -A NOT_ONLY_OBJECTS=()

affected_limit() {
	if ((${#OBJECTS[@]} > OPT_MAX_OBJECTS)); then
		refuse too-many-objects "the patch can change ${#OBJECTS[@]} objects or more, more than the limit of $OPT_MAX_OBJECTS (it changes ${PATCHED_FILES[*]}); if you want that, raise the limit: --max-objects ${#OBJECTS[@]}"
	fi
}

# The file of each module must be there: its code is compared with it, and its symbols are found in it.
affected_parents() {
	local object lost=""
	for object in "${OBJECTS[@]}"; do
		if [[ ${PARENT[$object]} == vmlinux ]]; then continue; fi
		if ! module_file "${PARENT[$object]}"; then lost+=$'\n'"    ${PARENT[$object]}.ko (for $object)"; fi
	done
	if [[ $lost ]]; then
		if [[ -z $OPT_SOURCE ]]; then refuse module-missing "$TARGET_RELEASE does not have these modules (they are not in $TARGET_MODULES_DIR):$lost"; fi
		die "these modules of the target are not found${TARGET_MODULES_DIR:+ in $TARGET_MODULES_DIR}; give their directory with --modules:$lost"
	fi
}

# module_file PARENT -> REPLY: its .ko, perhaps compressed
module_file() {
	local place suffix
	if [[ -z $TARGET_MODULES_DIR ]]; then return 1; fi
	for place in "$TARGET_MODULES_DIR" "$TARGET_MODULES_DIR/kernel"; do
		for suffix in "" .xz .zst .gz; do
			REPLY=$place/$1.ko$suffix
			if [[ -f $REPLY ]]; then return 0; fi
		done
	done
	return 1
}

# ---- bad input: modules that are not the target's -----------------------------------------------------------------------

# affected_targets_exist: what -t names is there, as a module
affected_targets_exist() {
	local wanted name there
	for wanted in "${OPT_TARGETS[@]}"; do
		name=${wanted##*/} name=${name%.ko*} name=${name//-/_}
		case $wanted in
		all | vmlinux | "${ARCH_BOOT_IMAGE##*/}" | modules) continue ;;
		*/ | *.o)
			if [[ ! -d $TARGET_SOURCE/${wanted%/*} ]]; then refuse module-missing "the source of $TARGET_RELEASE has no directory '${wanted%/*}/' (-t $wanted)"; fi
			continue
			;;
		esac
		if [[ -z $TARGET_MODULES_DIR ]]; then continue; fi
		if module_is_builtin "$name"; then
			refuse module-missing "$wanted is built into $TARGET_RELEASE and is not a module there: its code belongs to vmlinux (-t vmlinux)"
		fi
		there=0
		if [[ $wanted != */* ]]; then
			if module_is_there "$name"; then there=1; fi
		elif module_file "${wanted%.ko*}"; then
			there=1
		fi
		if ((!there)); then refuse module-missing "$TARGET_RELEASE has no module '$wanted'; it was looked for in $TARGET_MODULES_DIR"; fi
	done
}

# module_is_builtin NAME, module_is_there NAME: is NAME, with underscores, compiled into the target's image, or one of its modules?
module_is_builtin() {
	local builtin=$TARGET_MODULES_DIR/modules.builtin
	[[ -f $builtin ]] && sed 's,.*/,,; s,\.ko$,,; y/-/_/' "$builtin" | grep -xF -- "$1" >/dev/null
}
module_is_there() {
	[[ $1 =~ ^[A-Za-z0-9_]+$ ]] || return 1
	vm_find_module "$TARGET_MODULES_DIR" "$1"
	[[ $REPLY ]]
}

# affected_name_is_free: the kernel finds a module by its name. A livepatch of the same name would be taken for the module that
# it patches, or keep another one from being loaded.
affected_name_is_free() {
	local name=${MODULE_NAME//-/_} what=""
	if [[ $name == vmlinux ]]; then
		what="is the kernel"
	elif [[ -n $TARGET_MODULES_DIR ]]; then
		if module_is_builtin "$name" || module_is_there "$name"; then what="is a module of $TARGET_RELEASE"; fi
	fi
	if [[ $what ]]; then usage_error "$MODULE_NAME $what; give the livepatch another name (-n livepatch-$MODULE_NAME)"; fi
}

# affected_modules_fit: each module's file is of the target's build: made for this release, and with the symbols and versions
# (CRCs) that Module.symvers has, both those that it takes and those that it gives.
affected_modules_fit() {
	local object magic files=() status=0 log=$WORK/3-affected/modules.log
	local -A seen=()
	mkdir -p "$WORK/3-affected/modules"
	for object in "${OBJECTS[@]}"; do
		if [[ ${PARENT[$object]} == vmlinux || ${seen[${PARENT[$object]}]:-} ]]; then continue; fi
		seen[${PARENT[$object]}]=1
		module_unpacked "$object"
		if ! magic=$(modinfo -F vermagic "$REPLY" 2>/dev/null) || [[ -z $magic ]]; then
			module_file "${PARENT[$object]}"
			die "$REPLY is not a kernel module, or damaged"
		fi
		files+=("${PARENT[$object]}:$REPLY")
	done
	if ((${#files[@]} == 0)); then return; fi
	COLUMNS=$UNFOLDED "$BIN_DIR/klp-link" versions --symvers "$TARGET_SYMVERS" --release "$TARGET_RELEASE" "${files[@]}" >"$log" 2>&1 || status=$?
	case $status in
	0) ;;
	2) refuse module-differs "these modules are not from the same build as the target's Module.symvers:"$'\n'"$(sed 's/^/    /' "$log")" ;;
	*)
		show_file "$log"
		die "the modules can't be compared with $TARGET_SYMVERS (klp-link, status $status)"
		;;
	esac
}

# ---- what is built, and into what -----------------------------------------------------------------------------------

# makefiles_index: "directory <TAB> base name" for each x.o that a Makefile speaks of, "directory <TAB> include" where one
# includes others
makefiles_index() {
	source_files '(' -name 'Makefile*' -o -name Kbuild ')' ! -path './scripts/*' | source_grep -oE '[A-Za-z0-9_-]+\.o\b|^-?include ' |
		sed -E 's,^\./,,; s,/?[^/:]*:,\t,; s,\t-?include $,\tinclude,; /^\t/d' | sort -u >"$TREE/kpatch/makefiles.new"
	mv "$TREE/kpatch/makefiles.new" "$TREE/kpatch/makefiles"
}

# makefiles_naming_read UNIT...: which directories' Makefiles speak of them, and which include others
makefiles_naming_read() {
	local base dir unit
	MAKEFILES_INCLUDING=()
	for unit; do
		base=${unit##*/}
		MAKEFILES_NAMING[${base%.c}.o]=""
	done
	printf '%s\n' "$@" | awk -F '\t' '
		FILENAME == "-" { sub(/.*\//, ""); sub(/\.c$/, ".o"); want[$0] = 1; next }
		$2 in want || $2 == "include" { print $2 "\t" $1 }' - "$TREE/kpatch/makefiles" | while IFS=$'\t' read -r base dir; do
		if [[ $base == include ]]; then MAKEFILES_INCLUDING+=("$dir"); else MAKEFILES_NAMING[$base]+="$dir "; fi
	done
}
declare -A MAKEFILES_NAMING=()
MAKEFILES_INCLUDING=()

# objects_of_source FILE.c -> REPLY: lines for 3-affected/objects, empty if this configuration does not build it. Looked
# for where it is and above, then where a Makefile speaks of it, then where Makefiles include others (kvm, amdgpu).
objects_of_source() {
	local object=${1%.c}.o dir dirs=()
	dir=$1
	while [[ $dir == */* ]]; do dir=${dir%/*}; dirs+=("$dir"); done
	objects_in_dirs "$object" "${dirs[@]}"
	if [[ $REPLY ]]; then return; fi
	if [[ ! -v MAKEFILES_NAMING[${object##*/}] ]]; then makefiles_naming_read "$1"; fi
	read -ra dirs <<<"${MAKEFILES_NAMING[${object##*/}]}"
	objects_in_dirs "$object" "${dirs[@]}"
	if [[ $REPLY ]]; then return; fi
	objects_in_dirs "$object" "${MAKEFILES_INCLUDING[@]}"
}

# objects_in_dirs OBJECT DIR... -> REPLY, and NOT_CONFIGURED[OBJECT] if a Makefile would build it with another configuration
objects_in_dirs() {
	local object=$1 dir kind part parent module lines=""
	for dir in "${@:2}"; do
		list_read "$dir"
		if [[ ! ${BUILT_LINES[$dir $object]:-} ]]; then continue; fi
		while read -r kind part parent; do
			if [[ $kind == n ]]; then NOT_CONFIGURED[$object]=1; fi
			# (Of a directory that is not built, object_is_off() finds out why: some are built by rules of their own.)
			if [[ $kind == n ]] || ! dir_is_built "$dir"; then continue; fi
			if [[ $kind == y ]]; then
				lines+="$object"$'\t'vmlinux$'\t'vmlinux$'\t'"$part"$'\n'
			else
				path_normalize "${parent%.o}"; parent=$REPLY
				module=${parent##*/}
				lines+="$object"$'\t'"$parent"$'\t'"${module//-/_}"$'\t'"$part"$'\n'
			fi
		done <<<"${BUILT_LINES[$dir $object]%$'\n'}"
	done
	REPLY=${lines%$'\n'}
}

# list_read DIR: BUILT_LINES["DIR OBJECT"] are the lines about an object of what Kbuild would build there. (A header that thousands of
# files include asks that often.)
list_read() {
	local dir=$1 kind part parent
	if [[ ${LIST_IS_READ[$dir]:-} ]]; then return; fi
	LIST_IS_READ[$dir]=1
	if ! kbuild_list "$dir"; then return; fi
	while read -r kind part parent; do
		if [[ $kind == dir ]]; then continue; fi
		path_normalize "$part"
		BUILT_LINES[$dir $REPLY]+="$kind $part $parent"$'\n'
	done <"$KBUILD_LIST"
}
declare -A BUILT_LINES=() LIST_IS_READ=()

path_normalize() {
	local part out=() parts
	if [[ $1 != */./* && $1 != */../* && $1 != ./* ]]; then REPLY=$1; return; fi
	IFS=/ read -ra parts <<<"$1"
	for part in "${parts[@]}"; do
		case $part in
		. | "") ;;
		..) if ((${#out[@]})); then unset 'out[-1]'; fi ;;
		*) out+=("$part") ;;
		esac
	done
	printf -v REPLY '%s/' "${out[@]}"
	REPLY=${REPLY%/}
}

# dir_is_built DIR: do the Makefiles above lead to it?
dir_is_built() {
	local dir=$1 up
	if [[ -n ${DIR_BUILT[$dir]:-} ]]; then return "${DIR_BUILT[$dir]}"; fi
	DIR_BUILT[$dir]=1
	up=$dir
	while [[ $up == */* ]]; do
		up=${up%/*}
		if [[ $up == "$ARCH_DIR" ]] && arch_dir_is_built "$dir"; then DIR_BUILT[$dir]=0; break; fi
		if kbuild_list "$up" && grep -qxF -e "dir $dir" -- "$KBUILD_LIST" && dir_is_built "$up"; then
			DIR_BUILT[$dir]=0
			break
		fi
	done
	if [[ $dir != */* || $dir == "$ARCH_DIR" ]]; then DIR_BUILT[$dir]=0; fi
	return "${DIR_BUILT[$dir]}"
}

# Some directories of the architecture are named by its main Makefile, which only the whole build reads:
# libs-y += arch/x86/lib/, drivers-$(CONFIG_PCI) += arch/x86/pci/
arch_dir_is_built() {
	local option options
	sed -nE "s,^(core|libs|drivers)-(y|\\$\((CONFIG_[A-Z0-9_]+)\))[[:space:]]*\+?=.*[[:space:]]$1/([[:space:]].*)?\$,\2,p" \
		"$TARGET_SOURCE/$ARCH_DIR/Makefile" | tr -d '$()' | mapfile -t options
	for option in "${options[@]}"; do
		if [[ $option == y ]] || grep -qx "$option=[ym]" "$TREE/include/config/auto.conf"; then return 0; fi
	done
	return 1
}

# kbuild_list DIR: KBUILD_LIST is a file of "y OBJECT COMPOSITE", "m OBJECT MODULE" and "dir DIR" lines, what Kbuild would build
# there (COMPOSITE may be -), and "n OBJECT -" for what it would build with another configuration; false if DIR has no Makefile.
# Kept with the build tree.
kbuild_list() {
	local dir=$1 log=$WORK/3-affected/kbuild.log
	if [[ ! -f $TARGET_SOURCE/$dir/Kbuild && ! -f $TARGET_SOURCE/$dir/Makefile ]]; then return 1; fi
	KBUILD_LIST=$TREE/kpatch/built/${dir//\//%}
	if [[ ${TREE_LISTS[${dir//\//%}]:-} ]]; then return 0; fi
	KBUILD_LIST=$WORK/3-affected/kbuild/${dir//\//%}
	if [[ -f $KBUILD_LIST ]]; then return 0; fi
	mkdir -p "$WORK/3-affected/kbuild"
	if ! kbuild_lister | kbuild_make "$dir" "$TARGET_SOURCE" 2>"$log" | tr -s ' \n' '\n' | tr '|' ' ' |
		sed -n 's,/$,,; /^\(y\|m\|n\|dir\) /p' >"$KBUILD_LIST.$$"; then
		# Some are only made to be included by others.
		debug "the Makefile in $dir can't be read by itself: $(head -n 1 "$log")"
	fi
	mv "$KBUILD_LIST.$$" "$KBUILD_LIST"
}

# kbuild_make DIR ROOT OPTION...: make, told on standard input how to read the Makefile of DIR below ROOT, the source or a view of it
kbuild_make() {
	local dir=$1 root=$2 src=$2/$1
	shift 2
	# Before 6.10 $(src) was relative.
	# shellcheck disable=SC2016
	if grep -qx 'src := $(obj)' "$TARGET_SOURCE/scripts/Makefile.build"; then src=$dir; fi
	# The architecture's main Makefile exports BITS (obj-y += process_$(BITS).o).
	BITS=64 make_told "$@" -C "$TREE" srctree="$root" objtree=. obj="$dir" src="$src" ARCH="$ARCH_NAME" SRCARCH="$ARCH_SOURCE" CC="$TARGET_CC" CONFIG_SHELL=/bin/sh
}

# Reads one directory's Makefile as Kbuild does and prints what is in obj-y, lib-y and obj-m, with the parts of
# composite objects; and what the configuration leaves out, which is in obj- and the like. No blanks in an item, so that make can build them all: | stands for one.
kbuild_lister() {
	cat <<'EOF'
.DEFAULT_GOAL := kpatch-list
include include/config/auto.conf
include $(srctree)/scripts/Kbuild.include
-include $(srctree)/scripts/Makefile.compiler
srcroot := $(srctree)
include $(firstword $(wildcard $(srctree)/$(obj)/Kbuild) $(srctree)/$(obj)/Makefile)
parts-y = $(strip $($(1:.o=-objs)) $($(1:.o=-y)))
parts-m = $(strip $(call parts-y,$1) $($(1:.o=-m)))
parts- = $(strip $($(1:.o=-)))
built-in := $(sort $(filter-out %/,$(obj-y) $(lib-y) $(filter %.o,$(extra-y))))
modules := $(sort $(filter-out %/ $(built-in),$(obj-m)))
left-out := $(sort $(filter-out %/ $(built-in) $(modules),$(obj-) $(lib-)))
items := $(foreach o,$(built-in),$(foreach p,$(or $(call parts-y,$o),$o),y|$(obj)/$p|$(if $(call parts-y,$o),$(obj)/$o,-))) \
	$(foreach o,$(modules),$(foreach p,$(or $(call parts-m,$o),$o),m|$(obj)/$p|$(obj)/$o)) \
	$(foreach o,$(left-out),$(foreach p,$(or $(strip $(call parts-m,$o) $(call parts-,$o)),$o),n|$(obj)/$p|-)) \
	$(foreach o,$(built-in) $(modules),$(foreach p,$(call parts-,$o),n|$(obj)/$p|-)) \
	$(foreach d,$(filter %/,$(obj-y) $(obj-m) $(lib-y)),dir|$(obj)/$d)
.PHONY: kpatch-list
kpatch-list:
	$(info $(items))@:
EOF
}
