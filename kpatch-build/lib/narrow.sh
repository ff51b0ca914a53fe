# shellcheck shell=bash
# Whom can a changed header reach that only has other macros and inline functions? A common header is included by thousands of files, and
# most of them never use what changed. Where the versions of a header differ in nothing but #define, #undef and static inline functions, a
# file can come to other code only if it, or something that it includes, holds one of these names: in its text, in a condition, or in
# another macro or static inline function of a header, whose name then counts as well.
#
# A function is one of these if its shape is known: it begins a line with "static inline", its name is before the only parentheses in front
# of its body, nothing is behind that, and no condition and no attribute like "used" is in it. It is then taken for a macro with this body.
# (What a macro in front of the name stands for is not known, and a body that declares something else may be heard outside of it.)
#
# What includes a file that is nowhere counts as well: it may be made when its directory is built (flask.h of SELinux), and hold any name.
#
# A name may also be put together by ##. Its parts then stand somewhere by themselves: a name that up to four words of the
# source make up counts as held wherever the longest of them is.

readonly NARROW_ABOVE=50        # files; fewer are simply compiled

# narrow_names ORIGINAL PATCHED: the names whose definitions differ, a line each; false if anything else does
narrow_names() {
	awk "$HEADER_LINES" "$1" | narrow_as_macros >"$WORK/3-affected/narrow/orig"
	awk "$HEADER_LINES" "$2" | narrow_as_macros >"$WORK/3-affected/narrow/patched"
	{ diff "$WORK/3-affected/narrow/orig" "$WORK/3-affected/narrow/patched" || true; } | sed -n 's/^[<>] //p' >"$WORK/3-affected/narrow/lines"
	sed -nE 's/^# ?(define|undef) ([A-Za-z_][A-Za-z0-9_]*).*/\2/p' "$WORK/3-affected/narrow/lines" | sort -u >"$WORK/3-affected/narrow/names"
	if [[ ! -s $WORK/3-affected/narrow/names ]]; then return 1; fi
	# What the preprocessor itself asks for, or what may be any word, is not looked for by name.
	if grep -qxE '.{1,4}|defined|include|if|else|int|char|void|const|static|inline|extern|struct|return|__.*__' "$WORK/3-affected/narrow/names"; then return 1; fi
	cmp -s <(narrow_rest "$WORK/3-affected/narrow/orig") <(narrow_rest "$WORK/3-affected/narrow/patched")
}

# narrow_as_macros: the lines of a header (HEADER_LINES) with each static inline function as a line like a macro's
narrow_as_macros() {
	awk '
	function flush(   i) { for (i = 1; i <= n; i++) print held[i]; n = 0; text = "" }
	function braces(line,   open, signs, i) {
		gsub(/"([^"\\]|\\.)*"|\047([^\047\\]|\\.)*\047/, "", line)
		if (line ~ /["\047]/) odd = 1
		# Two bodies in a line are those of two functions.
		signs = line; gsub(/[^{}]/, "", signs)
		for (i = 1; i <= length(signs); i++) {
			if (substr(signs, i, 1) == "{") { if (++level == 1 && bodies++) odd = 1 } else level--
		}
		open = gsub(/\{/, "{", line); opened += open
		return open - gsub(/\}/, "}", line)
	}
	# What is in front of the body -> its name, empty if it is not plain
	function name_of(head,   i, c, depth, name, word, words) {
		if (head ~ /[;"\047\[{}=]/ || head ~ /__attribute|typeof|asm/) return ""
		i = index(head, "("); if (!i) return ""
		name = substr(head, 1, i - 1); sub(/ +$/, "", name)
		for (; i <= length(head); i++) { c = substr(head, i, 1); if (c == "(") depth++; else if (c == ")" && --depth == 0) break }
		if (depth || substr(head, i + 1) !~ /^ *$/ || name !~ /[ *][A-Za-z_][A-Za-z0-9_]*$/) return ""
		# FUNCTION(name), function(name): what such a macro defines is not told.
		if (head ~ /\( *[A-Za-z_][A-Za-z0-9_]* *\) *$/ && head !~ /\( *void *\) *$/) return ""
		sub(/^ +/, "", name)
		words = split(name, word, /[ *]+/)
		if (words < 4 || word[words] !~ /[a-z]/) return ""
		for (i = 2; i < words; i++) {
			if (word[i] !~ /[a-z]/) return ""
			if (word[i] ~ /^__/ && word[i] !~ /^__(always_inline|must_check|pure|attribute_const__|maybe_unused|force|iomem|user|rcu|percpu)$/ &&
				word[i] !~ /^__(kernel_.*_t|[su](8|16|32|64)|[bl]e(16|32|64)|sum16|wsum|poll_t)$/) return ""
		}
		return word[words]
	}
	n && /^#/ { flush() }
	!n && !/^static (inline|__always_inline) / { print; next }
	!n { depth = opened = odd = level = bodies = 0 }
	{ held[++n] = $0; text = text " " $0; depth += braces($0) }
	odd || !opened && /;/ || depth < 0 { flush(); next }
	opened && depth == 0 {
		head = text; sub(/\{.*/, "", head); name = name_of(head)
		if (name == "" || text !~ /\} *$/ || text ~ /[^A-Za-z0-9](__)?(used|visible|init|exit|constructor|destructor|alias|section|weak)[^A-Za-z0-9]/ ||
			text ~ /[^A-Za-z0-9](__)?(retain|bpf_kfunc|asmlinkage|extern|noreturn|[_A-Za-z]*Pragma|[_A-Za-z]*Noreturn)[^A-Za-z0-9]/) { flush(); next }
		print "#define " name text
		n = 0; text = ""
	}
	END { flush() }'
}

# narrow_rest LINES: without the definitions of these names
narrow_rest() {
	awk 'FILENAME != "-" { name[$1] = 1; next }
		match($0, /^# ?(define|undef) [A-Za-z_][A-Za-z0-9_]*/) { word = substr($0, 1, RLENGTH); sub(/.* /, "", word); if (word in name) next }
		{ print }' "$WORK/3-affected/narrow/names" - <"$1"
}

# narrow_units UNITS: narrow the list, where every changed file is such a header, or a .c that only counts for itself and its includers
narrow_units() {
	local units=$1 dir=$WORK/3-affected/narrow file others=()
	if (($(wc -l <"$units") <= NARROW_ABOVE)); then return; fi
	mkdir -p "$dir"
	: >"$dir/all-names"
	: >"$dir/headers"
	for file in "${CHANGED_FILES[@]}"; do
		if [[ $file == *.h && -f $TARGET_SOURCE/$file && -f $WORK/2-tree/unnumbered/$file ]] &&
			narrow_names "$TARGET_SOURCE/$file" "$WORK/2-tree/unnumbered/$file"; then
			cat "$dir/names" >>"$dir/all-names"
			printf '%s\n' "$file" >>"$dir/headers"
		else
			others+=("$file")
		fi
	done
	if [[ ! -s $dir/headers ]]; then return; fi
	progress "looking for the names of what changed"
	sort -u -o "$dir/all-names" "$dir/all-names"
	if ! narrow_close "$dir/all-names" "$dir/users"; then return; fi
	narrow_unknown >>"$dir/users"
	# All that includes another changed file, and what both includes such a header and holds a name.
	: >"$dir/kept"
	if ((${#others[@]})); then
		printf '%s\n' "${others[@]}" >"$dir/others"
		includers_of "$dir/others" "${others[@]}" >"$dir/kept"
	fi
	cp -- "$units" "$dir/reached"
	if ((${#others[@]})); then includers_of "$dir/headers" x.h >"$dir/reached"; fi
	includers_of "$dir/users" x.h | grep -xF -f "$dir/reached" >>"$dir/kept" || true
	note "of $(grep -c '\.[cS]$' "$units") files that include a changed header, $(sort -u "$dir/kept" | grep -c '\.[cS]$' || true) can see what changed: $(head -n 5 "$dir/all-names" | xargs)"
	sort -u "$dir/kept" >"$units"
}

# narrow_close NAMES USERS: files that hold one of the names, or of the macros that use them, in anything but a definition; false
# if it takes too many turns, or the names become too many
narrow_close() {
	local names=$1 users=$2 dir=$WORK/3-affected/narrow turn header canary
	# A word that is surely there: were it not found, nothing that is not found would mean anything.
	header=$(head -n 1 "$dir/headers")
	canary=$(grep -ohE '[A-Za-z_][A-Za-z0-9_]{5,}' -- "$TARGET_SOURCE/$header" | awk 'length($0) > length(best) { best = $0 } END { print best }') || return 1
	cp -- "$names" "$dir/new"
	: >"$users"
	for turn in 1 2 3 4 5 6 7 8; do
		if [[ ! -s $dir/new ]]; then return 0; fi
		# (A name of one letter is not looked for: it is in every other file.)
		if (($(wc -l <"$names") > 300)) || grep -qx . "$dir/new"; then return 1; fi
		{ narrow_words "$dir/new"; echo "$canary"; } >"$dir/words.$turn"
		narrow_search "$dir/words.$turn" >"$dir/hits"
		if ! grep -qxF -- "$header"$'\t'"$canary" "$dir/hits"; then die "internal: the search of $TARGET_SOURCE does not find $canary in $header"; fi
		narrow_made "$dir/new" "$dir/hits" >"$dir/searched"
		awk -F '\t' 'FILENAME != "-" { word[$1] = 1; next } $2 in word { print $1 }' "$dir/searched" - <"$dir/hits" | sort -u >"$dir/files"
		# What is made of it, or for what a Makefile defines it, can't be told.
		if grep -vE '(^|/)Kconfig[^/]*$|^(MAINTAINERS|CREDITS|README)$' "$dir/files" | grep -vE '\.([chS]|inc|lds)$' >"$dir/odd"; then return 1; fi
		narrow_uses "$dir/searched" "$dir/files" >"$dir/uses"
		sed -n 's/^file\t//p' "$dir/uses" | sort -u - "$users" >"$users.new"
		mv -- "$users.new" "$users"
		sed -n 's/^macro\t//p' "$dir/uses" | sort -u | comm -23 - "$names" >"$dir/new"
		sort -u -o "$names" "$names" "$dir/new"
	done
	return 1
}

# narrow_words NAMES: what is searched for: the names, and all parts that they could be made of
narrow_words() {
	awk '{ n = length($0); for (i = 1; i <= n; i++) for (j = 2; j <= n - i + 1; j++) print substr($0, i, j) }' "$1" | sort -u
}

# narrow_search WORDS: "file <TAB> word", once each, of source and build tree. (All files: some are made into headers.)
narrow_search() {
	{
		{ source_files; source_tools_files; } | source_grep -IowF -f "$1"
		(cd "$TREE" && find arch include -name '*.h' -type f -print0 | xargs -r -0 grep -IHowF -f "$1") || true
	} | sed 's,^\./,,; s/:/\t/' | sort -u
}

# narrow_made NAMES HITS: what counts as a use: the names, and the longest word of each way to make one of up to four words
narrow_made() {
	awk -F '\t' '
	FILENAME != HITS { name[++names] = $1; next }
	{ there[$2] = 1 }
	function longest(a, b) { return length(a) >= length(b) ? a : b }
	function make(text, left, best,   i, part) {
		if (text == "") { if (best != "") out[best] = 1; return }
		if (left == 0) return
		for (i = 1; i <= length(text); i++) {
			part = substr(text, 1, i)
			# A single character stands somewhere by itself.
			if (i > 1 && !(part in there) && part !~ /^[0-9]+$/) continue
			make(substr(text, i + 1), left - 1, longest(best, part))
		}
	}
	END {
		for (n = 1; n <= names; n++) { out[name[n]] = 1; make(name[n], 4, "") }
		for (word in out) print word
	}' HITS="$2" "$1" "$2" | sort -u
}

# narrow_uses WORDS FILES: "file <TAB> F" where F holds a word in its text or in a condition, "macro <TAB> M" where M is defined with one (or a
# function of a header is)
narrow_uses() {
	local file
	while IFS= read -r file; do
		if [[ -f $TARGET_SOURCE/$file ]]; then file=$TARGET_SOURCE/$file; else file=$TREE/$file; fi
		awk "$HEADER_LINES" "$file" | if [[ $file == *.h ]]; then narrow_as_macros; else cat; fi | awk -v file="${file#"$TARGET_SOURCE"/}" -v tree="$TREE/" '
		FILENAME != "-" { word[$1] = 1; next }
		{
			line = $0; macro = ""
			if (match(line, /^# ?(define|undef) [A-Za-z_][A-Za-z0-9_]*/)) {
				macro = substr(line, 1, RLENGTH); sub(/.* /, "", macro)
				line = substr(line, RLENGTH + 1)
			}
			n = split(line, part, /[^A-Za-z0-9_]+/)
			for (i = 1; i <= n; i++) {
				if (!(part[i] in word)) continue
				if (macro != "") { print "macro\t" macro; break }
				sub(tree, "", file)
				print "file\t" file
				exit
			}
		}' "$1" -
	done <"$2" | sort -u
}

# narrow_unknown: files that include one that is neither in the source nor in the build tree. (What a system has for its programs, or other
# architectures for themselves, is included by nobody here.)
narrow_unknown() {
	{
		source_files | tr '\0' '\n'
		source_tools_files | tr '\0' '\n'
		(cd "$TREE" && find arch include -name '*.h')
	} | awk -F '\t' '
	FILENAME == "-" { path = $1; sub(/^\.\//, "", path); do known[path] = 1; while (sub(/^[^\/]*\//, "", path)); next }
	$2 == "\"" || $2 == "<" {
		text = $3
		while (sub(/^(\.\.?\/)+/, "", text) || sub(/[^\/]+\/\.\.\//, "", text));
		if (!(text in known) && $1 !~ /^(scripts|tools|usr)\// && text !~ /^(asm|sys|bits|gnu|arpa|netinet)\// &&
			text !~ /^(std[a-z]*|string|unistd|errno|ctype|limits|time|fcntl|signal|elf|getopt|float|setjmp|memory|inttypes)\.h$/) print $1
	}' - "$TREE/kpatch/includes" | sort -u
}
