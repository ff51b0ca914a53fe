# shellcheck shell=bash
# Stage 4: each affected object three times, with the flags of the target's own build and objtool run on it:
#
#   4-compile/plain/X.o    as the target was built; the base check compares it with the image
#   4-compile/orig/X.o     the same source with a section for each function and variable
#   4-compile/patched/X.o  the patched source, likewise
#
# The plain one comes from make itself, in the shared build tree (plain.sh), and tells the exact command (.X.o.cmd). The others run
# that command with another source, output and two flags more; their scripts stay beside them (X.o.sh) to be run by hand.
#
# These jobs, the base check of each object and its diff are in one pool (pool.sh).
#
# objtool: where the target's build runs it per object, it is in the recorded command. With IBT or LTO the build runs it on
# the linked vmlinux or module only; then we run it on each object with the flags that its Makefiles would have used. 5.10 runs it per object
# by a command of its own (rule_cc_o_c in scripts/Makefile.build), which it does not record: the Makefiles are asked for that.

OBJTOOL_LATE=""         # objtool and flags for objects where the build leaves it to the link, or empty
OBJTOOL_APART=0         # 1: by a command that is not recorded
PATCHED_TREE=""         # where patched objects are compiled, if not in TREE (full.sh)

compile_objects() {
	compile_begin
	code plain
	compile_scripts
	compile_originals "${OBJECTS[@]}"
	compile_pool "${OBJECTS[@]}"
	compile_check_sides
	estimate_keep
	compile_tell_warnings
	source_check_used "$WORK/4-compile"
	STAGE_SUMMARY="${#OBJECTS[@]} object(s), as built, original and patched"
}

compile_begin() {
	mkdir -p "$WORK/4-compile"
	# What a patch may include besides the kernel's headers
	cp -R -- "$KMOD_DIR/include" "$KMOD_DIR/klp-records.h" "$WORK/4-compile/"
	objtool_flags
}

# compile_scripts: what is done with each of OBJECTS
compile_scripts() {
	local object side
	for object in "${OBJECTS[@]}"; do
		for side in plain orig patched; do compile_script "$side" "$object"; done
		base_script "$object"
		diff_script "$object" ""
	done
}

# The Makefiles put the flags together from the configuration. (Newer kernels have them in a file of their own.)
objtool_flags() {
	local out
	OBJTOOL_LATE=""
	if ! out=$(objtool_asker | make_told -C "$KERNEL_TREE" srctree="$KERNEL_SOURCE" objtree=. obj=. src=. ARCH="$ARCH_NAME" SRCARCH="$ARCH_SOURCE" \
		CC="$TARGET_CC" 2>"$WORK/4-compile/objtool-flags.log"); then
		show_file "$WORK/4-compile/objtool-flags.log"
		die "the kernel's Makefiles do not say which flags objtool needs"
	fi
	if [[ $out == late* ]]; then OBJTOOL_LATE="$KERNEL_TREE/tools/objtool/objtool ${out#late }"; fi
	OBJTOOL_APART=0
	if [[ ! $OBJTOOL_LATE ]] && grep -q '^[[:space:]]*\$(call cmd,objtool)' "$KERNEL_SOURCE/scripts/Makefile.build"; then OBJTOOL_APART=1; fi
	debug "objtool: ${OBJTOOL_LATE:-as in the recorded commands}"
}

# built_by GOAL PARENT -> REPLY: the directory whose Makefile builds an object. That of a module builds all parts of it, wherever they are; an
# object of the kernel may be of a directory below (fs/xfs/libxfs), or beside (amdgpu/../display), which has no Makefile, or one that is only
# included.
built_by() {
	local of=$1
	if [[ $2 != vmlinux ]]; then of=$2; fi
	REPLY=.
	if [[ $of == */../* ]]; then REPLY=${of%%/../*}; elif [[ $of == */* ]]; then REPLY=${of%/*}; fi
	until [[ $REPLY == . || -f $KERNEL_SOURCE/$REPLY/Kbuild || -f $KERNEL_SOURCE/$REPLY/Makefile ]]; do
		if [[ $REPLY == */* ]]; then REPLY=${REPLY%/*}; else REPLY=.; fi
	done
}

# objtool_apart GOAL PARENT -> REPLY: objtool and its flags for an object, as the Makefile that builds it has it; empty if that wants none
# (OBJECT_FILES_NON_STANDARD). (What is outside the kernel's source gets what any directory has.)
objtool_apart() {
	local dir part="" key=$1/$2
	if [[ -v OBJTOOL_KNOWN[$key] ]]; then REPLY=${OBJTOOL_KNOWN[$key]}; return; fi
	built_by "$1" "$2"; dir=$REPLY
	if [[ $2 != vmlinux ]]; then part=y; fi
	# (Its first word is ours, for the Makefiles may say something, too.)
	if ! objtool_apart_asker | make_told -C "$KERNEL_TREE" srctree="$KERNEL_SOURCE" objtree=. obj="$dir" -I "$KERNEL_SOURCE" need-builtin=1 need-modorder=1 \
		ARCH="$ARCH_NAME" SRCARCH="$ARCH_SOURCE" CC="$TARGET_CC" kpatch-object="${1##*/}" part-of-module="$part" >"$WORK/4-compile/objtool-command" 2>"$WORK/4-compile/objtool-flags.log" ||
		! grep -q '^kpatch-objtool:' "$WORK/4-compile/objtool-command"; then
		show_file "$WORK/4-compile/objtool-flags.log"
		die "the kernel's Makefiles do not say how objtool is run on $1"
	fi
	REPLY=$(sed -n 's/^kpatch-objtool: *//p' "$WORK/4-compile/objtool-command")
	OBJTOOL_KNOWN[$key]=$REPLY
}
declare -A OBJTOOL_KNOWN=()
objtool_apart_asker() {
	cat <<'EOF'
src := $(obj)
include $(srctree)/scripts/Makefile.build
.DEFAULT_GOAL := kpatch-flags
.PHONY: kpatch-flags
kpatch-flags:
	$(info kpatch-objtool: $(if $(patsubst y%,,$(OBJECT_FILES_NON_STANDARD_$(kpatch-object))$(OBJECT_FILES_NON_STANDARD)n),$(__objtool_obj) $(objtool_args)))@:
EOF
}
objtool_asker() {
	cat <<'EOF'
.DEFAULT_GOAL := kpatch-flags
include include/config/auto.conf
include $(srctree)/scripts/Kbuild.include
include $(srctree)/scripts/Makefile.lib
.PHONY: kpatch-flags
kpatch-flags:
	$(info $(if $(delay-objtool),late,own) $(objtool-args-y) --link)@:
EOF
}

# recorded_object OBJECT -> REPLY: the one whose command counts, which is another for an object that the patch adds
recorded_object() { REPLY=${SIBLING[$1]:-$1}; }

# command_file OBJECT -> REPLY
command_file() { REPLY=$TREE/${1%"${1##*/}"}.${1##*/}.cmd; }

# compile_recorded FILE -> COMPILE, and REPLY: it with what the build runs behind it
compile_recorded() {
	REPLY=$(sed -n '1s/^\(saved\)\{0,1\}cmd_[^ ]* := //p' "$1")
	# what make wrote for itself: \# and $$
	REPLY=${REPLY//\\#/#}
	REPLY=${REPLY//\$\$/\$}
	COMPILE=${REPLY%% ; *}
}

# recorded_command OBJECT -> COMPILE and OBJTOOL (empty if the build ran none), as text for a shell in the tree, and
# OBJTOOL_IS_LATE if the build would run it at the link only
recorded_command() {
	local object=$1 line made goal
	OBJTOOL_IS_LATE=0
	recorded_object "$object"; made=$REPLY
	goal=${GOAL[$made]:-$made}
	command_file "$made"
	compile_recorded "$REPLY"; line=$REPLY
	OBJTOOL=""
	# (Since 6.13 a module from outside the tree is built in its own directory.)
	if [[ $line =~ \ \;\ ([^ ]*/tools/objtool/objtool\ .*)$ ]]; then
		OBJTOOL=${BASH_REMATCH[1]}
		OBJTOOL=${OBJTOOL%% ; *}
		OBJTOOL=${OBJTOOL%"$goal"*}
	elif [[ $OBJTOOL_LATE ]]; then
		OBJTOOL=$OBJTOOL_LATE
		if [[ ${PARENT[$object]} != vmlinux ]]; then OBJTOOL+=" --module"; fi
		OBJTOOL_IS_LATE=1
	elif ((OBJTOOL_APART)); then
		objtool_apart "$goal" "${PARENT[$object]}"
		OBJTOOL=$REPLY
	fi
	if [[ -z $COMPILE || $COMPILE != *" -c -o $goal "* ]]; then
		die "the recorded command of $made is not understood: $REPLY"
	fi
	if [[ ${SIBLING[$object]:-} ]]; then sibling_command "$object"; fi
	local is_module=vmlinux
	if [[ " $COMPILE " == *" -DMODULE "* ]]; then is_module=module; fi
	if [[ $is_module == vmlinux && ${PARENT[$object]} != vmlinux || $is_module == module && ${PARENT[$object]} == vmlinux ]]; then
		die "$object: its Makefile says that it belongs to ${PARENT[$object]}, but its compile command says $is_module"
	fi
}

# compile_script SIDE OBJECT: write 4-compile/SIDE/X.o.sh
compile_script() {
	local side=$1 object=$2 script=$WORK/4-compile/$1/$2.sh command TREE=$TREE
	# (What the patch adds was never compiled in the other one.)
	if [[ $PATCHED_TREE ]] && [[ $side == patched* || ${SIBLING[$object]:-} ]]; then TREE=$PATCHED_TREE; fi
	recorded_command "$object"
	mkdir -p "${script%/*}"
	case $side in
	plain)
		if [[ ${SIBLING[$object]:-} ]]; then
			compile_command "$side" "$object"; command=$REPLY
		else
			command="cp $TREE/$object $WORK/4-compile/plain/$object.part"
			# The build ran it already.
			if ((!OBJTOOL_IS_LATE)); then OBJTOOL=""; fi
		fi
		;;
	orig-keys)
		keys_assembler "$object"; command=$REPLY
		compile_command "$side" "$object"; command="$REPLY &&"$'\n'"$command"
		;;
	*)
		compile_command "$side" "$object"; command=$REPLY
		;;
	esac
	# An empty object has nothing for it.
	if [[ ${SIBLING[$object]:-} && $side != patched* ]]; then OBJTOOL=""; fi
	script_write "$side" "$object" "$command" "$OBJTOOL" >"$script"
}

# compile_command SIDE OBJECT -> REPLY: the recorded command with other source, output and sections. Debug information
# changes no code. Its lines tell a line number from any other that a patch changes, and its types what of existing objects the
# patched code would misread; where the target has none or less, it is made here.
compile_command() {
	local side=$1 object=$2 out=$WORK/4-compile/$1/$2.part goal=${GOAL[$2]} flags="-ffunction-sections -fdata-sections"
	local generic=$KERNEL_SOURCE/include/asm-generic/runtime-const.h sections
	# Types that are only measured, `memset(p, 0, sizeof(struct foo))`, are described as well: their size is in the code (diff/type-rules.c).
	flags+=" -g -fno-eliminate-unused-debug-types"
	# Since 6.11 vmlinux has constants that the kernel writes into its text once, at boot (the address of the dentry
	# hash table, USER_PTR_MAX of access_ok()); nobody does that in a module. The generic header takes them from their
	# variables instead, and has the include guard of the architecture's.
	if [[ -f $generic ]]; then flags+=" -include $generic"; fi
	# Functions that choose their section (__sched, __kprobes) share it, whatever -ffunction-sections says, and the assembler
	# makes two-byte jumps of tail calls between them (mutex_lock to __mutex_lock_slowpath): too short for a copy elsewhere.
	# Calls always have room.
	if [[ ${SIBLING[$object]:-} ]]; then sections=unknown; else compile_shared_text "$object"; sections=$REPLY; fi
	if [[ $sections ]]; then flags+=" -fno-optimize-sibling-calls"; fi
	# Debug information in another file, or of the structures that the source file itself defines.
	COMPILE=${COMPILE// -gsplit-dwarf/}
	COMPILE=${COMPILE// -femit-struct-debug-baseonly/}
	if [[ $side == *-keys ]]; then flags+=" -include $WORK/4-compile/run-time-keys.h"; fi
	REPLY=${COMPILE/ -c -o "$goal" / $flags -c -o "$out" }
	REPLY=${REPLY/-Wp,-MMD,"${goal%"${goal##*/}"}.${goal##*/}.d"/-Wp,-MMD,"$out.d"}
	if [[ $side == patched* ]]; then
		# Last of all, so that names of the target come first; but for what completes its livepatch_helpers.h
		REPLY=${REPLY/ -c -o / -idirafter $WORK/4-compile/include -c -o }
		REPLY=${REPLY/ -I/ -I $WORK/4-compile/include/first -I}
		compile_from_patched
		# make writes its own name of the source (no links in it): compiled from there, nothing would ever be changed
		compile_reads_patched || die "the source of $object is not below $TARGET_SOURCE: $COMPILE"
	elif [[ ${SIBLING[$object]:-} ]]; then
		sibling_empty_source "$object"
	fi
}

# compile_shared_text OBJECT -> REPLY: sections that functions of the target's object share (it is looked at once for all sides)
compile_shared_text() {
	if [[ ! -v SHARED_TEXT[$1] ]]; then SHARED_TEXT[$1]=$(file_facts "$TREE/$1" shared-text); fi
	REPLY=${SHARED_TEXT[$1]}
}
declare -A SHARED_TEXT=()

# compile_from_patched: REPLY with the patched source in place of the target's
compile_from_patched() {
	REPLY=${REPLY//"$TARGET_SOURCE/"/"$PATCHED/"}
	REPLY=${REPLY//"$TARGET_SOURCE "/"$PATCHED "}
}

# compile_reads_patched: does the command in REPLY compile a patched source, or one that the build generates? It is the last word; what the
# compiler includes besides, `-include $PATCHED/include/linux/kconfig.h`, says nothing of it.
compile_reads_patched() {
	local command=$REPLY source=${REPLY%"${REPLY##*[! ]}"}
	source=${source##* }
	if [[ $source != /* ]]; then
		code command_dir patched
		source=$(realpath -ms -- "$REPLY/$source")
	fi
	[[ $source == "$PATCHED/"* || ($source == "$TREE/"* && $source != "$TARGET_SOURCE/"*) ]] || return 1
	REPLY=$command
}

script_write() {
	local side=$1 object=$2 command=$3 objtool=$4 out=$WORK/4-compile/$1/$2
	code command_dir "$side"
	cat <<EOF
# $side ${object}
cd $REPLY || exit 1
# (Debian's headers have a script for objtool, which wants to know for which machine.)
export SRCARCH=$ARCH_SOURCE
{
$command &&
${objtool:-:} ${objtool:+$out.part} &&
mv $out.part $out
} >$out.log 2>&1
EOF
}

# compile_pool OBJECT...: what is not there yet of the original and plain objects of these, their base checks and their diffs; and of all patched
# objects
compile_pool() {
	local object side log=$WORK/4-compile/run.log begin sides=0 originals=() patched=("${OBJECTS[@]/#/"$WORK/4-compile/patched/"}")
	pool_begin
	for object; do
		for side in orig plain; do
			originals+=("$WORK/4-compile/$side/$object")
			compile_job "$side" "$object"
		done
		compile_job patched "$object"
		if [[ ! -f $WORK/4-compile/place/$object.status ]]; then
			pool_job "place/$object" "$WORK/4-compile/place/$object.sh" 0 "plain/$object"
		fi
		if [[ ! -f $WORK/6-diff/${object%.o}.status ]]; then
			pool_job "diff/$object" "$WORK/6-diff/${object%.o}.sh" 0 {orig,patched,place}/"$object"
		fi
	done
	for object in "${OBJECTS[@]}"; do
		if [[ ! ${POOL_NUMBER[patched/$object]:-} ]]; then compile_job patched "$object"; fi
	done
	SCRIPTS_WANTED=("${originals[@]}" "${patched[@]}")
	for object in "${!POOL_NUMBER[@]}"; do
		if [[ $object == orig/* || $object == patched/* ]]; then sides=$((sides + 1)); fi
	done
	now_us; begin=$REPLY
	pool_run "$log" compile_progress
	estimate_measured side "$sides" "$begin"
	SCRIPTS_WANTED=("${originals[@]}")
	compile_failures orig
	SCRIPTS_WANTED=("${patched[@]}")
	compile_failures patched
}
# compile_job SIDE OBJECT: in the pool, unless it is there
compile_job() {
	if [[ ! -f $WORK/4-compile/$1/$2 ]]; then pool_job "$1/$2" "$WORK/4-compile/$1/$2.sh" 1; fi
}

# compile_run SIDE OBJECT...: run the scripts of this side, but for what is there already, then look what is missing.
compile_run() {
	local side=$1 object
	shift
	SCRIPTS_WANTED=("${@/#/"$WORK/4-compile/$side/"}")
	pool_begin
	for object; do compile_job "$side" "$object"; done
	pool_run "$WORK/4-compile/run.log" compile_progress
	compile_failures "$side"
}

compile_failures() {
	local side=$1 object failed="" named=0
	for object in "${SCRIPTS_WANTED[@]}"; do
		if [[ ! -f $object ]]; then
			if [[ $side == patched && -z $failed ]]; then compile_with_own_lines; fi
			# (Unless it compiles so: what pastes __LINE__ into names may meet a number twice.)
			if [[ $side == patched ]]; then
				cp -- "$object.log" "$object.log.numbered"
				if in_root sh "$object.sh"; then mv -- "$object.log.numbered" "$object.log"; fi
			fi
			failed+=" ${object#"$WORK"/4-compile/}"
			if compile_names_error "$object.log"; then named=1; fi
			compile_show "$object.log"
		fi
	done
	if [[ -z $failed ]]; then return; fi
	if ((!named)); then
		die "the compiler failed without naming an error in the source:$failed; it may have run out of memory. Run again with a smaller -j"
	fi
	case $side in
	patched) finish "$EXIT_NOT_COMPILED" "error: the patched source does not compile:${failed//patched\//}" ;;
	*-keys) refuse run-time-key "the source does not compile with static keys tested at run time, as a module's static keys need:${failed//$side\//}" ;;
	*) die "the unpatched source does not compile:$failed; is the source complete and the configuration the target's?" ;;
	esac
}

# compile_names_error LOG: is an error of a file named? A compiler whose passes are killed has only itself to speak of ("gcc: fatal error: Killed
# signal ...", "cc1: out of memory"), and ends with 1 as for any error; a warning may have the word in it ("unused variable 'error'"). What
# as reads from a pipe has no name, and its "Fatal error" is of what it could not write.
compile_names_error() {
	grep -qE '^([^ ]*[./][^ ]*|\{standard input\}):([0-9]+:)* (fatal error|internal compiler error|[Ee]rror):|^[^ ]*[./][^ ]*:.*objtool' "$1"
}

# No patched object was made of a file as it was before the patch, by a path that compile_command does not see, nor by a link.
compile_check_sides() {
	local file found ids
	for file in "${PATCHED_FILES[@]}"; do
		found=$(find "$WORK/4-compile/patched" -name '*.d' -exec grep -lF -e " $TARGET_SOURCE/$file " -e " $TARGET_SOURCE/$file:" '{}' + | head -n 1) || true
		if [[ $found ]]; then die "${found#"$WORK"/4-compile/patched/} was compiled with $file of $TARGET_SOURCE, not with the patched one; please report this"; fi
	done
	ids=$(files_original | xargs)
	if [[ ! $ids ]]; then return; fi
	code command_dir patched
	{ find "$WORK/4-compile/patched" -name '*.d' -exec cat '{}' + | files_read | sort -u | (cd "$REPLY" && xargs -r -d '\n' stat -L -c '%d:%i %n' -- 2>/dev/null) || true; } |
		awk -v ids="$ids" 'BEGIN { n = split(ids, id, " "); for (i = 1; i <= n; i++) original[id[i]] = 1 }
			$1 in original && !found++ { print $2 }' | read -r found || true
	if [[ $found ]]; then die "$found is a file of $TARGET_SOURCE that the patch changes, and objects were compiled with it, not with the patched one; please report this"; fi
}
compile_progress() {
	local file done=0
	for file in "${SCRIPTS_WANTED[@]}"; do
		if [[ -f $file ]]; then done=$((done + 1)); fi
	done
	REPLY="compiling: $done of ${#SCRIPTS_WANTED[@]} objects"
}

# What the compiler warns of in a patched source, and not in the original. A function or variable without use is not in the object, so nobody
# would say that it is not in the livepatch: a callback whose macro was forgotten, states that nobody hands on. (The compiler's lines
# count as in the original, see lib/line-numbers.sh; so the first name that it gives is looked for.)
compile_tell_warnings() {
	local object file text
	for object in "${OBJECTS[@]}"; do
		compile_warnings "$object"
	done | awk '!seen[$0]++ && n++ < 20' | while IFS=$'\t' read -r file text; do
		REPLY=""
		if [[ $text =~ \'([A-Za-z_][A-Za-z0-9_]*)\' ]]; then lines_with_word "${BASH_REMATCH[1]}" "$file"; fi
		progress_clear
		json_keep messages warning "" "$file: $text"
		print_folded "    $file: warning: $text$REPLY" >&2
	done
}

# compile_warnings OBJECT: those that are new, as "FILE <TAB> TEXT"
compile_warnings() {
	local side
	for side in orig patched; do
		sed -e "s,$PATCHED/,,g" -e "s,$WORK/2-tree/patched/,,g" -e "s,$TARGET_SOURCE/,,g" \
			-ne "s/^\([^: ]*\):[0-9]*:[0-9]*: warning: /$side\t\1\t/p" -- "$WORK/4-compile/$side/$1.log"
	done | awk -F '\t' -v OFS='\t' '
		{ what = $2 OFS $3 }
		$1 == "orig" { had[what]++; next }
		had[what]-- <= 0 { print what }'
}

# For a message the lines count as in the patched file, not as in the original.
compile_with_own_lines() {
	local file
	for file in "${PATCHED_FILES[@]}"; do cp -- "$WORK/2-tree/unnumbered/$file" "$PATCHED/$file"; done
}

# The user knows files by their names below the source.
compile_show() {
	local line
	sed -e "s,$PATCHED/,,g" -e "s,$WORK/2-tree/patched/,,g" -e "s,$TARGET_SOURCE/,,g" -e "s,$WORK/,,g" -e '40q' -- "$1" | while IFS= read -r line; do
		printf '    %s\n' "$line" >&2
		if [[ $line =~ ^[^\ ]+:[0-9:]*\ (fatal\ error|internal\ compiler\ error|[Ee]rror): ]]; then json_keep messages error "" "$line"; fi
	done
}
