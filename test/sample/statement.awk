# SPDX-License-Identifier: GPL-2.0
#
# Finds function definitions in a C source in the kernel's style: a "{" alone on its line after a line that ends with ")" and
# parentheses that close in the lines above. The name is what stands before the parameters.
#
# -v insert=    print the names
# -v insert=F   print the source with one statement more at the beginning of F, on the line of its "{", so that no line has another
# number. It is a declaration, because declarations may follow; its initializer can't be optimized away, counts as the smallest
# where the compiler thinks about inlining, and lists each of its copies in section .discard, which the kernel drops (and has no use for).

{ line[NR] = $0 }

END {
	for (n = 1; n <= NR; n++) {
		name = line[n] ~ /^\{[ \t]*$/ ? function_name(n - 1) : ""
		if (insert == "") {
			if (name != "") print name
		} else if (name == insert)
			print "{ int klp_sample __attribute__((unused)) = ({ asm volatile __inline(\"991: nop\\n\\t.pushsection .discard\\n\\t.quad 991b\\n\\t.popsection\"); 0; });"
		else
			print line[n]
	}
}

# The name of the function whose head ends in line LAST, or nothing.
function function_name(last,    first, text, i, depth, c) {
	if (line[last] !~ /\)[ \t]*$/) return ""
	text = ""
	for (first = last; first > 0 && first > last - 12; first--) {
		if (line[first] ~ /^[ \t]*(#|\/\/|\/?\*)/ || line[first] ~ /[;{}]/) return ""
		text = line[first] " " text
		depth = gsub(/\(/, "(", text) - gsub(/\)/, ")", text)
		if (depth == 0 && line[first] ~ /^[A-Za-z_]/) break
	}
	if (depth != 0) return ""
	# back from the last ")" to the "(" of the parameters
	for (i = length(text); i > 0; i--) {
		c = substr(text, i, 1)
		if (c == ")") depth++
		else if (c == "(" && --depth == 0) break
	}
	text = substr(text, 1, i - 1)
	return match(text, /[A-Za-z_][A-Za-z0-9_]*[ \t]*$/) ? word(substr(text, RSTART)) : ""
}
function word(text) { sub(/[ \t]+$/, "", text); return text }
