# shellcheck shell=bash
# What a livepatch can't change, but a header can: assembly, linker scripts, the vdso, boot and real-mode code, the programs that the
# build runs, and the constants that it makes of C for assembly (asm-offsets.c). Where one of them includes what the patch
# changes, it is preprocessed twice, as the build would, with the source and with the patched one; if the texts differ, it is compiled
# twice. The same both times: nothing is lost. If not, or if it can't be found out, the patch is refused.
#
# The commands are asked of the kernel's make, which only prints them (-n): nothing of this is built in the tree.
#
# 3-affected/outside: list (file <TAB> goal of make <TAB> kind), commands (goal <TAB> command), N.sh, N.result

# Directories with rules of their own; each file in them is taken for built.
readonly OUTSIDE_DIRS="^($ARCH_OUTSIDE|drivers/firmware/efi/libstub|scripts(/.*)?|usr)\$"

# outside_judge UNITS NOT_OBJECTS GENERATED: files that list what includes a change, which .c of these name no object, and what C is generated from
outside_judge() {
	local unit dir=$WORK/3-affected/outside goal
	mkdir -p "$dir"
	: >"$dir/list"
	{ sed -n '/\.S$/p' "$1" | cat - "$2" "$3" | grep -vxF -f <(printf '%s\n' "${PATCHED_FILES[@]}") || true; } | while IFS= read -r unit; do
		outside_goal "$unit"; goal=$REPLY
		if [[ $goal ]]; then printf '%s\t%s\n' "$unit" "$goal" >>"$dir/list"; fi
	done
	if [[ ! -s $dir/list ]]; then return; fi
	progress "asking make for the commands of files that are not objects"
	outside_commands "$dir/list" "$dir/commands"
	outside_compare "$dir"
	outside_refuse "$dir"
}

# outside_goal FILE -> REPLY: "goal <TAB> kind", empty if it is not built
outside_goal() {
	local file=$1 stem=${1##*/} dir
	dir=$(dirname -- "$file")
	REPLY=""
	if [[ $file != *.[cS] ]]; then generated_goal "$file"; return; fi
	# Where the user names modules only, nothing else is asked for.
	if [[ $file != *.S || $file == *.lds.S || $dir =~ $OUTSIDE_DIRS ]] && ! target_wanted vmlinux vmlinux "${file%.[cS]}.o"; then return; fi
	if [[ $file == *.lds.S ]]; then
		if [[ -f $TARGET_SOURCE/$dir/Makefile ]] && ! dir_is_off "$dir"; then REPLY=${file%.S}$'\t'text; fi
		return
	fi
	if [[ $file == *.S ]]; then
		if [[ ! $dir =~ $OUTSIDE_DIRS ]]; then
			if ! object_wanted "${file%.S}.c"; then REPLY=""; return; fi
		fi
		REPLY=${file%.S}.o$'\t'assembly
		return
	fi
	stem=${stem%.c}
	if outside_is_constants "$dir" "$stem"; then
		REPLY=${file%.c}.s$'\t'constants
	else
		outside_is_host "$dir" "$stem"
		if [[ $REPLY ]]; then
			REPLY=$dir/$REPLY$'\t'program
		elif [[ $dir =~ $OUTSIDE_DIRS ]]; then
			REPLY=${file%.c}.o$'\t'code
		fi
	fi
	if [[ $REPLY ]] && dir_is_off "$dir"; then REPLY=""; fi
}

# outside_is_constants DIR STEM: does a Makefile make assembly of it, to read constants from? (Of bounds.c and asm-offsets.c it is the main one.)
outside_is_constants() {
	local makefile
	for makefile in "$TARGET_SOURCE/$1/"{Makefile,Kbuild} "$TARGET_SOURCE/Kbuild"; do
		if [[ ! -f $makefile ]]; then continue; fi
		if awk -v arch="$ARCH_SOURCE" -v goal="$2.s" -v path="$1/$2.s" -v main="$([[ $makefile == "$TARGET_SOURCE/Kbuild" ]] && echo 1)" '
			{ gsub(/\$\(SRCARCH\)/, arch); n = split($0, word, /[ \t:,=()]+/) }
			{ for (i = 1; i <= n; i++) { name = word[i]; if (name == path) found = 1; sub(/^.*\//, "", name); if (!main && name == goal) found = 1 } }
			END { exit !found }' "$makefile"; then return 0; fi
	done
	return 1
}

# outside_is_host DIR STEM -> REPLY: what make makes of it for the machine that builds: STEM, STEM.o as a part, or empty
outside_is_host() {
	local makefile
	REPLY=""
	for makefile in "$TARGET_SOURCE/$1/"{Makefile,Kbuild}; do
		if [[ ! -f $makefile ]]; then continue; fi
		REPLY=$(sed -E ':a; /\\$/ { N; s/\\\n/ /; ta }' "$makefile" | awk -v stem="$2" '
			/^[ \t]*(hostprogs|always|userprogs)/ { host = host " " $0 " " }
			{ gsub(/\t/, " "); line[NR] = $0 }
			END {
				gsub(/[\t=]/, " ", host)
				for (i = 1; i <= NR; i++) {
					name = line[i]
					if (name !~ /^[A-Za-z0-9_.-]+-objs[ \t]*[:+]?=/) continue
					sub(/-objs.*/, "", name)
					if (index(host, " " name " ") && index(line[i] " ", " " stem ".o ")) { print stem ".o"; exit }
				}
				if (index(host, " " stem " ")) print stem
			}')
		if [[ $REPLY ]]; then return; fi
	done
}

# outside_commands LIST COMMANDS: make prints how it would make each goal. A file that the link alone makes (voffset.h, of vmlinux) stands in nobody's way.
outside_commands() {
	local list=$1 out=$2 rules=$WORK/3-affected/outside/goals.mk log=$WORK/3-affected/outside/make.log
	{
		# shellcheck disable=SC2016
		printf '%s\n' 'ifneq ($(filter kpatch-goals,$(MAKECMDGOALS)),)' 'ifeq ($(sub_make_done),1)' '.PHONY: kpatch-goals' 'kpatch-goals:'
		awk -F '\t' -v by_parent="$ARCH_OUTSIDE_BY_PARENT" '
			{ dir = $2; sub(/\/[^\/]*$/, "", dir); if (dir == by_parent) sub(/\/[^\/]*$/, "", dir); goals[dir] = goals[dir] " " $2 }
			END { for (dir in goals) print "\t-$(MAKE) $(build)=" dir goals[dir] }' "$list"
		# shellcheck disable=SC2016
		printf '%s\n' '.DEFAULT_GOAL :=' endif endif 'ifneq ($(obj),)' 'vmlinux: ;' '.DEFAULT_GOAL :=' endif
	} >"$rules"
	long_run "$log" no_progress "${KMAKE[@]}" -n -k --eval "include $rules" kpatch-goals || true
	outside_commands_read "$list" "$log" >"$out"
}

# outside_commands_read LIST LOG: "goal <TAB> command"
outside_commands_read() {
	awk -F '\t' '
	FILENAME != "-" { goal[++n] = $2; next }
	/ -o / {
		parts = split($0, part, /; +| +;/)
		for (p = 1; p <= parts; p++)
			for (g = 1; g <= n; g++)
				if (!(g in told) && index(part[p] " ", " -o " goal[g] " ") && part[p] ~ /\.(c|S)[ \t]*$/) {
					sub(/^[ \t]+/, "", part[p])
					told[g] = 1
					print goal[g] "\t" part[p]
				}
	}' "$1" - <"$2"
}

# outside_compare DIR: N.result of each line of the list: same, differs, or unknown
outside_compare() {
	local dir=$1 n=0 file goal kind command scripts=()
	while IFS=$'\t' read -r file goal kind; do
		n=$((n + 1))
		command=$(awk -F '\t' -v goal="$goal" '$1 == goal { print $2; exit }' "$dir/commands")
		if [[ -z $command ]]; then echo unknown >"$dir/$n.result"; continue; fi
		if [[ $file != *.[cS] ]]; then
			generated_stand_in "$file" >"$dir/$n.c"
			command=$(sed -E 's, [^ ]+ *$,,' <<<"$command")" -iquote $TARGET_SOURCE/${file%/*} $dir/$n.c"
		fi
		outside_script "$dir/$n" "$goal" "$kind" "$command" >"$dir/$n.sh"
		scripts+=("$dir/$n.sh")
	done <"$dir/list"
	if ((${#scripts[@]} == 0)); then return; fi
	printf '%s\0' "${scripts[@]}" >"$dir/scripts"
	OUTSIDE_SCRIPTS=${#scripts[@]}
	long_run "$dir/run.log" outside_progress "${IN_ROOT[@]}" xargs -0 -a "$dir/scripts" -P "$OPT_JOBS" -n 1 sh || true
	# (klp-source is a program of this machine, which need not run in a build root.)
	n=0
	while IFS=$'\t' read -r file goal kind; do
		n=$((n + 1))
		if [[ $kind == generated && -f $dir/$n.result && $(<"$dir/$n.result") == differs ]] &&
			"$BIN_DIR/klp-source" same "$dir/$n.orig.i" "$dir/$n.patched.i" >>"$dir/run.log" 2>&1; then echo same >"$dir/$n.result"; fi
	done <"$dir/list"
}
outside_progress() { REPLY="comparing files that are not objects: $OUTSIDE_SCRIPTS files"; }

# outside_script OUT GOAL KIND COMMAND: a header that is made while linking (voffset.h, pasyms.h) is empty for both sides.
outside_script() {
	local out=$1 goal=$2 kind=$3 command=$4 side own
	command=$(sed -E 's/ -Wp,-MM?D,[^ ]+//g; s/ -C / /' <<<" $command ")
	cat <<-SCRIPT
		# $goal
		cd $TREE || exit 1
		mkdir -p $out.made/a/b
		echo unknown >$out.result
		made() { sed -n 's/.*fatal error: \(.*\.h\): No such file or directory.*/\1/p' \$1 | head -n 1; }
	SCRIPT
	for side in orig patched; do
		own=$command
		if [[ $side == patched ]]; then
			own=${command//"$TARGET_SOURCE/"/"$PATCHED/"}
			# The view has no tools.
			own=${own//"$PATCHED/tools/"/"$TARGET_SOURCE/tools/"}
		fi
		outside_as "$own" "$goal" "-E -P" "$out.$side.i -MD -MF $out.$side.d -I $out.made/a/b"
		cat <<-SCRIPT
			for try in 1 2 3 4 5; do
				if $REPLY 2>$out.$side.log; then break; fi
				header=\$(made $out.$side.log)
				if [ -z "\$header" ] || [ \$try = 5 ]; then exit; fi
				mkdir -p $out.made/a/b/\$(dirname \$header) && : >$out.made/a/b/\$header || exit
			done
		SCRIPT
		case $kind in
		assembly) outside_as "$own" "$goal" -c "$out.$side.o -I $out.made/a/b"; REPLY+=" && objcopy --strip-debug $out.$side.o $out.$side.made" ;;
		text | generated | grammar) REPLY="cp $out.$side.i $out.$side.made" ;;
		constants) outside_as "$own" "$goal" "-S -g0" "$out.$side.s"; REPLY+=" && grep -e '->' $out.$side.s >$out.$side.made" ;;
		*) outside_as "$own" "$goal" "-S -g0" "$out.$side.made -I $out.made/a/b" ;;
		esac
		printf '%s_made() { %s; }\n' "$side" "{ $REPLY; } 2>>$out.$side.log"
	done
	cat <<-SCRIPT
		if cmp -s $out.orig.i $out.patched.i; then echo same >$out.result; exit; fi
		orig_made && patched_made || exit
		if cmp -s $out.orig.made $out.patched.made; then echo same >$out.result; else echo differs >$out.result; fi
	SCRIPT
}

# outside_as COMMAND GOAL HOW OUT -> REPLY: the command with another end
outside_as() {
	REPLY=${1/" -o $2 "/" -o $4 "}
	REPLY=${REPLY/" -c -o $4 "/" -o $4 "}
	REPLY=${REPLY/" -S -o $4 "/" -o $4 "}
	REPLY=${REPLY/" -E "/" "}
	REPLY=${REPLY/" -o $4 "/" $3 -o $4 "}
}

outside_refuse() {
	local dir=$1 n=0 file goal kind result differs="" unknown="" header
	while IFS=$'\t' read -r file goal kind; do
		n=$((n + 1))
		result=unknown
		if [[ -f $dir/$n.result ]]; then result=$(<"$dir/$n.result"); fi
		if [[ $result == same ]]; then continue; fi
		outside_headers "$dir/$n"; header=$REPLY
		if [[ $result == differs ]]; then differs+=$'\n'"    $file (it includes $header)"; else unknown+=$'\n'"    $file (it includes $header)"; fi
		debug "$file: $result: $dir/$n.sh"
	done <"$dir/list"
	if [[ $differs ]]; then refuse outside-changed "the patch affects these files, which can't be livepatched (assembly, linker scripts, boot code, the vdso, build tools, generated C):$differs"; fi
	if [[ $unknown ]]; then refuse outside-changed "these files can't be livepatched (assembly, linker scripts, boot code, the vdso, build tools, generated C), and it can't be found out whether the patch affects them:$unknown"; fi
}

# outside_headers OUT -> REPLY: what it reads of what the patch changes
outside_headers() {
	local file
	REPLY=""
	for file in "${CHANGED_FILES[@]}"; do
		if cat "$1".{orig,patched}.d 2>/dev/null | tr -s ' ' '\n' | grep -qF -- "/$file"; then REPLY+="${REPLY:+, }$file"; fi
	done
	if [[ -z $REPLY ]]; then REPLY="${CHANGED_FILES[*]}"; fi
}

# ---- files that a program reads ---------------------------------------------------------------------------------------

# outside_judge_read FILE...: a header or C file may be read by a program of the build (cpufeatures.h makes capflags.c, comments and all),
# or be compiled a second time into something else (lib/crypto/sha256.c into the purgatory)
outside_judge_read() {
	local file makefile refused=""
	outside_readers "$@" | sort -u | while IFS=$'\t' read -r file makefile; do
		# drivers/eisa/Makefile makes a list of devices of <linux/device.h>, where there is EISA.
		if dir_is_off "${makefile%/*}"; then continue; fi
		refused+=$'\n'"    $file: $makefile"
	done
	if [[ $refused ]]; then refuse file-read "a livepatch can't change these files, because the build uses them for something other than an object, or for another object (the Makefile is named):$refused"; fi
}

# outside_readers FILE...: "FILE <TAB> Makefile" for each Makefile that names one of them otherwise than as what an object depends on
outside_readers() {
	outside_readers_list
	awk -F '\t' '
	BEGIN { for (i = 1; ARGV[i] != "--"; i++) { want[ARGV[i]] = 1; delete ARGV[i] } delete ARGV[i] }
	$1 in want { print }
	$1 ~ /[*%]/ {
		pattern = $1
		gsub(/[.+]/, "[&]", pattern); gsub(/[*%]/, "[^/]*", pattern)
		for (file in want) if (file ~ "^" pattern "$") print file "\t" $2
	}' "$@" -- "$READERS_LIST"
}

# outside_readers_list: READERS_LIST is a file of "FILE <TAB> Makefile" for all files that Makefiles name so; FILE may be a pattern. It is
# kept with the build tree, as what the Makefiles build (tree_known_lists): no directory has its name there.
outside_readers_list() {
	local name=%readers dir file files=()
	READERS_LIST=$TREE/kpatch/built/$name
	if [[ ${TREE_LISTS[$name]:-} ]]; then return; fi
	READERS_LIST=$WORK/3-affected/kbuild/$name
	if [[ -f $READERS_LIST ]]; then return; fi
	mkdir -p "$WORK/3-affected/kbuild"
	{ printf '%s\n' "${ARCH_OUTSIDE_MAKEFILES[@]}" usr certs; cut -f 1 "$TREE/kpatch/makefiles"; } | sort -u | while IFS= read -r dir; do
		for file in "$dir/Makefile" "$dir/Kbuild"; do
			if [[ -f $TARGET_SOURCE/$file ]]; then files+=("$file"); fi
		done
	done
	if ((${#files[@]})); then outside_readers_read "${files[@]}"; fi >"$READERS_LIST.$$"
	mv "$READERS_LIST.$$" "$READERS_LIST"
}

# outside_readers_read MAKEFILE...: the lines of that list
outside_readers_read() {
	(cd "$TARGET_SOURCE" && awk '
	FNR == 1 { dir = FILENAME; sub(/\/?[^\/]*$/, "", dir); text = "" }
	/^[ \t]*#/ { next }
	/\\$/ { text = text " " substr($0, 1, length($0) - 1); next }
	{ line = text " " $0; text = "" }
	line !~ /\.[ch]([^A-Za-z0-9_]|$)/ { next }
	# Lists of headers that are not looked at alone, or wrapped by asm-generic
	line ~ /^[ \t]*(generic|mandatory|syscall|no-export|clean|targets|[a-z-]*header-test|hdrtest)[A-Za-z0-9_-]*[ \t]*[:+?]?=/ { next }
	{
		goal = ""
		if (line ~ /^ *[^ \t=][^=]*:[^=]/ || line ~ /^ *[^ \t=][^=]*:$/) { goal = line; sub(/:.*/, "", goal) }
		gsub(/\$\((srctree|srcroot|abs_srctree)\)\//, " //", line)
		gsub(/\$\(src\)\//, " " "//" dir "/", line)
		gsub(/\$\((obj|objtree)\)\/[^ \t]*/, "", line)
		n = split(line, word, /[ \t:=(),;|&"\047]+/)
		for (i = 1; i <= n; i++) {
			if (word[i] !~ /\.[ch]$/ || word[i - 1] ~ /^-(include|imacros|i)$/) continue
			rooted = sub(/^\/\//, "", word[i])
			tell(word[i])
			if (!rooted) tell(dir "/" word[i])
		}
	}
	function base_of(path) { sub(/.*\//, "", path); return path }
	function tell(path) {
		gsub(/\/\.\//, "/", path)
		while (sub(/[^\/]+\/\.\.\//, "", path));
		# What an object depends on is found by its #include; a .c is compiled for it.
		if (goal ~ /\.o *$/ && path ~ /\.h$/) return
		if (goal ~ /\.o *$/ && path == dir "/" base_of(path)) return
		# All files of a directory
		if (path ~ /^(.*\/)?[*%]\.[ch]$/) return
		print path "\t" FILENAME
	}' "$@" | sort -u)
}
