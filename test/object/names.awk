# SPDX-License-Identifier: GPL-2.0-only
#
# Tells names of static locals in a way that is the same for all compilers: `count:1` is the first one in the file of those called count that
# the relocations name, of the original (with .klp.sym) or of what is new.
#
#   GCC 10 and later   count.0: counts from the end of the file; these are the names in `expect`
#   GCC up to 9        count.1142: counts all declarations
#   clang              f.count, and f.count.1 for a second one of f()
#
# Input: for clang the symbols of both objects (readelf -sW), then the lines.
# -v names=expect|gcc|clang: whose names they are. -v messages=1: they are messages, whose names get no number.
# -v loose=1: relocations without what depends on the choice of instructions: one line for each thing that a section refers to, without types
# and distances; a function's cold part is part of it.

FNR == 1 { file++ }
names == "clang" && file <= 2 {
	if ($4 == "OBJECT" && $5 == "LOCAL" && $8 ~ /^[A-Za-z_][A-Za-z_0-9]*\.[A-Za-z_][A-Za-z_0-9]*(\.[0-9]+)?$/ && $8 !~ /^switch\.table\./) {
		base[file, $8] = $8
		sub(/^[^.]*\./, "", base[file, $8]); sub(/\.[0-9]+$/, "", base[file, $8])
		# Each has a section, in the order of the file.
		key[file, $8] = $7 * 65536 + hex($2)
	}
	next
}
{ lines[++count] = $0 }
END {
	for (i = 1; i <= count; i++) if (lines[i] ~ /^(reloc|klp|constant) /) walk(lines[i], 0)
	for (i = 1; i <= count; i++) {
		line = walk(lines[i], 1)
		if (loose && line ~ /^reloc /) line = loosely(line)
		if (line != "" && !(loose && line ~ /^reloc / && told[line]++)) print line
	}
}

# Goes through the names of a line: notes those of static locals, or gives them back as they shall be told.
function walk(line, tell,    out, word, before, side) {
	out = ""
	while (match(line, /[A-Za-z0-9_.]+/)) {
		out = out substr(line, 1, RSTART - 1); word = substr(line, RSTART, RLENGTH); line = substr(line, RSTART + RLENGTH)
		side = 2; before = ""
		if (match(word, /^\.klp\.sym\.[a-z0-9_]+\./)) side = 1
		else if (!match(word, /^\.(bss|data|rodata|text\.unlikely|text)\./)) RLENGTH = 0
		before = substr(word, 1, RLENGTH); word = substr(word, RLENGTH + 1)
		out = out before (tell ? told_as(side, word) : note(side, word))
	}
	return out line
}

# Is it the name of a static local? Then `b` is what it is called in the source, and `k` grows in the order of the file.
function is_static_local(side, word) {
	if (names == "clang") {
		if (!((side, word) in key)) return 0
		b = base[side, word]; k = key[side, word]
		return 1
	}
	if (word !~ /^[A-Za-z_].*\.[0-9]+$/ || word ~ /^CSWTCH\.|^str[0-9]+\.[0-9]+$|\.(isra|part|constprop|specialized|llvm|lto_priv|cold|str[0-9]+)\.[0-9]+$/) return 0
	b = word; sub(/\.[0-9]+$/, "", b)
	k = substr(word, length(b) + 2) + 0
	if (names == "expect") k = -k
	return 1
}
function note(side, word) {
	if (is_static_local(side, word)) known[side, b] = known[side, b] " " k
	return ""
}
function told_as(side, word,    list, i, n, rank, seen) {
	# What is missing in the patched object is the original's.
	if (!is_static_local(side, word) && !(messages && is_static_local(1, word))) return word
	n = split(known[side, b], list, " ")
	rank = 1
	split("", seen)
	for (i = 1; i <= n; i++) if (list[i] + 0 < k && !seen[list[i]]++) rank++
	return messages ? b ".0" : b ":" rank
}

function loosely(text,    field, section, target) {
	split(text, field, " ")
	section = field[2]; target = text
	sub(/^reloc [^ ]+ [^ ]+ /, "", target)
	sub(/\.text\.unlikely\./, ".text.", section)
	sub(/\.rodata\.[A-Za-z_0-9]+\.str/, ".rodata.str", target)
	if (target !~ /^"/) sub(/[-+]0x[0-9a-f]+$/, "", target)
	sub(/\.cold$|:\.Ltmp[0-9]+$/, "", target)
	return section == ".text." target ? "" : "reloc " section " any " target
}

function hex(digits,    i, n) {
	n = 0
	for (i = 1; i <= length(digits); i++) n = n * 16 + index("0123456789abcdef", substr(digits, i, 1)) - 1
	return n
}
