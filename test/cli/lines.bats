#!/usr/bin/env bats
# #line after hunks: every line that a patch does not touch keeps its number, and the source stays what it was.
# Each test is a subshell:
# shellcheck disable=SC2030,SC2031

load common
setup() { common_setup; export T; }

# same_numbers ORIGINAL PATCHED: number both, then compare the __LINE__ that the compiler sees at each mark that both
# have. Lines that hold "mark NAME" are what is looked at; "loose NAME" may differ.
same_numbers() {
	lib line_numbers_keep "$1" "$2" >"$T/numbered.c"
	marks "$1" >"$T/marks.orig"
	marks "$T/numbered.c" >"$T/marks.patched"
	join "$T/marks.orig" "$T/marks.patched" | awk '$2 != $3 { print "moved: " $0; bad = 1 } END { exit bad || NR == 0 }'
	# Nothing but #line was added.
	diff "$2" <(grep -v '^#line [0-9]*$' "$T/numbered.c")
}
marks() {
	sed -E 's/mark\(([a-z0-9]+)\)/"@\1" __LINE__/' "$1" | gcc -E -x c - | tr '\n' ' ' | grep -oE '"@[a-z0-9]+" [0-9]+' | sort
}

@test "lines added, removed and changed" {
	cat >"$T/a.c" <<-'EOF'
		int f(void)
		{
			mark(a);
			int x = 1;
			mark(b);
			int y = 2;
			int z = 3;
			mark(c);
			return x;
		}
		mark(d)
	EOF
	sed -e '/int x/a\	x++;\n	x--;' -e '/int y/d' -e 's/int z = 3/int z = 4/' "$T/a.c" >"$T/b.c"
	same_numbers "$T/a.c" "$T/b.c"
	[[ $(grep -c '^#line' "$T/numbered.c") == 2 ]]
}

@test "a change that keeps the number of lines needs no directive" {
	printf 'int a;\nint b;\nmark(x)\n' >"$T/a.c"
	printf 'int a;\nint c;\nmark(x)\n' >"$T/b.c"
	same_numbers "$T/a.c" "$T/b.c"
	run -1 grep '^#line' "$T/numbered.c"
}

@test "not after a continued line" {
	printf '#define M(x) \\\n\tone(x); \\\n\ttwo(x)\nmark(a)\nmark(b)\n' >"$T/a.c"
	printf '#define M(x) \\\n\tone(x); \\\n\tthree(x); \\\n\ttwo(x)\nmark(a)\nmark(b)\n' >"$T/b.c"
	same_numbers "$T/a.c" "$T/b.c"
}

@test "not in a comment, a string or between parentheses" {
	cat >"$T/a.c" <<-'EOF'
		/* one
		 * two
		 */
		mark(a)
		int f(int a,
		      int b)
		{
			g("/*",
			  '"', "(",
			  b);
			mark(b);
		}
		mark(c)
	EOF
	sed -e '/^ \* two/i\ * more' -e 's/^g("/g(1,\n  "/' -e "/'\"'/a\\	  5," "$T/a.c" >"$T/b.c"
	same_numbers "$T/a.c" "$T/b.c"
	awk '/^#line/ { if (open) exit 1 } { n = gsub(/\/\*/, "/*"); if (/^\/\*/) open = 1; if (/\*\/$/) open = 0 }' "$T/numbered.c"
}

@test "at the very beginning and the very end" {
	printf 'mark(a)\nmark(b)\n' >"$T/a.c"
	printf 'int new;\nint more;\nmark(a)\nmark(b)\nint last;\n' >"$T/b.c"
	same_numbers "$T/a.c" "$T/b.c"
	[[ $(sed -n 3p "$T/numbered.c") == "#line 1" ]]
	printf 'int old;\nmark(a)\nint last;\n' >"$T/a.c"
	printf 'mark(a)\n' >"$T/b.c"
	same_numbers "$T/a.c" "$T/b.c"
}

@test "the same for headers, with several hunks close together" {
	local i
	for i in {1..40}; do printf 'mark(m%d)\nint v%d;\n' "$i" "$i"; done >"$T/a.h"
	awk 'NR % 7 == 0 { print "int added;" } NR % 11 == 4 { next } { print }' "$T/a.h" >"$T/b.h"
	same_numbers "$T/a.h" "$T/b.h"
}
