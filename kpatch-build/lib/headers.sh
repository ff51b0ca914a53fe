# shellcheck shell=bash
# Is a change to a header one? A header may reach thousands of objects, and compiling them to see that nothing changed takes
# hours. Where only comments and blanks differ, nobody who includes it can come out different: what the compiler sees is the
# same, and #line keeps the numbers of the lines.

# Prints C source as one line for each line of the preprocessor: without comments, with continued lines joined and blanks made
# one. In a line with a quote blanks stay as they are; lines that are blank then are left out.
HEADER_LINES='
	function plain(line,   out, c, two, i, n) {
		if (!comment && line !~ /["\047]|\/[*\/]/) return line
		out = ""; n = length(line)
		for (i = 1; i <= n; i++) {
			c = substr(line, i, 1); two = substr(line, i, 2)
			if (comment) { if (two == "*/") { comment = 0; i++; out = out " " } }
			else if (quote != "") {
				out = out c
				if (c == "\\") { i++; out = out substr(line, i, 1) } else if (c == quote) quote = ""
			}
			else if (two == "/*") { comment = 1; i++ }
			else if (two == "//") break
			else { if (c == "\"" || c == "\047") quote = c; out = out c }
		}
		quote = ""
		return out
	}
	{ text = text $0 }
	text ~ /\\[ \t\r]*$/ { sub(/\\[ \t\r]*$/, "", text); next }
	{
		held = held plain(text); text = ""
		if (comment) next
		line = held; held = ""
		if (line !~ /["\047]/) gsub(/[ \t\r\f\v]+/, " ", line)
		sub(/^[ \t\r\f\v]+/, "", line); sub(/[ \t\r\f\v]+$/, "", line)
		if (line != "") print line
	}
	END { if (text held != "" || comment) print "unfinished " text held }'

# header_is_same ORIGINAL PATCHED: do they differ in comments and blanks at most?
header_is_same() { cmp -s <(awk "$HEADER_LINES" "$1") <(awk "$HEADER_LINES" "$2"); }

# headers_split FILE...: CHANGED_FILES are those that are more than comments changed, COMMENT_FILES the headers that are not
headers_split() {
	local file
	CHANGED_FILES=() COMMENT_FILES=()
	for file; do
		if [[ $file == *.h && -f $TARGET_SOURCE/$file && -f $WORK/2-tree/unnumbered/$file ]] &&
			header_is_same "$TARGET_SOURCE/$file" "$WORK/2-tree/unnumbered/$file"; then
			COMMENT_FILES+=("$file")
		else
			CHANGED_FILES+=("$file")
		fi
	done
}
