# shellcheck shell=bash
# Names of source files that are in the compiled code as the compiler got them, with the directory of the build before them.
# -fmacro-prefix-map, which the kernel's Makefile gives, changes __FILE__ only; UBSAN's records (struct source_location) have the names
# as they are: "/build/reproducible-path/linux-7.3.4/mm/slub.c" in Debian's 7.3. The base check compares them, and the livepatch should
# not tell where it was built. Where the image shows such a directory, the compiler's output gets it for ours on the way to the assembler.

BUILT_IN=""             # the directory where the image was built, with a slash behind; empty if that is in no object, or the same as here

# built_in_find
built_in_find() {
	local file name
	BUILT_IN=""
	if ! grep -qx CONFIG_UBSAN=y "$TARGET_CONFIG" || grep -qx CONFIG_UBSAN_TRAP=y "$TARGET_CONFIG"; then return; fi
	# The first of these names that ends in a file of the source tells it, whatever else looks like a path.
	{ LC_ALL=C grep -aoE -m 2000 '/[A-Za-z0-9_.+@~=/-]+/[A-Za-z0-9_-]+\.[ch]' -- "$TARGET_VMLINUX" || true; } | sed -n 1,2000p |
	while read -r file; do
		name=${file#/}
		while [[ $name == */*/* ]]; do
			name=${name#*/}
			if [[ -f $TARGET_SOURCE/$name ]]; then
				printf '%s\n' "${file%"$name"}"
				break
			fi
		done
	done | sort | uniq -c | sort -k 1,1nr | read -r _ BUILT_IN || true
	# (-wrapper separates its words by commas, and make by spaces.)
	if [[ $BUILT_IN == "$TARGET_SOURCE/" || $BUILT_IN$CACHE$TARGET_SOURCE == *[,[:space:]]* ]]; then BUILT_IN=""; fi
	debug "names of files in the image begin with ${BUILT_IN:-no directory of its own}"
}

# built_in_flags -> REPLY: for the compiler; TARGET_SOURCE in it becomes PATCHED where the rest of a recorded command does
built_in_flags() { REPLY=${BUILT_IN:+-wrapper "$TREE/kpatch/file-names,$TARGET_SOURCE/,$BUILT_IN"}; }

# built_in_program FILE: OURS THEIRS PROGRAM ARG..., which the compiler runs for each of its parts. What the debug information says is for
# us, and stays.
built_in_program() {
	cat >"$1" <<'END'
#!/bin/sh
ours=$1 theirs=$2
shift 2
case $1 in
as | */as | *-as)
	for file; do :; done
	case $file in
	*.s)
		awk -v ours="$ours" -v theirs="$theirs" '
			/^\t\.(section|text|data|bss)/ { debug = index($2, ".debug_") == 1 }
			!debug && /^\t\.(string|ascii)\t"/ {
				start = index($0, "\"")
				if (substr($0, start + 1, length(ours)) == ours) $0 = substr($0, 1, start) theirs substr($0, start + 1 + length(ours))
			}
			{ print }' "$file" >"$file.named" && mv "$file.named" "$file" || exit 1
		;;
	esac
	;;
esac
exec "$@"
END
	chmod +x "$1"
}
