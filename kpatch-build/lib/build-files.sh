# shellcheck shell=bash
# Kconfig files and Makefiles that a patch changes, judged by what they do: how a kernel that runs was configured and built can't
# be changed, but a help text, a comment, or a line for an option that is off changes neither. A Makefile may also name
# new objects, which become part of the livepatch.
#
# What Kconfig does is the .config that it makes of the target's. What a Makefile does is what make knows after reading it as
# Kbuild reads it: all variables and rules (make -p), of the source's and of the patched one.
#
# A new object has no original: it is compared with an empty file, so that all in it is new. Its flags are those that
# Kbuild records for an object beside it (its sibling), of the same module and with no flags of its own; only names differ. (In a module
# from outside the tree Kbuild has recorded its own: oot_new_objects.)

declare -A SIBLING=()       # new object -> object that the build tree has, whose recorded command is taken; or itself
declare -A NEW_OF=()        # new object -> composite object that it is part of, or itself
BUILD_REFUSED=""            # what is refused, a line each

# build_files_judge: 3-affected/new gets a line for each new object, as in 3-affected/objects
build_files_judge() {
	local file kconfigs=() makefiles=() same=()
	: >"$WORK/3-affected/new"
	BUILD_REFUSED=""
	for file in "${BUILD_FILES[@]}"; do
		if [[ ${file##*/} == Kconfig* ]]; then kconfigs+=("$file"); else makefiles+=("$file"); fi
	done
	if ((${#kconfigs[@]})); then
		progress "asking the patched Kconfig"
		kconfig_judge "${kconfigs[@]}"
		same+=("${kconfigs[@]}")
	fi
	for file in "${makefiles[@]}"; do
		progress "asking the patched $file"
		makefile_judge "$file"
		if [[ ! -s $WORK/3-affected/new ]]; then same+=("$file"); fi
	done
	if [[ $BUILD_REFUSED ]]; then refuse build-changed "a livepatch can't change how the running kernel was configured and built:$BUILD_REFUSED"; fi
	if ((${#same[@]})); then note "without effect on what is built: ${same[*]}"; fi
	if ((${#PATCHED_FILES[@]} == 0)); then unchanged "nothing changed: ${BUILD_FILES[*]} have no effect on the configuration and build of $TARGET_RELEASE"; fi
}

build_refuse() { BUILD_REFUSED+=$'\n'"    $1"; }

# ---- Kconfig --------------------------------------------------------------------------------------------------------

# kconfig_judge FILE...: what they make of the target's configuration. Kconfig looks for a file in its own directory first, then in
# the source: a directory that holds the patched ones is all that it needs. (The program is there already, and not made again.) What the
# machine decides (CONFIG_GCC_PLUGINS) may have changed since the tree was made, so the original ones are asked first.
kconfig_judge() {
	local dir=$WORK/3-affected/kconfig file changed
	mkdir -p "$dir/scripts"
	cp -a -- "$TREE"/scripts/{basic,kconfig} "$dir/scripts/"
	cp -- "$TREE/.config" "$dir/.config"
	if ! kconfig_ask "$dir" before; then die "the Kconfig of $TARGET_SOURCE can't be read"; fi
	for file; do
		if [[ $file == */* ]]; then mkdir -p -- "$dir/${file%/*}"; fi
		# shellcheck disable=SC2153
		cp -- "$PATCHED/$file" "$dir/$file"
	done
	if ! kconfig_ask "$dir" after; then finish "$EXIT_NOT_COMPILED" "error: the patched Kconfig can't be read: $*"; fi
	changed=$(config_differing "$dir/before" "$dir/after")
	if [[ $changed ]]; then build_refuse "$*: the configuration would change: $changed"; fi
}

# kconfig_ask DIR NAME: DIR/NAME is what Kconfig makes of the configuration there; false, with its messages shown, if it can't be read
kconfig_ask() {
	if ! long_run "$1/$2.log" no_progress "${KMAKE[@]/#O=*/O=$1}" olddefconfig; then
		show_file "$1/$2.log"
		return 1
	fi
	config_set "$1/.config" >"$1/$2"
}

# ---- Makefiles ------------------------------------------------------------------------------------------------------

# makefile_judge FILE: in each directory whose Makefile it is, or whose Makefile includes it
makefile_judge() {
	local file=$1 name=${1##*/} dir dirs=() read=0
	dir=$(dirname -- "$file")
	if [[ $file == @(Makefile|Kbuild|scripts/*) || $file =~ $ARCH_BUILD_FILES ]]; then
		build_refuse "$file: it is read by the whole build, not by that of one directory"
		return
	fi
	if [[ ! -f $TARGET_SOURCE/$file ]]; then
		build_refuse "$file: a new Makefile; put new files into a directory that is there"
		return
	fi
	{ echo "$dir"; awk -F '\t' '$2 == "include" { print $1 }' "$TREE/kpatch/makefiles"; } | awk '!seen[$0]++' | mapfile -t dirs
	for dir in "${dirs[@]}"; do
		# Some are only made to be included by others, and can't be read by themselves.
		if [[ $name =~ ^(Makefile|Kbuild)$ && ${dir%%/*} != "${file%%/*}" ]]; then continue; fi
		if ! makefile_exists "$dir" || ! makefile_database "$dir" "$PATCHED" patched; then continue; fi
		if ! grep -qxF -- "$TARGET_SOURCE/$file" "$REPLY.files"; then continue; fi
		read=1
		makefile_judge_dir "$file" "$dir"
	done
	if ((!read)); then build_refuse "$file: it can't be read by itself, and no other Makefile that can reads it"; fi
}

# makefile_database DIR ROOT SIDE -> REPLY: a file of all variables and rules, sorted, after make has read the Makefile of DIR below
# ROOT; beside it .files, the Makefiles that it has read, .list as of kbuild_list, and .words, "variable word" of all lists of objects
makefile_database() {
	local dir=$1 root=$2 out=$WORK/3-affected/database/$3/${1//\//%}
	REPLY=$out
	if [[ -f $out ]]; then return 0; fi
	mkdir -p "${out%/*}"
	if ! { kbuild_lister; kbuild_lister_words; } | kbuild_make "$dir" "$root" -p >"$out.raw" 2>"$WORK/3-affected/kbuild.log"; then return 1; fi
	# The first file that make lists is standard input, under a name of its own each time.
	sed "s,$root,$TARGET_SOURCE,g; s,^$(sed -n 's/^MAKEFILE_LIST := *\([^ ]*\).*/\1/p' "$out.raw"):,-:," "$out.raw" >"$out.text"
	sed -n 's/^MAKEFILE_LIST := *//p' "$out.text" | tr -s ' ' '\n' | sed -E ':a; s,/[^/]+/\.\./,/,; ta' >"$out.files"
	tr -s ' ' '\n' <"$out.text" | tr '|' ' ' | sed -n 's,/$,,; /^\(y\|m\|dir\) /p' | sort -u >"$out.list"
	tr -s ' ' '\n' <"$out.text" | sed -n 's/^word|\(.*\)|\(.*\)$/\1 \2/p' | sort -u >"$out.words"
	# Without what is of make itself, and of what it was told on standard input.
	# (A variable that is set for a pattern of targets looks like a comment.)
	{ grep -E '^# [^ ]+ [:+?]{0,2}= ' "$out.text" || true; grep -Ev '^(#|$|MAKE|CURDIR|\.VARIABLES|srctree|srcroot|src |(items|words|built-in|modules|left-out) :=|kpatch-| *(y|m|n|dir|word)\|)' "$out.text"; } | sort >"$out.part"
	mv -- "$out.part" "$out"
}

# kbuild_lister_words: more for kbuild_lister: which variable names which object or directory
kbuild_lister_words() {
	cat <<'MAKE'
words := $(foreach v,$(filter %-y %-m %-objs %- %-n,$(.VARIABLES)),$(foreach w,$(filter %.o %/,$($v)),word|$v|$w))
kpatch-list: kpatch-words
.PHONY: kpatch-words
kpatch-words:
	$(info $(words))@:
MAKE
}

# makefile_judge_dir FILE DIR
makefile_judge_dir() {
	local file=$1 dir=$2 orig patched line lines what=""
	if ! makefile_database "$dir" "$TARGET_SOURCE" orig; then build_refuse "$file: the original can't be read by itself"; return; fi
	orig=$REPLY
	makefile_database "$dir" "$PATCHED" patched
	patched=$REPLY
	comm -3 "$orig" "$patched" | mapfile -t lines
	for line in "${lines[@]}"; do
		if ! makefile_line_is_list "$line"; then what=${line#$'\t'}; break; fi
	done
	if [[ $what ]]; then
		build_refuse "$file: it changes how $dir is built: ${what:0:100}"
		return
	fi
	comm -23 "$orig.list" "$patched.list" | while IFS= read -r line; do
		build_refuse "$file: ${line#* } would not be built any more as it is"
	done
	comm -13 "$orig.list" "$patched.list" | while IFS= read -r line; do
		makefile_new_object "$file" "$dir" "$patched" "$line"
	done
}

# makefile_line_is_list LINE: a variable of an option that is off (obj-, foo-), or a list of objects, which is looked at in what comes
# of it
makefile_line_is_list() {
	local line=${1#$'\t'} name word
	if [[ ! $line =~ ^([A-Za-z0-9_.+-]+)\ (:|::)?=\ ?(.*)$ ]]; then return 1; fi
	name=${BASH_REMATCH[1]} line=${BASH_REMATCH[3]}
	case $name in
	*- | *-n) return 0 ;;
	always-* | extra-* | subdir-* | targets | hostprogs* | userprogs* | head-*) return 1 ;;
	*-y | *-m | *-objs) ;;
	*) return 1 ;;
	esac
	for word in $line; do
		if [[ $word != *.o && $word != */ ]]; then return 1; fi
	done
	return 0
}

# makefile_new_object FILE DIR DATABASE "KIND OBJECT PARENT": a line of the patched list that the original does not have
makefile_new_object() {
	local file=$1 dir=$2 database=$3 kind part parent object module=vmlinux
	read -r kind part parent <<<"$4"
	if [[ $kind == dir ]]; then build_refuse "$file: the directory $part would be built; put new files into a directory that is"; return; fi
	path_normalize "$part"; object=$REPLY
	if ! dir_is_built "$dir"; then return; fi
	if [[ -f $TARGET_SOURCE/${object%.o}.c || ! -f $PATCHED/${object%.o}.c ]]; then
		build_refuse "$file: $object would be built, which is not of a new source file of the patch"
		return
	fi
	if [[ $kind == m ]]; then
		path_normalize "${parent%.o}"; module=$REPLY
		if ! grep -q "^m .* $parent\$" "$WORK/3-affected/database/orig/${dir//\//%}.list"; then
			build_refuse "$file: it makes a new module, $module; a livepatch can only change those that are there"
			return
		fi
	fi
	NEW_OF[$object]=$part
	if [[ $parent != - ]]; then NEW_OF[$object]=$parent; fi
	if ! sibling_find "$dir" "$database" "$part" "$kind" "$parent"; then
		build_refuse "$file: $object: no other object of $dir is there whose flags it could have, or it has flags of its own"
		return
	fi
	SIBLING[$object]=$REPLY
	printf '%s\t%s\t%s\t%s\n' "$object" "$([[ $kind == m ]] && echo "$module" || echo vmlinux)" "$(tr - _ <<<"${module##*/}")" "$part" >>"$WORK/3-affected/new"
}

# sibling_find DIR DATABASE PART KIND PARENT -> REPLY: an object beside it that has no flags of its own (CFLAGS_x.o, KASAN_SANITIZE_x.o):
# of the same composite object if there is one, compiled already if there is one, or else with the smallest source
sibling_find() {
	local dir=$1 database=$2 part=$3 kind=$4 parent=$5 one best="" size smallest=0 same
	local stem=${3##*/} lists=("$WORK/3-affected/database/orig/${1//\//%}.list")
	if sibling_has_flags "$database" "${stem%.o}"; then return 1; fi
	for same in 1 0; do
		# Objects of a module are built for that module.
		if ((!same)) && [[ $kind == m ]]; then break; fi
		awk -v kind="$kind" -v parent="$parent" -v same="$same" '$1 == kind && (!same || $3 == parent) { print $2 }' "${lists[@]}" | while read -r one; do
			stem=${one##*/} stem=${stem%.o}
			if [[ ${one%/*} != "$dir" || ! -f $TARGET_SOURCE/${one%.o}.c ]] || sibling_has_flags "$database" "$stem"; then continue; fi
			size=$(stat -L -c %s -- "$TARGET_SOURCE/${one%.o}.c")
			command_file "$one"
			if [[ -f $REPLY && -f $TREE/$one ]]; then size=0; fi
			if [[ -z $best ]] || ((size < smallest)); then best=$one smallest=$size; fi
		done
		if [[ $best ]]; then break; fi
	done
	REPLY=$best
	[[ $best ]]
}

# Variables named after it, or set for it alone ($(obj)/x.o: CFLAGS += ...)
sibling_has_flags() { grep -qE "^[A-Za-z0-9_-]+_${2//./\\.}(\.o)? *:{0,2}= *[^ ]|^([^ ]*/)?${2//./\\.}\.o: .*=" "$1"; }

# sibling_command OBJECT: COMPILE, as recorded for its sibling, becomes this object's: other names, and nothing else
sibling_command() {
	local object=$1 sibling=${SIBLING[$1]} of was=$COMPILE stem name word words before="" out=""
	if [[ $sibling == "$object" ]]; then return; fi
	of=${NEW_OF[$1]%.o}
	stem=${object##*/} stem=${stem%.o} name=${of##*/}
	read -ra words <<<"$was"
	for word in "${words[@]}"; do
		case $word in
		-Wp,-MMD,*) word="-Wp,-MMD,${object%/*}/.${object##*/}.d" ;;
		-DKBUILD_MODFILE=*) word="-DKBUILD_MODFILE='\"$of\"'" ;;
		-DKBUILD_BASENAME=*) word="-DKBUILD_BASENAME='\"${stem//-/_}\"'" ;;
		-DKBUILD_MODNAME=*) word="-DKBUILD_MODNAME='\"${name//-/_}\"'" ;;
		-D__KBUILD_MODNAME=*) word="-D__KBUILD_MODNAME=kmod_${name//-/_}" ;;
		"$sibling") if [[ $before == -o ]]; then word=${GOAL[$object]}; fi ;;
		*"/${sibling%.o}.c") word=$TARGET_SOURCE/${object%.o}.c ;;
		esac
		out+="${out:+ }$word"
		before=$word
	done
	COMPILE=$out
	stem=${sibling##*/} stem=${stem%.o}
	if [[ $COMPILE != *" -c -o ${GOAL[$object]} $TARGET_SOURCE/${object%.o}.c"* || $COMPILE == *[/.\"]"$stem"[.\"]* ]]; then
		die "the recorded command of $sibling is not understood: $was"
	fi
}

# sibling_empty_source OBJECT: in the command in REPLY an empty file takes the place of the source
sibling_empty_source() {
	local source=${1%.o}.c empty=$WORK/4-compile/empty/${1%.o}.c
	mkdir -p "${empty%/*}"
	: >"$empty"
	if [[ "$REPLY " == *" $TARGET_SOURCE/$source "* ]]; then source=$TARGET_SOURCE/$source; fi
	if [[ "$REPLY " != *" $source "* ]]; then die "internal: $1 is not compiled from $TARGET_SOURCE/$source: $REPLY"; fi
	REPLY+=" "
	REPLY=${REPLY/" $source "/" $empty "}
}

# ---- what the configuration does not build --------------------------------------------------------------------------

# object_is_off OBJECT: do the Makefiles say that this object, or a directory above it, is only built with an option that is off? That
# it is not found in what they build is not enough: boot code, the vdso and build tools are built by rules of their own.
object_is_off() {
	local object=$1 dir word
	dir=${object%/*} word=${object##*/}
	if [[ $object != */* || $object == tools/* ]]; then return 1; fi
	while :; do
		if makefile_exists "$dir" && makefile_database "$dir" "${PATCHED:-$TARGET_SOURCE}" patched && word_is_off "$REPLY.words" "$word"; then return 0; fi
		if [[ $dir != */* ]]; then return 1; fi
		# The directory itself, or the object by its path, in the Makefile above
		if makefile_exists "${dir%/*}" && makefile_database "${dir%/*}" "${PATCHED:-$TARGET_SOURCE}" patched && word_is_off "$REPLY.words" "${dir##*/}/"; then return 0; fi
		word=${dir##*/}/$word
		dir=${dir%/*}
	done
}
# dir_is_off DIR: the same of all that the Makefile of a directory makes
dir_is_off() { object_is_off "$1/"; }

makefile_exists() { [[ -f ${PATCHED:-$TARGET_SOURCE}/$1/Makefile || -f ${PATCHED:-$TARGET_SOURCE}/$1/Kbuild ]]; }

# word_is_off WORDS WORD: named, and only in variables of options that are off, or in composite objects that are off
word_is_off() {
	awk -v word="$2" '
	{ n[$2]++; variable[$2, n[$2]] = $1 }
	function off(word, depth,   i, v) {
		if (!n[word] || depth > 8) return 0
		for (i = 1; i <= n[word]; i++) {
			v = variable[word, i]
			if (v ~ /-n?$/) continue
			if (!sub(/-(y|m|objs)$/, "", v) || !off(v ".o", depth + 1)) return 0
		}
		return 1
	}
	END { exit !off(word, 0) }' "$1"
}
