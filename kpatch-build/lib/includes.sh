# shellcheck shell=bash
# Who includes whom: a graph that is read from the text of the source, once per build tree. It may name more than is so, never
# less:
#
#   "x.h"                       the file beside the including one if there is one; else every file whose path ends so
#   <x.h>                       every file whose path ends so
#   #include MACRO              whoever defines MACRO (or what that is defined as) includes what it defines it as, for nobody
#                               comes to the #include without that definition
#   -include x.h in a Makefile  all of its directory, of those of the main Makefile and scripts/: all there is
#
# TREE/kpatch/includes: file <TAB> kind <TAB> text, where kind is " or <; @ (then file is a directory, "." the whole source); or *, a
# file that includes something that can't be told.

# includes_index: the source, and the build tree, whose generated asm/x.h stand for asm-generic/x.h
includes_index() {
	local out=$TREE/kpatch/includes
	includes_lines >"$out.raw"
	{
		awk -F '\t' -v OFS='\t' '$2 != "=" && $2 != "d"' "$out.raw"
		includes_computed "$out.raw"
		includes_of_makefiles
	} >"$out.new"
	awk -F '\t' '$3 ~ /\.c$/' "$out.new" >"$out.c"
	rm "$out.raw"
	mv "$out.new" "$out"
}

# includes_lines: file <TAB> kind <TAB> text of all lines that include something, or define what may be included; of computed ones the
# kind is =, of definitions d, with name <TAB> what it is defined as
includes_lines() {
	local lines='^[[:space:]]*#[[:space:]]*include(_next)?[[:space:]]*["<A-Za-z_]|^[[:space:]]*#[[:space:]]*define[[:space:]]+[A-Z_][A-Z0-9_]*[[:space:]]+("[^"]+"|<[^>]+>|[A-Za-z_][A-Za-z0-9_]*)[[:space:]]*(/[*].*)?$|^[[:space:]]*#[[:space:]]*define[[:space:]]+[A-Z_]*INCLUDE[A-Z_]*\(|\.(include|incbin)[[:space:]]*[\\]?"'
	{
		{ source_files '(' -name '*.[chS]' -o -name '*.inc' -o -name '*.lds' ')'; source_tools_files; } | source_grep -E "$lines"
		(cd "$TREE" && find arch include -name '*.h' -type f -print0 | xargs -r -0 grep -HE "$lines") || true
	} | sed -nE '
		s,^\./,,; t begin; :begin
		s,^([^:]*):[[:space:]]*#[[:space:]]*include(_next)?[[:space:]]*(["<])([^">]+)[">].*,\1\t\3\t\4,p; t
		s,^([^:]*):[[:space:]]*#[[:space:]]*include(_next)?[[:space:]]*([A-Za-z_].*),\1\t=\t\3,p; t
		s,^([^:]*):[[:space:]]*#[[:space:]]*define[[:space:]]+([A-Za-z0-9_]+)(\([^)]*\))?[[:space:]]*(.*),\1\td\t\2\t\4,p; t
		s,^([^:]*):.*\.(include|incbin)[[:space:]]*[\\]?"([^"\\]+).*,\1\t"\t\3,p'
}

# includes_computed RAW: the edges that definitions make. What a name is defined as is a file, or another name, or (define_trace.h) the
# last part of the file's name.
includes_computed() {
	awk -F '\t' -v OFS='\t' '
	$2 == "=" { n++; user[n] = $1; text[n] = $3; need($3) }
	$2 == "d" { d = ++defs[$3]; definer[$3, d] = $1; body[$3, d] = $4 }
	function need(line,   name) {
		gsub(/"[^"]*"|\/\*.*/, "", line)
		while (match(line, /[A-Za-z_][A-Za-z0-9_]*/)) {
			name = substr(line, RSTART, RLENGTH)
			line = substr(line, RSTART + RLENGTH)
			if (!(name in wanted)) { wanted[name] = 1; queue[++tail] = name }
		}
	}
	END {
		for (head = 1; head <= tail; head++) {
			name = queue[head]
			for (d = 1; d <= defs[name]; d++) {
				line = body[name, d]; file = definer[name, d]
				base = file; sub(/.*\//, "", base)
				if (line ~ /^["<]/) {
					kind = substr(line, 1, 1)
					line = substr(line, 2); sub(/[">].*/, "", line)
					print file, kind, line
				} else if (line ~ /^[A-Za-z_][A-Za-z0-9_]*[ \t]*(\/\*.*)?$/) {
					sub(/[ \t].*/, "", line)
					if (line in defs) need(line)
					else if (base != line ".h") print file, "<", line ".h"
				} else
					need(line)
			}
		}
		for (i = 1; i <= n; i++) {
			name = text[i]; sub(/[^A-Za-z0-9_].*/, "", name)
			if (!defs[name] && name !~ /^CONFIG_/) print user[i], "*", name
		}
	}' "$1"
}

includes_of_makefiles() {
	source_files '(' -name 'Makefile*' -o -name 'Kbuild*' ')' | source_grep -oE '[[:space:]]-include[[:space:]]+[^[:space:]]+\.h\b' |
		sed -E 's,^\./,,; s,^([^:]*/)?[^/:]*:[[:space:]]+-include[[:space:]]+,\1\t@\t,; s,\$\([a-zA-Z_]*\)/,,; s,^(scripts/)?\t,.\t,; s,/\t,\t,'
}

# includers_of LIST FILE...: print the files of LIST (which are FILE...) and all that include one, directly or not
includers_of() {
	local index=$TREE/kpatch/includes
	# Few lines include a .c: a patch without other files need not look at all of them.
	if [[ " ${*:2}" != *.[!c]\ * && " ${*:2}" == *.c ]]; then index=$TREE/kpatch/includes.c; fi
	awk -F '\t' '
	FILENAME != INDEX { queue[++tail] = $1; seen[$1] = 1; next }
	{
		text = $3
		while (sub(/^(\.\.?\/)+/, "", text) || sub(/[^\/]+\/\.\.\//, "", text));
		base = text; sub(/.*\//, "", base)
		if ($2 == "*") { if (!($1 in seen)) { seen[$1] = 1; unsure[++unsures] = $1 }; next }
		if ($2 != "@") all[$1] = 1
		n = ++lines[base]
		from[base, n] = $1; kind[base, n] = $2; tail_of[base, n] = text; raw[base, n] = $3
	}
	function dir_of(path) { return sub(/\/[^\/]*$/, "", path) ? path : "." }
	function beside(file, text,   path) {
		path = dir_of(file) "/" text
		gsub(/\/\.\//, "/", path)
		while (sub(/[^\/]+\/\.\.\//, "", path));
		return path
	}
	function exists(path,   line, r) {
		if (path in known) return known[path]
		r = (getline line < (SOURCE "/" path)) >= 0
		close(SOURCE "/" path)
		return known[path] = r
	}
	function add(who) { if (!(who in seen)) { seen[who] = 1; queue[++tail] = who } }
	END {
		for (n = 1; n <= unsures; n++) queue[++tail] = unsure[n]
		for (head = 1; head <= tail; head++) {
			file = queue[head]
			print file
			base = file; sub(/.*\//, "", base)
			for (n = 1; n <= lines[base]; n++) {
				who = from[base, n]
				if (who in seen) continue
				if (kind[base, n] == "\"") {
					near = beside(who, raw[base, n])
					if (near != file && exists(near)) continue
					hit = (near == file)
				} else
					hit = 0
				want = "/" tail_of[base, n]
				if (!hit && substr("/" file, length(file) + 2 - length(want)) == want) hit = 1
				if (!hit) continue
				if (kind[base, n] != "@") { add(who); continue }
				for (other in all) if (who == "." || index(other, who "/") == 1) add(other)
			}
		}
	}' SOURCE="$TARGET_SOURCE" INDEX="$index" "$1" "$index"
}
