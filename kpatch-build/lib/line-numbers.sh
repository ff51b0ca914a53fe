# shellcheck shell=bash
# __LINE__, and with it BUG and WARN tables, stays what it was in all code that a patch does not touch: after each hunk that
# changes the number of lines a #line restores the numbering.

# line_numbers_keep ORIGINAL PATCHED: print PATCHED with a #line wherever the numbering would leave the original's. A
# directive can't stand after a continued line, in a comment, or (to be safe) between parentheses, where a macro's
# arguments may be: then it comes at the first place after.
line_numbers_keep() {
	{ diff "$1" "$2" || true; } | awk '
	# First the output of diff, normal format: which lines of the patched file are new, and how the others shift.
	NR == FNR {
		if (!match($0, /^[0-9]+(,[0-9]+)?[acd][0-9]+(,[0-9]+)?$/)) next
		op = $0; gsub(/[0-9,]/, "", op)
		split($0, side, op)
		n = split(side[1], o, ","); ofrom = o[1]; oto = (n > 1 ? o[2] : o[1])
		n = split(side[2], p, ","); pfrom = p[1]; pto = (n > 1 ? p[2] : p[1])
		if (op == "d") { after[pfrom + 1] = oto + 1 }
		else {
			for (i = pfrom; i <= pto; i++) changed[i] = 1
			after[pto + 1] = (op == "a" ? ofrom : oto) + 1
		}
		next
	}
	# Then the patched file, with just enough of a scanner to know where a directive may stand.
	FNR == 1 { number = 1; want = 1 }
	{
		if (FNR in after) want = after[FNR]
		if (!(FNR in changed) && number != want && !comment && !continued && (depth <= 0 || waited++ > 60)) {
			print "#line " want
			number = want
			waited = 0
		}
		print
		number++
		if (!(FNR in changed)) want++
		scan($0)
	}
	function scan(line,   i, c, two, quote) {
		if (!comment && !continued && line ~ /^[{}]/) depth = 0
		for (i = 1; i <= length(line); i++) {
			c = substr(line, i, 1); two = substr(line, i, 2)
			if (comment) { if (two == "*/") { comment = 0; i++ } }
			else if (quote != "") { if (c == "\\") i++; else if (c == quote) quote = "" }
			else if (two == "/*") { comment = 1; i++ }
			else if (two == "//") break
			else if (c == "\"" || c == "\047") quote = c
			else if (c == "(") depth++
			else if (c == ")") depth--
		}
		continued = (line ~ /\\[ \t]*$/)
	}' - "$2"
}
