# shellcheck shell=bash
# The link of a livepatch module: by the target's Kbuild, or by the commands that it ran before.
#
# Of the seconds that Kbuild takes most go into questions to the compiler about its options. The answers, and so the commands,
# are the same for all modules of a target, but for the directory and the module's name. So the first link of a target has
# Kbuild link the module once more, in a directory and under a name that are placeholders; what Kbuild records of that (.X.cmd)
# is the recipe:
#
#   CACHE/glue/KEY/commands          for sh: where, with which environment, and what Kbuild runs
#   CACHE/glue/KEY/programs          of the compiler and the binutils that it runs: file, size, times
#   CACHE/glue/KEY/.module-common.o  what is the same in all modules, where the kernel has such a thing (since 6.12)
#   CACHE/glue/KEY/none              in place of these: why there is no recipe; Kbuild links each module
#
# Nothing is guessed. Kbuild must have recorded just the commands that are known here, and these must then make of the module
# that it has linked under the real name the same file, byte for byte. Where one fails Kbuild links, and says what is wrong.
#
# Of the module's parts the compiled hook is the same for most modules of a target: it depends on the answers in klp-info.h, not on the
# name, nor on what the module says of itself.
#
#   CACHE/hook/KEY/klp-hook.o

GLUE_FORMAT=2           # of a recipe
GLUE=""                 # the entry of the cache
GLUE_HOOK=""            # that of the hook
GLUE_STATUS=0           # of the last link
GLUE_KBUILD=()          # make, as the target's Kbuild is called
GLUE_PROGRAMS=()        # that a recipe runs

readonly GLUE_PROBE=klp-recipe-name # the module that a recipe is made of
# What stands in a recipe for the directory, the module's name, the same with _, and the entry
readonly GLUE_DIRECTORY=@DIRECTORY@ GLUE_NAME=@NAME@ GLUE_IDENTIFIER=@IDENTIFIER@ GLUE_ENTRY=@ENTRY@

# What Kbuild makes, in this order. (modpost makes NAME.mod.c beside Module.symvers.)
readonly GLUE_COMMON=.module-common.o
readonly GLUE_FIRST=patch-hook.o GLUE_HOOKED=klp-hook.o
readonly GLUE_MADE="$GLUE_FIRST $GLUE_HOOKED $GLUE_PROBE.o $GLUE_PROBE.mod modules.order Module.symvers $GLUE_PROBE.mod.o
$GLUE_COMMON $GLUE_PROBE.ko"

# glue_link NAME DIR: klp-diff.o and the sources in DIR become NAME.ko. GLUE_STATUS is 0 if they do; DIR/log has what was said.
glue_link() {
	local name=$1 dir=$2 failed=0 taken lock=""
	GLUE_STATUS=0
	glue_entry
	if ! glue_is_known; then
		# Of several runs one records how Kbuild links, and the others link so: together that is a fraction of what all would need for
		# Kbuild's way.
		cache_lock "$GLUE"; lock=$REPLY
		if glue_is_known; then exec {lock}>&-; lock=""; fi
	fi
	if [[ ! $lock && ! -e $GLUE/none ]]; then
		taken=0
		if glue_hook_take "$dir"; then taken=1; fi
		if glue_replay "$GLUE" "$name" "$dir"; then
			glue_headers_used "$dir"
			if ((!taken)); then glue_hook_keep "$dir"; fi
			return
		fi
		debug "the commands of $GLUE fail: $(tail -n 1 -- "$dir/log")"
		rm -f -- "$dir/klp-hook.o"
		failed=1
	fi
	glue_kbuild "$name" "$dir" || GLUE_STATUS=$?
	if ((GLUE_STATUS == 0)) && ! grep -q '^WARNING: modpost' "$dir/log"; then
		if ((failed)); then rm -f -- "$GLUE.manifest"; fi
		progress "recording how Kbuild links"
		if [[ $lock ]]; then
			cache_fill_locked "$GLUE" glue_record "$name" "$dir"
		else
			cache_fill "$GLUE" glue_record "$name" "$dir"
		fi
	fi
	if [[ $lock ]]; then exec {lock}>&-; fi
}

# glue_kbuild NAME DIR: one run of the target's Kbuild over the directory
glue_kbuild() {
	glue_headers_whole
	glue_kbuild_command "$1" "$2"
	long_run "$2/log" no_progress "${GLUE_KBUILD[@]}"
}
# No BTF: the headers' vmlinux has no debug information to build on, and nothing reads BTF of a livepatch. No debug
# information: it would be stripped anyway, but the work directory's name in it would make each build id another.
glue_kbuild_command() {
	GLUE_KBUILD=("${IN_ROOT[@]}" make -C "$TARGET_HEADERS" ${CALLER_CROSS_COMPILE:+"CROSS_COMPILE=$CALLER_CROSS_COMPILE"} "CC=$TARGET_CC"
		"M=$2" "KLP_NAME=$1" CONFIG_DEBUG_INFO_BTF_MODULES= KCFLAGS=-g0 modules)
}

# ---- is there a recipe? -----------------------------------------------------------------------------------------------

# glue_entry: GLUE is named after all that Kbuild makes the commands of: the headers, the compiler, how make is called, our
# Kbuild file. (Of the environment it sees what environment.sh leaves, which says nothing to it. Other programs: glue_is_known.)
glue_entry() {
	glue_kbuild_command "$GLUE_NAME" "$GLUE_DIRECTORY"
	compiler_version "$TARGET_CC"
	GLUE=$CACHE/glue/${TARGET_RELEASE}_$({
		printf '%s\n' "$GLUE_FORMAT" "$REPLY" "${GLUE_KBUILD[@]}"
		glue_headers
		cat -- "$KMOD_DIR/Kbuild"
	} | sha256sum | cut -c 1-16)
}

# glue_headers: what the headers are: of an unpacked target its files by their manifest, against which this run holds those that are read.
# (A build tree of ours is named after all that it is made of, and only grows.)
glue_headers() {
	if ! glue_target; then return; fi
	"$BIN_DIR/klp-manifest" content "$REPLY" "$REPLY.manifest" --below usr
}

# glue_target -> REPLY: the entry of the cache that the headers are in; false if they are in none
glue_target() {
	REPLY=$CACHE/target/
	if [[ $TARGET_HEADERS != "$REPLY"* ]]; then return 1; fi
	REPLY+=${TARGET_HEADERS#"$REPLY"}
	REPLY=${REPLY%%/usr/*}
}

# glue_headers_whole: all of it is what was unpacked; make may read any of it
glue_headers_whole() {
	local entry
	if ! glue_target; then return; fi
	entry=$REPLY
	cache_check "$entry" || cache_again "$entry" "$REPLY"
}

# glue_headers_used DIR: the same of what the commands of a recipe read there, by the lists that the compiler wrote. (Directories may be
# links, from one package to another; these were looked at before. What is a link in place of a file is not followed.)
glue_headers_used() {
	local entry list=$WORK/7-link/headers-used
	if ! glue_target; then return; fi
	entry=$REPLY
	find "$1" -maxdepth 1 -name '*.d' -exec cat '{}' + | tr -s ' \\' '\n\n' | sed -n '/:$/d; /\//p' | sort -u >"$list.names"
	sed 's,/[^/]*$,,; s,^$,/,' "$list.names" | sort -u >"$list.from"
	(cd -- "$TARGET_HEADERS" && tr '\n' '\0' <"$list.from" | xargs -0 -r realpath -e --) >"$list.to"
	paste "$list.from" "$list.to" | awk -v entry="$entry/" '
		FILENAME == "-" { split($0, pair, "\t"); place[pair[1]] = pair[2]; next }
		{
			dir = name = $0
			sub(/\/[^\/]*$/, "", dir); sub(/.*\//, "", name)
			name = place[dir] "/" name
			if (index(name, entry) == 1) print substr(name, length(entry) + 1)
		}' - "$list.names" >"$list"
	cache_check "$entry" --only "$list" || cache_again "$entry" "$REPLY"
}

# glue_is_known: is there an entry, and are the programs that it was made with those that are here now?
glue_is_known() {
	local names=()
	cache_use "$GLUE"
	cache_check "$GLUE" || return 1
	if [[ -e $GLUE/none ]]; then return; fi
	cut -f 1 -- "$GLUE/programs" | mapfile -t names
	if glue_programs "${names[@]}" | cmp -s - "$GLUE/programs"; then return; fi
	debug "$GLUE was made with other programs: making it anew"
	rm -f -- "$GLUE.manifest"
	return 1
}

# glue_programs NAME...: "name <TAB> file, identity, size, times" of each
glue_programs() {
	local name files=()
	for name; do
		root_program "$name"
		files+=("$REPLY")
	done
	# (One that is gone is an error, which has a line, too.)
	{ stat -L -c '%n %i %s %.9Y %.9Z' -- "${files[@]}" 2>&1 || true; } | paste -d '\t' <(printf '%s\n' "$@") -
}

# glue_replay RECIPE NAME DIR: what Kbuild would do
glue_replay() {
	local text name=$2
	text=$(<"$1/commands") || return 1
	text=${text//"$GLUE_ENTRY"/"$1"}
	text=${text//"$GLUE_DIRECTORY"/"$3"}
	text=${text//"$GLUE_NAME"/"$name"}
	text=${text//"$GLUE_IDENTIFIER"/"${name//-/_}"}
	printf '%s\n' "$text" >"$3/link.sh" || return 1
	long_run "$3/log" no_progress "${IN_ROOT[@]}" sh -e "$3/link.sh" && [[ -f $3/$name.ko ]]
}

# ---- the hook ---------------------------------------------------------------------------------------------------------

# glue_hook DIR: GLUE_HOOK is the entry of what the sources in DIR are compiled to, by the recipe GLUE
glue_hook() {
	GLUE_HOOK=$CACHE/hook/${TARGET_RELEASE}_$({
		printf '%s\n' "${GLUE##*/}"
		cat -- "$GLUE"/{commands,programs}
		(cd -- "$1" && find . '(' -name '*.[ch]' -o -name Kbuild ')' -print0 | sort -z | xargs -0 sha256sum)
	} | sha256sum | cut -c 1-16)
}

# glue_hook_take DIR: put it there, if an earlier run kept it; else false
glue_hook_take() {
	glue_hook "$1"
	cache_use "$GLUE_HOOK"
	cache_check "$GLUE_HOOK" && cp -- "$GLUE_HOOK/$GLUE_HOOKED" "$1/"
}

# glue_hook_keep DIR. (Headers that are not ours may be others tomorrow.)
glue_hook_keep() {
	if [[ $TARGET_HEADERS == "$CACHE"/* ]]; then cache_fill "$GLUE_HOOK" glue_hook_copy "$1"; fi
}
glue_hook_copy() { cp -- "$2/$GLUE_HOOKED" "$1/"; }

# ---- making one -------------------------------------------------------------------------------------------------------

# glue_record ENTRY NAME DIR
glue_record() {
	local entry=$1 name=$2 dir=$3 probe=$3/recipe again=$3/again why=""
	glue_copy "$dir" "$probe"
	if ! glue_kbuild "$GLUE_PROBE" "$probe"; then
		why="Kbuild links no $GLUE_PROBE: $(tail -n 1 -- "$probe/log")"
	elif ! cmp -s -- "$dir/klp-hook.o" "$probe/klp-hook.o"; then
		why="the hook of $name is not that of $GLUE_PROBE"
	elif ! glue_read "$probe"; then
		why=$REPLY
	else
		printf '%s\n' "$REPLY" >"$entry/commands"
		glue_programs "${GLUE_PROGRAMS[@]}" >"$entry/programs"
		if [[ -e $probe/$GLUE_COMMON ]]; then cp -- "$probe/$GLUE_COMMON" "$entry/"; fi
		# What is left of the placeholders leads nowhere now.
		rm -rf -- "$probe"
		glue_copy "$dir" "$again"
		if ! glue_replay "$entry" "$name" "$again"; then
			why="the commands fail: $(tail -n 1 -- "$again/log")"
		elif ! cmp -s -- "$dir/$name.ko" "$again/$name.ko"; then
			why="the commands make another module than Kbuild"
		fi
	fi
	if [[ $why ]]; then
		debug "Kbuild will link all modules of $TARGET_RELEASE: $why"
		rm -f -- "$entry"/{commands,programs,"$GLUE_COMMON"}
		printf '%s\n' "$why" >"$entry/none"
	fi
	rm -rf -- "$probe" "$again"
}

# glue_copy DIR NEWDIR: what Kbuild is given
glue_copy() {
	mkdir -- "$2"
	cp -- "$1"/{Kbuild,patch.lds,patch-hook.c,klp-diff.o} "$1"/*.h "$2/"
}

# glue_read DIR -> REPLY, GLUE_PROGRAMS: the recipe in what Kbuild recorded there. False if something in it is not understood:
# REPLY says what.
glue_read() {
	local dir=$1 made text
	local -A known=()
	glue_read_environment "$dir" || return 1
	text=$REPLY
	for made in $GLUE_MADE; do
		known[$dir/.$made.cmd]=1
		if [[ $made == "$GLUE_COMMON" && ! -e $dir/$made ]]; then continue; fi
		glue_read_command "$dir" "$made" || return 1
		case $made in
		"$GLUE_FIRST") text+=$'\n'"if test ! -e $dir/$GLUE_HOOKED; then" ;;
		"$GLUE_COMMON") REPLY="cp $GLUE_ENTRY/$made $dir/$made" ;;
		# modpost reads versions of exports there, and wants to find the file.
		"$GLUE_PROBE.o") REPLY=": >$dir/.$made.cmd"$'\n'$REPLY ;;
		esac
		# (The shell's -e does not mind where "a && b" or "! a" fails; make does.)
		text+=$'\n'$REPLY$'\ntest $? = 0'
		if [[ $made == "$GLUE_HOOKED" ]]; then text+=$'\nfi'; fi
	done
	for made in "$dir"/.*.cmd; do
		if [[ ! -v known[$made] ]]; then REPLY="Kbuild makes ${made#"$dir/"} too"; return 1; fi
	done
	text=${text//"$dir"/"$GLUE_DIRECTORY"}
	text=${text//"$GLUE_PROBE"/"$GLUE_NAME"}
	text=${text//"${GLUE_PROBE//-/_}"/"$GLUE_IDENTIFIER"}
	if [[ $text == *"$WORK"* ]]; then REPLY="the commands of Kbuild contain the work directory"; return 1; fi
	REPLY=$text
}

# glue_read_environment DIR -> REPLY, GLUE_PROGRAMS: where the commands run; what Kbuild's environment has and ours does not
# (objtool of Debian's headers reads SRCARCH), but for what make and the shell write for themselves
glue_read_environment() {
	local entry name value text="" place="" words quote="'\\''"
	local -A mine=()
	for name in $(compgen -e); do mine[$name]=${!name-}; done
	GLUE_PROGRAMS=()
	while IFS= read -r -d '' entry; do
		name=${entry%%=*} value=${entry#*=}
		case $name in
		KLP_DIRECTORY) place=$value; continue ;;
		MAKE* | MFLAGS | GNUMAKEFLAGS | PWD | OLDPWD | SHLVL | _) continue ;;
		CC | LD | OBJCOPY)
			read -ra words <<<"$value"
			GLUE_PROGRAMS+=("${words[@]}")
			if [[ $name == CC ]]; then
				for entry in cc1 as; do GLUE_PROGRAMS+=("$("${words[@]}" "-print-prog-name=$entry")"); done
			fi
			;;
		esac
		if [[ -v mine[$name] ]]; then
			if [[ $value == "${mine[$name]}" ]]; then continue; fi
			REPLY="Kbuild changes $name"
			return 1
		fi
		glue_is_plain "$name" "$value" || return 1
		text+="export $name='${value//"'"/"$quote"}'"$'\n'
	done <"$1/klp-environment"
	if [[ ! $place || ${#GLUE_PROGRAMS[@]} -lt 5 ]]; then REPLY="Kbuild does not tell what it is"; return 1; fi
	REPLY="${text}cd '$place'"
}

# glue_read_command DIR MADE -> REPLY: the command that made it there, in the first line of .MADE.cmd: "savedcmd_MADE := ...",
# where MADE may have the directory before it, and "savedcmd_" was "cmd_" once. make's own characters are as make reads them.
glue_read_command() {
	local dir=$1 made=$2 line
	if [[ ! -f $dir/.$made.cmd ]]; then REPLY="Kbuild does not record how it makes $made"; return 1; fi
	IFS= read -r line <"$dir/.$made.cmd" || true
	if [[ ! $line =~ ^(saved)?cmd_([^ ]+)\ :=\ +([^ ].*)$ || ${BASH_REMATCH[2]#"$dir/"} != "$made" ]]; then
		REPLY="Kbuild's record of $made has an unknown form: ${line:0:200}"
		return 1
	fi
	line=${BASH_REMATCH[3]}
	if grep -q '^#SYMVER' "$dir/.$made.cmd"; then REPLY="$made exports symbols"; return 1; fi
	line=${line//'$(pound)'/#} line=${line//'\#'/#}
	if [[ ${line//'$$'/} == *'$'* ]]; then REPLY="the command for $made contains a make variable"; return 1; fi
	line=${line//'$$'/'$'}
	glue_is_plain "$made" "$line" || return 1
	REPLY=$line
}

# glue_is_plain WHAT TEXT: nothing in it looks like a placeholder, or can't stand in a line
glue_is_plain() {
	if [[ ! $1 =~ ^[A-Za-z0-9_.-]+$ || $2 =~ @[A-Z]+@ || $2 == *$'\n'* ]]; then
		REPLY="the commands of Kbuild contain strange characters ($1)"
		return 1
	fi
}
