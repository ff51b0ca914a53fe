# shellcheck shell=bash
# A module from outside the kernel's tree (--oot-module): the answers to code.sh.
#
# Its source is copied, and built there once by the target's Kbuild, whose Makefiles may do as they like (DKMS, subdirectories,
# flags, headers of its own). That gives the objects and their commands. Then the patched files are put in their place, and make is asked again: what
# it makes anew is what the patch can change. An object of the module is affected, or new if its source is; anything else, a
# generated header or a program of the build, must come out the same.
#
#   2-tree/place/module   the source, built: TARGET_SOURCE, TREE
#   2-tree/asked          what make made of it with the patched files
#   2-tree/place/patched  the same with the patched files: PATCHED
#   2-tree/place/NAME     what the source takes of ../NAME
#   1-target/modules      links to the target's modules, where this one and those that it needs stand in place of any of their names

OOT_NAME=""             # of the module, as the kernel has it
OOT_PARENT=""           # where it is in 1-target/modules, without .ko
OOT_BUILT_IN=""         # the directory where the module that runs was built, as far as it tells: with a slash behind, or empty
OOT_EXTRA=()            # where others export what it takes: the files that KBUILD_EXTRA_SYMBOLS names, in the environment or its Makefile
OOT_IN_DIRECTORY=0      # 1: Kbuild's commands run in the module's directory (since 6.13), 0: in the kernel's

oot_needs_source() { return 1; }
oot_prepare() {
	if [[ $OPT_SOURCE ]]; then
		tree_prepare
		KERNEL_TREE=$TREE
	else
		KERNEL_TREE=$TARGET_HEADERS
	fi
	KERNEL_SOURCE=$TARGET_SOURCE
	mkdir -p "$WORK"/{1-target,2-tree}
	oot_module
	oot_copy
	oot_copy_beside
	oot_extra_symbols
	oot_modules_link
	oot_symvers
	oot_built_in
}

# ---- the module that runs ---------------------------------------------------------------------------------------------

oot_module() {
	local magic other="" file=$WORK/1-target/module.ko
	module_unpack "$OPT_OOT_MODULE" "$file"
	OOT_NAME=$(modinfo -F name "$file" 2>/dev/null) || true
	magic=$(modinfo -F vermagic "$file" 2>/dev/null) || true
	OOT_NAME=${OOT_NAME//-/_}
	if [[ ! $OOT_NAME =~ ^[A-Za-z0-9_]+$ || -z $magic ]]; then die "$OPT_OOT_MODULE is not a kernel module, or damaged"; fi
	if [[ ${magic%% *} != "$TARGET_RELEASE" ]]; then
		refuse module-differs "$OPT_OOT_MODULE was built for ${magic%% *}, but the target is $TARGET_RELEASE"
	fi
	if [[ $TARGET_MODULES_DIR ]]; then other=$(module_find "$TARGET_MODULES_DIR" '*' -type f -print -quit); fi
	if [[ $other ]]; then other=$(modinfo -F vermagic "$other"); fi
	if [[ $other && ${other% } != "${magic% }" ]]; then
		refuse module-differs "$OPT_OOT_MODULE was built for '${magic% }', but the modules of the target for '${other% }'"
	fi
	if [[ $(modinfo -F intree "$file") == Y ]]; then
		usage_error "$OPT_OOT_MODULE belongs to the kernel's own tree: patch the kernel's source, without --oot-module"
	fi
}

# TARGET_MODULES_DIR gets this module, and those that it needs and the kernel does not have: they lie beside it, or where OOT_EXTRA
# are.
oot_modules_link() {
	local from=$TARGET_MODULES_DIR to=$WORK/1-target/modules
	if [[ $from ]]; then
		mkdir -p "$to"
		# Below their whole paths: one call for thousands of links.
		module_find "$from" '*' -print0 -o -name modules.builtin -print0 |
			xargs -r -0 cp -s --parents -t "$to" --
		to+=$from
	fi
	mkdir -p "$to/updates"
	TARGET_MODULES_DIR=$to
	OOT_PARENT=updates/$OOT_NAME
	oot_module_link "$OOT_NAME" "$WORK/1-target/module.ko"
}

# oot_module_link NAME FILE
oot_module_link() {
	local name=$1 file=$2 link=$TARGET_MODULES_DIR/updates/$1.ko dep pattern=${1//_/[-_]}
	find "$TARGET_MODULES_DIR/" -name "$pattern.ko*" -delete
	ln -s -- "$file" "$link"
	for dep in $(modinfo -F depends "$file" | tr ',' ' '); do
		dep=${dep//-/_}
		if [[ -e $TARGET_MODULES_DIR/updates/$dep.ko ]] || module_is_builtin "$dep" || oot_is_of_kernel "$dep"; then continue; fi
		if ! oot_find_needed "$dep"; then
			warn "$name needs the module $dep, which is not found: neither among the modules of $TARGET_RELEASE, nor in ${OPT_OOT_MODULE%/*}, nor beside a file that KBUILD_EXTRA_SYMBOLS names"
			continue
		fi
		module_unpack "$REPLY" "$WORK/1-target/$dep.ko"
		oot_module_link "$dep" "$WORK/1-target/$dep.ko"
	done
}

# oot_is_of_kernel NAME: is it there, and known to the kernel's Module.symvers? Others are from outside of the tree, like this one.
oot_is_of_kernel() {
	module_is_there "$1" && awk -F '\t' -v name="$1" '
		{ module = $3; sub(/.*\//, "", module); gsub(/-/, "_", module) }
		module == name { found = 1; exit }
		END { exit !found }' "$TARGET_SYMVERS"
}

# oot_find_needed NAME -> REPLY: its file
oot_find_needed() {
	local place places=("${OPT_OOT_MODULE%/*}")
	for place in "${OOT_EXTRA[@]}"; do places+=("${place%/*}"); done
	for place in "${places[@]}" "$TARGET_MODULES_DIR"; do
		vm_find_module "$place" "$1"
		if [[ $REPLY ]]; then
			REPLY=$(realpath -- "$REPLY")
			return 0
		fi
	done
	return 1
}

# oot_extra_symbols: OOT_EXTRA. The Makefile names them as seen from where the source was, which is not where the copy is.
oot_extra_symbols() {
	local word words=() log=$WORK/2-tree/extra.log
	read -ra words -d '' <<<"$CALLER_EXTRA_SYMBOLS" || true
	for word in "${words[@]}"; do
		require_file "$word" "file of KBUILD_EXTRA_SYMBOLS"
		OOT_EXTRA+=("$(realpath -- "$word")")
	done
	oot_extra_asker | make_told -C "$KERNEL_TREE" "srctree=$KERNEL_SOURCE" objtree=. \
		"obj=$TREE" "src=$TREE" "M=$TREE" "KBUILD_EXTMOD=$TREE" "KERNELRELEASE=$TARGET_RELEASE" ARCH="$ARCH_NAME" SRCARCH="$ARCH_SOURCE" "CC=$TARGET_CC" 2>"$log" | read -ra words -d '' || true
	for word in "${words[@]}"; do
		if [[ $word == "$TREE/"* ]]; then word=$OPT_OOT_SOURCE/${word#"$TREE/"}; fi
		if [[ $word == /* && -f $word && -r $word ]]; then OOT_EXTRA+=("$(realpath -- "$word")"); fi
	done
}
oot_extra_asker() {
	cat <<'EOF'
.DEFAULT_GOAL := kpatch-extra
include include/config/auto.conf
include $(srctree)/scripts/Kbuild.include
include $(firstword $(wildcard $(src)/Kbuild) $(src)/Makefile)
.PHONY: kpatch-extra
kpatch-extra:
	$(info $(KBUILD_EXTRA_SYMBOLS))@:
EOF
}

# What these modules export, from their files; the kernel's Module.symvers does not know it.
oot_symvers() {
	local file to=$WORK/1-target/Module.symvers known=() exports=()
	for file in "$TARGET_MODULES_DIR"/updates/*.ko; do
		if [[ $(readlink -- "$file") != "$WORK"/* ]]; then continue; fi
		known+=("$file")
		file=${file%.ko}
		exports+=("${file#"$TARGET_MODULES_DIR/"}:$file.ko")
	done
	{
		awk -F '\t' 'FILENAME != "-" { ours[$1] = 1; next } { name = $3; sub(/.*\//, "", name); gsub(/-/, "_", name) } !(name in ours)' \
			<(printf '%s\n' "${known[@]}" | sed 's,.*/,,; s/\.ko$//') - <"$TARGET_SYMVERS"
		"$BIN_DIR/klp-link" exports "${exports[@]}"
	} >"$to"
	TARGET_SYMVERS=$to
}

# ---- its source -------------------------------------------------------------------------------------------------------

# What a build leaves in the source of a module
readonly OOT_PRODUCTS=(-name '*.o' -o -name '*.ko' -o -name '.*.cmd' -o -name '*.mod' -o -name '*.mod.c' -o -name '*.o.d' -o -name Module.symvers
	-o -name modules.order -o -name .tmp_versions -o -name .git)

oot_copy() {
	local list=$WORK/2-tree/files log=$WORK/2-tree/copy.log link to
	TARGET_SOURCE=$WORK/2-tree/place/module TREE=$TARGET_SOURCE TARGET_SOURCE_ID=""
	need_space "$CACHE" 200000000 "the copy of the module's source"
	mkdir -p "$TARGET_SOURCE"
	(cd -- "$OPT_OOT_SOURCE" && find . '(' "${OOT_PRODUCTS[@]}" ')' -prune -o -print0) >"$list"
	copy_listed "$OPT_OOT_SOURCE" "$list" "$TARGET_SOURCE" "$log"
	chmod -R u+rwX -- "$TARGET_SOURCE"
	# A link that leads out of it leads to where it did.
	find "$TARGET_SOURCE" -type l -printf '%P\0' | while IFS= read -r -d '' link; do
		to=$(readlink -m -- "$OPT_OOT_SOURCE/$link")
		if [[ $(readlink -- "$TARGET_SOURCE/$link") != /* && $to != "$OPT_OOT_SOURCE"/* ]]; then ln -sfn -- "$to" "$TARGET_SOURCE/$link"; fi
	done
}

# oot_copy_beside: what is beside the source and named in it (ccflags-y := -I$(src)/../common), for a build writes there, too. The
# patches do not apply there.
oot_copy_beside() {
	local name names from list=$WORK/2-tree/beside
	{ grep -rIhoE '\.\./[A-Za-z0-9_.+-]+' -- "$TARGET_SOURCE" || true; } | sed 's,^\.\./,,' | sort -u | mapfile -t names
	for name in "${names[@]}"; do
		from=${OPT_OOT_SOURCE%/*}/$name
		if [[ $name == @(.|..|module|patched) || ! -e $from || $from -ef $OPT_OOT_SOURCE ]]; then continue; fi
		(cd -- "${from%/*}" && find "./$name" '(' ! -readable -o "${OOT_PRODUCTS[@]}" ')' -prune -o -print0) >"$list"
		if (($(cd -- "${from%/*}" && du -c --apparent-size -B1 --files0-from="$list" | tail -n 1 | cut -f 1) > 100000000)); then
			warn "the source of the module names $from, but this is larger than 100 MB and is not copied"
			continue
		fi
		copy_listed "${from%/*}" "$list" "${TARGET_SOURCE%/*}" "$WORK/2-tree/copy.log"
	done
}

# The names of source files are in a module (pr_debug(), WARN()), and the base check compares them: OOT_BUILT_IN stands before most.
oot_built_in() {
	OOT_BUILT_IN=$(tr '\0' '\n' <"$WORK/1-target/module.ko" | LC_ALL=C grep -aE '^/[A-Za-z0-9_.,+@~=/-]+\.[a-z]+$' | LC_ALL=C awk '
		FILENAME != "-" { there[$0] = 1; next }
		{
			for (i = 2; i <= length($0); i++)
				if (substr($0, i - 1, 1) == "/" && (substr($0, i) in there)) { print substr($0, 1, i - 1); next }
		}' <(cd -- "$TARGET_SOURCE" && find . -type f -printf '%P\n') - | sort | uniq -c | sort -k 1,1nr | awk 'NR == 1 { print $2 }') || true
	debug "$OOT_NAME was built in ${OOT_BUILT_IN:-a directory that it does not tell}"
}

# oot_class NAME -> REPLY
oot_class() {
	REPLY=""
	case $1 in
	Documentation/* | doc/* | docs/* | debian/* | rpm/* | dkms.conf | */dkms.conf | *.spec | README* | COPYING* | LICEN[SC]E* | AUTHORS | ChangeLog | CHANGELOG* | NEWS) REPLY=out ;;
	*) patch_class_text "$1" ;;
	esac
}

# Files that are there, or that the patch makes.
oot_names() {
	local name created
	created=$(sed -nE 's/^ create (mode [0-9]+ )?//p' "$WORK/2-tree/patches/"*.summary)
	for name in "${!PATCH_CLASS[@]}"; do
		if [[ ${PATCH_CLASS[$name]} != take || -e $TARGET_SOURCE/$name ]] || grep -qxF -- "$name" <<<"$created"; then continue; fi
		PATCH_CLASS[$name]="not a file of the module's source, $OPT_OOT_SOURCE; code of the kernel or of another module needs a livepatch of its own [file-path]"
	done
}

oot_view() {
	VIEW_FROM=$1
	shift
	VIEW_FILES=("$@")
	PATCHED=$WORK/2-tree/place/patched
}

# ---- building it ------------------------------------------------------------------------------------------------------

# Names that Makefiles of modules have for the directory where Kbuild is, and for the release
readonly OOT_NAMES_OF_KERNEL="KDIR KERNELDIR KERNEL_DIR KERN_DIR KERNDIR KSRC KERNEL_SRC KERNELSRC KERNEL_SOURCE KERNEL_PATH KERNEL_BUILD KPATH
KERNEL_SOURCE_DIR kernel_source_dir LINUX_SRC LINUXSRC SYSSRC BUILD_KERNEL_DIR"
readonly OOT_NAMES_OF_RELEASE="KVER KVERSION KVERS KERNELVER KERNEL_VER KERNEL_VERSION KREL KERNEL_RELEASE kernelver BUILD_KERNEL"

# oot_make LOG: the target's Kbuild, over TREE. Files have the names that they had in the build of the module that runs. Symbols of
# modules that are not here are no concern of a compiler; and no BTF, as in glue_kbuild_command. A target that Kbuild does not know is
# of the module's own Makefile, which calls Kbuild itself, with all that is given here.
oot_make() {
	local goals=() own=() goal variables name status=0
	variables=(${CALLER_CROSS_COMPILE:+"CROSS_COMPILE=$CALLER_CROSS_COMPILE"} "CC=$TARGET_CC"
		"KCFLAGS=-fmacro-prefix-map=$TREE/=$OOT_BUILT_IN"
		KBUILD_MODPOST_WARN=1 CONFIG_DEBUG_INFO_BTF_MODULES= ${OOT_EXTRA[0]:+"KBUILD_EXTRA_SYMBOLS=$(oot_extra_links)"})
	for goal in "${OPT_TARGETS[@]:-modules}"; do
		case $goal in
		# What DKMS' Makefiles call it by themselves, outside of Kbuild
		all | default) goals+=(modules) ;;
		modules | */ | *.ko | *.o) goals+=("$goal") ;;
		*) own+=("$goal") ;;
		esac
	done
	OOT_LOG=$1
	if ((${#goals[@]})); then
		long_run "$1" oot_progress "${IN_ROOT[@]}" env -C "$TREE" "PWD=$TREE" make -k -j "$OPT_JOBS" -C "$KERNEL_TREE" "M=$TREE" \
			"${variables[@]}" "${goals[@]}" || status=$?
	fi
	if ((${#own[@]})); then
		for name in $OOT_NAMES_OF_KERNEL; do variables+=("$name=$KERNEL_TREE"); done
		for name in $OOT_NAMES_OF_RELEASE; do variables+=("$name=$TARGET_RELEASE"); done
		long_run "$1.own" oot_progress "${IN_ROOT[@]}" env -C "$TREE" "PWD=$TREE" make -k -j "$OPT_JOBS" "${variables[@]}" "${own[@]}" || status=$?
		cat -- "$1.own" >>"$1"
	fi
	return "$status"
}
# By names without blanks
oot_extra_links() {
	local i links=()
	for i in "${!OOT_EXTRA[@]}"; do
		ln -sfn -- "${OOT_EXTRA[i]}" "$WORK/2-tree/extra.$i"
		links+=("$WORK/2-tree/extra.$i")
	done
	echo "${links[*]}"
}
oot_progress() { REPLY="building the module: $(grep -cE '^ +[A-Z]+ ' "$OOT_LOG") steps done"; }

oot_tree() {
	local log=$WORK/2-tree/build.log status=0
	oot_make "$log" || status=$?
	oot_parts "$TREE" >"$WORK/2-tree/parts"
	if ! cut -f 1 "$WORK/2-tree/parts" | grep -qxF -- "$OOT_NAME"; then
		show_matching 'error|\*\*\*|not found|No rule' "$log"
		if ((status)); then die "the source of the module, $OPT_OOT_SOURCE, can't be built for $TARGET_RELEASE; the full output of make: $log"; fi
		die "$OPT_OOT_SOURCE does not build a module $OOT_NAME (it builds: $(cut -f 1 "$WORK/2-tree/parts" | sort -u | xargs))"
	fi
	oot_whole "$log"
	oot_ask
	cp -a -- "$TREE" "$PATCHED"
	view_fill "$VIEW_FROM"
	STAGE_SUMMARY="$OOT_NAME, built from a copy of its source"
}

# oot_parts DIR: "module <TAB> object <TAB> Kbuild's name of it" of all modules in DIR, as Kbuild lists them for modpost; sorted
oot_parts() {
	local file name part dir
	find "$1" -name '*.mod' -type f | while IFS= read -r file; do
		name=${file##*/} name=${name%.mod}
		tr -s ' ' '\n' <"$file" | sed -n '/\.o$/p' | while IFS= read -r part; do
			dir=${part#"$TREE/"}
			path_normalize "$dir"
			printf '%s\t%s\t%s\n' "${name//-/_}" "$REPLY" "$part"
		done
	done | sort -u
}

# oot_whole LOG: each object of the module was compiled here, from a source
oot_whole() {
	local name object goal lost="" kind=""
	while IFS=$'\t' read -r name object goal; do
		if [[ $name != "$OOT_NAME" ]]; then continue; fi
		command_file "$object"
		if [[ ! -f $TREE/$object || ! -f $REPLY ]]; then lost+=$'\n'"    $object"; continue; fi
		kind+=" $([[ $goal == /* ]] && echo 0 || echo 1)"
	done <"$WORK/2-tree/parts"
	if [[ $lost ]]; then
		show_matching 'error|\*\*\*|not found|No rule' "$1"
		die "building $OPT_OOT_SOURCE for $TARGET_RELEASE does not make these objects of $OOT_NAME; the full output of make: $1$lost"
	fi
	OOT_IN_DIRECTORY=${kind: -1}
}

oot_command_dir() {
	REPLY=$KERNEL_TREE
	if ((OOT_IN_DIRECTORY)); then
		REPLY=$TREE
		if [[ $1 == patched* ]]; then REPLY=$PATCHED; fi
	fi
}

# oot_ask: 2-tree/asked, and in 2-tree/anew what of it make has made anew of the patched files. A new header may hide one of the same name that was found elsewhere before: who read that one is made anew, too.
oot_ask() {
	local asked=$WORK/2-tree/asked saved=$WORK/2-tree/saved file source
	progress "asking make what the patch changes"
	cp -a -- "$TREE" "$saved"
	: >"$WORK/2-tree/stamp"
	PATCHED=$TREE view_fill "$VIEW_FROM"
	for file in "${VIEW_FILES[@]}"; do
		if [[ $file != *.[h] && $file != *.inc || -f $saved/$file ]]; then continue; fi
		oot_readers "${file##*/}" | while IFS= read -r source; do touch -c -- "$TREE/$source"; done
	done
	oot_make "$WORK/2-tree/asked.log" || true
	mv -- "$TREE" "$asked"
	mv -- "$saved" "$TREE"
	oot_anew "$asked" "$WORK/2-tree/asked.log" >"$WORK/2-tree/anew"
}

# oot_readers BASE: sources of the objects that read a file of that name
oot_readers() {
	{ find "$TREE" -name '.*.o.cmd' -exec grep -lF -- "/$1" '{}' + || true; } | while IFS= read -r file; do
		sed -n 's/^source_[^ ]* := //p' "$file" | sed "s,^$TREE/,,"
	done
}

# oot_anew ASKED LOG: of its files, those that are newer than the patched ones, those that are lost, and objects of which the log says that
# they could not be made (the compile stage shows why)
oot_anew() {
	local object
	{
		find "$1" -type f -newer "$WORK/2-tree/stamp" -printf '%P\n'
		comm -23 <(find "$TREE" -type f -printf '%P\n' | sort) <(find "$1" -type f -printf '%P\n' | sort)
		sed -nE 's/^make.*\*\*\* \[[^]]*: ([^] ]*\.o)\] Error.*/\1/p' "$2" | while IFS= read -r object; do
			path_normalize "${object#"$TREE/"}"
			printf '%s\n' "$REPLY"
		done
	} | sort -u | grep -vxF -f <(printf '%s\n' "${VIEW_FILES[@]}") || true
}

# ---- affected objects -------------------------------------------------------------------------------------------------

oot_affected() {
	local name object goal file lost=""
	local -A anew=()
	mkdir -p "$WORK/3-affected"
	if ((${#PATCHED_FILES[@]} == 0)); then finish "$EXIT_UNCHANGED" "nothing changed: ${BUILD_FILES[*]} only"; fi
	affected_name_is_free
	while IFS= read -r file; do anew[$file]=1; done <"$WORK/2-tree/anew"
	OBJECTS=()
	while IFS=$'\t' read -r name object goal; do
		if [[ $name != "$OOT_NAME" || -z ${anew[$object]:-} ]]; then continue; fi
		OBJECTS+=("$object")
		PARENT[$object]=$OOT_PARENT MODULE[$object]=$OOT_NAME GOAL[$object]=$goal
	done <"$WORK/2-tree/parts"
	oot_build_judge
	oot_new_objects
	oot_others
	for file in "${PATCHED_FILES[@]}"; do
		if [[ $file == *.c ]] && ! oot_is_read "$file"; then lost+=$'\n'"    $file"; fi
	done
	if [[ $lost ]]; then refuse not-built "these files are not compiled into $OOT_NAME for $TARGET_RELEASE:$lost"; fi
	if ((${#OBJECTS[@]} == 0)); then
		finish "$EXIT_UNCHANGED" "nothing changed: no object of $OOT_NAME includes what the patch changes"
	fi
	for object in "${OBJECTS[@]}"; do
		printf '%s\t%s\t%s\t%s\n' "$object" "${PARENT[$object]}" "${MODULE[$object]}" "${GOAL[$object]}"
	done >"$WORK/3-affected/objects"
	affected_limit
	affected_modules_fit
	STAGE_SUMMARY="${#OBJECTS[@]} object(s): ${OBJECTS[*]:0:3}"
	if ((${#OBJECTS[@]} > 3)); then STAGE_SUMMARY+=" ..."; fi
}

# oot_is_read FILE: does a recorded command name it, before the patch or with it?
oot_is_read() {
	grep -rqF --include='.*.cmd' -e " $TREE/$1" -e " $1" -- "$TREE" "$WORK/2-tree/asked"
}

# oot_new_objects: those that 2-tree/new has are compiled by the commands that make has recorded for them, and have no original: it
# is an empty file, so that all in them is new.
oot_new_objects() {
	local name object goal
	while IFS=$'\t' read -r name object goal; do
		command_file "$object"
		mkdir -p -- "${REPLY%/*}"
		cp -- "$WORK/2-tree/asked/${REPLY#"$TREE/"}" "$REPLY"
		OBJECTS+=("$object")
		PARENT[$object]=$OOT_PARENT MODULE[$object]=$OOT_NAME GOAL[$object]=$goal SIBLING[$object]=$object
	done <"$WORK/2-tree/new"
}

# oot_is_new OBJECT: is it compiled from a source file that the patch adds?
oot_is_new() {
	local source=${1%.o}.c asked
	command_file "$1"; asked=$WORK/2-tree/asked/${REPLY#"$TREE/"}
	[[ ! -e $TREE/$source && ! -e $TREE/$1 && -f $asked && " ${PATCHED_FILES[*]} " == *" $source "* ]] &&
		grep -qE "^source_.* := (.*/)?${source##*/}\$" "$asked"
}

# The objects of the module are the same ones, with the same flags; and new ones of new source files, which are left in 2-tree/new.
oot_build_judge() {
	local asked=$WORK/2-tree/asked object what="" part name goal
	oot_parts "$asked" >"$WORK/2-tree/asked.parts"
	: >"$WORK/2-tree/new"
	comm -13 "$WORK/2-tree/parts" "$WORK/2-tree/asked.parts" | while IFS=$'\t' read -r name object goal; do
		if [[ $name == "$OOT_NAME" ]] && oot_is_new "$object"; then
			printf '%s\t%s\t%s\n' "$name" "$object" "$goal" >>"$WORK/2-tree/new"
		elif [[ $name == "$OOT_NAME" ]]; then
			what+=$'\n'"    ${BUILD_FILES[*]}: $object would be built too, although its source file is not new in the patch"
		else
			what+=$'\n'"    ${BUILD_FILES[*]}: $object would be built too, for $name"
		fi
	done
	part=$(comm -23 "$WORK/2-tree/parts" "$WORK/2-tree/asked.parts" | cut -f 2 | xargs)
	if [[ $part ]]; then what+=$'\n'"    ${BUILD_FILES[*]}: $part would not be built any more"; fi
	for object in "${OBJECTS[@]}"; do
		command_file "$object"
		part=$asked/${REPLY#"$TREE/"}
		if [[ -f $part ]] && ! cmp -s <(sed 1q "$REPLY") <(sed 1q "$part"); then what+=$'\n'"    $object would be compiled with other options"; fi
	done
	if [[ $what ]]; then refuse build-changed "a livepatch can't change how a running module was built:$what"; fi
	if ((${#BUILD_FILES[@]})) && [[ ! -s $WORK/2-tree/new ]]; then note "without effect on what is built: ${BUILD_FILES[*]}"; fi
}

# What make made anew beside the objects of the module: that of other modules, headers that are generated, programs of the build
oot_others() {
	local file asked=$WORK/2-tree/asked other="" read=""
	while IFS= read -r file; do
		case $file in
		*.ko | *.mod | *.mod.c | *.mod.o | .*.cmd | */.*.cmd | *.d | modules.order | */modules.order | *Module.symvers | *built-in.a | *.module-common.o | .tmp_* | */.tmp_*) continue ;;
		esac
		if grep -q $'\t'"$file"$'\t' "$WORK/2-tree/parts"; then
			# (An object may be of several modules, this one too.)
			if grep -q "^$OOT_NAME"$'\t'"$file"$'\t' "$WORK/2-tree/parts" && ! grep -v "^$OOT_NAME"$'\t' "$WORK/2-tree/parts" | grep -q $'\t'"$file"$'\t'; then continue; fi
			if ! oot_same_object "$file"; then other+=$'\n'"    $file ($(awk -F '\t' -v file="$file" -v name="$OOT_NAME" '$2 == file && $1 != name { print $1; exit }' "$WORK/2-tree/parts").ko)"; fi
		elif [[ $file == *.o ]] && oot_is_composite "$file"; then
			continue
		elif [[ $file == *.o ]]; then
			if ! oot_same_object "$file"; then read+=$'\n'"    $file"; fi
		elif ! cmp -s -- "$TREE/$file" "$asked/$file"; then
			read+=$'\n'"    $file"
		fi
	done <"$WORK/2-tree/anew"
	if [[ $read ]]; then refuse file-read "the patch changes files that the build also uses for something other than an object, and that would change:$read"; fi
	if [[ $other ]]; then refuse module-missing "the patch changes modules other than $OOT_NAME, the only one that was given:$other"; fi
}

# oot_same_object OBJECT: but for debug information
oot_same_object() {
	# (One that could not be built before either is no matter of the patch.)
	if [[ ! -f $TREE/$1 ]]; then return 0; fi
	if [[ ! -f $WORK/2-tree/asked/$1 ]]; then return 1; fi
	objcopy --strip-debug "$TREE/$1" "$WORK/2-tree/module.o" 2>/dev/null || return 1
	objcopy --strip-debug "$WORK/2-tree/asked/$1" "$WORK/2-tree/asked.o" 2>/dev/null || return 1
	cmp -s "$WORK/2-tree/module.o" "$WORK/2-tree/asked.o"
}

# oot_is_composite OBJECT: linked of others
oot_is_composite() {
	command_file "$1"
	[[ -f $REPLY ]] && ! grep -q '^source_' "$REPLY"
}

oot_plain() { :; }
