# shellcheck shell=bash
# Which files of the source is the kernel made of? Not documentation, samples, other machines; and of tools/, whose programs
# have headers of the kernel's names (tools/include/linux/bitops.h), only what the kernel's own code includes by that path:
# kernel/bpf/relo_core.c is one line, #include "../../tools/lib/bpf/relo_core.c".

# copy_listed FROM LIST TO LOG: copies what LIST names, relative to FROM and with a NUL behind each, into TO
copy_listed() {
	# shellcheck disable=SC2016
	if ! long_run "$4" no_progress bash -c 'set -o pipefail; tar -C "$1" --no-recursion --null -T "$2" -cf - | tar -C "$3" --no-same-owner -xf -' \
		copy "$1" "$2" "$3"; then
		show_file "$4"
		die "$1 could not be copied to $3"
	fi
}

# source_files TEST...: the files that pass the tests of find, relative to the source with a ./ in front and a NUL behind
source_files() {
	(cd "$TARGET_SOURCE" && find . '(' -path ./Documentation -o -path ./samples -o -path ./tools -o -path './arch/*' \
		! -path "./$ARCH_DIR" ! -path "./$ARCH_DIR/*" ')' -prune -o "$@" -type f -print0)
}

# source_grep OPTION...: grep with these options in the files that standard input lists so. (One that finds nothing in its share is no
# error.)
source_grep() { (cd "$TARGET_SOURCE" && xargs -r -0 grep -H "$@") || true; }

# source_tools -> REPLY: a file that lists those of tools/, a line each: what is included by path, and what these include beside them
source_tools() {
	local list=$WORK/source-tools part=$WORK/source-tools.part new file name
	REPLY=$list
	if [[ -f $list ]]; then return; fi
	source_files '(' -name '*.[chS]' -o -name '*.inc' ')' |
		source_grep -oE '^[[:space:]]*#[[:space:]]*include[[:space:]]*["<](\.\./)+tools/[^">]+' | sed '/^\.\/scripts\//d; s,.*["<][./]*,,' | sort -u |
		mapfile -t new
	: >"$part"
	while ((${#new[@]})); do
		file=${new[0]}
		new=("${new[@]:1}")
		path_normalize "$file"; file=$REPLY
		if [[ $file != tools/* || ! -f $TARGET_SOURCE/$file || -L $TARGET_SOURCE/$file ]] || grep -qxF -- "$file" "$part"; then continue; fi
		printf '%s\n' "$file" >>"$part"
		sed -nE 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*"([^"]+)".*/\1/p' "$TARGET_SOURCE/$file" |
			while IFS= read -r name; do new+=("${file%/*}/$name"); done
	done
	mv -- "$part" "$list"
	REPLY=$list
}

# source_tools_files: the same for source_grep
source_tools_files() {
	source_tools
	sed 's,^,./,' "$REPLY" | tr '\n' '\0'
}

# ---- what a compiler read, by what it wrote for make (.d) ----------------------------------------------------------------

# files_read: the paths in such lists, a line each
files_read() { sed -E 's/^[^ :]*:( |$)//; s/ ?\\$//' | tr -s ' ' '\n' | sed '/^$/d'; }

# files_ids: which files are they, whatever links led there? False if one is not there.
files_ids() { xargs -r -d '\n' stat -L -c '%d:%i' --; }

# files_none_of IDS LIST: is nothing that the list names one of these?
files_none_of() { files_read <"$2" | files_ids >"$2.ids" && ! grep -qxF -f "$1" "$2.ids"; }

# files_original: the same of those of the source that the patch changes
files_original() {
	local file
	for file in "${PATCHED_FILES[@]}"; do
		if [[ -e $TARGET_SOURCE/$file ]]; then printf '%s\n' "$TARGET_SOURCE/$file"; fi
	done | files_ids
}
