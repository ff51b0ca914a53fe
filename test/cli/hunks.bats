#!/usr/bin/env bats
# The hunks of a patch: which definitions they touch, and building without some of them.
# Code for later; a pattern that is meant to expand:
# shellcheck disable=SC2016,SC2030,SC2031

load common

setup() {
	common_setup
	export T
	fake_source "$T/src"
	# Lines: 1 comment, 3 one, 5-8 table, 10 comment, 11-14 helper, 16-22 foo_init, 23 module_init
	cat >"$T/src/kernel/bar.c" <<-'EOF'
		/* head */

		static const int one = 1;

		static int table[] = {
		        1,
		        2,
		};

		/* doc */
		static int helper(int a)
		{
		        return a + 1;
		}

		static int __init foo_init(void)
		{
		        if (helper(1)) {
		                return 3;
		        }
		        return 0;
		}
		module_init(foo_init);
	EOF
	export SETUP='TARGET_SOURCE=$T/src TARGET_SOURCE_ID=1 TARGET_RELEASE=6.12.3
		view_make() { :; }
		apply() { rm -rf "$WORK/2-tree"; PATCHES=("$@"); patch_apply; cat "$WORK/2-tree/hunks"; }
		without() { OPT_WITHOUT_HUNKS=("$1"); shift; apply "$@"; }'
	made=$T/work/2-tree/numbered
}
# edit SED...: x.patch makes this change to kernel/bar.c
edit() {
	sed "$@" "$T/src/kernel/bar.c" >"$T/new.c"
	diff_patch "$T/src/kernel/bar.c" "$T/new.c" kernel/bar.c >"$T/x.patch"
}
# rows: what the driver says of x.patch
rows() { lib apply "$T/x.patch" 2>/dev/null; }

@test "a changed line touches the definition that it is in, from comment to closing brace" {
	edit 's/a + 1/a + 2/'
	[[ $(rows) == $'kernel/bar.c\t@@ -10,7 +10,7 @@\t9\t14\t13\t13' ]]
	edit 's/return 3/return 4/'
	[[ $(rows) == $'kernel/bar.c\t@@ -16,7 +16,7 @@\t15\t22\t19\t19' ]]
	edit 's/one = 1/one = 2/'
	[[ $(rows) == $'kernel/bar.c\t@@ -1,6 +1,6 @@\t1\t3\t3\t3' ]]
}

@test "each run of changed lines has a row, also where one hunk holds two" {
	edit 's/2,/3,/; s/a + 1/a + 2/'
	[[ $(rows) == $'kernel/bar.c\t@@ -4,13 +4,13 @@\t4\t8\t7\t7\nkernel/bar.c\t@@ -4,13 +4,13 @@\t9\t14\t13\t13' ]]
}

@test "what is added between two definitions touches neither, and what is added within one touches it" {
	edit '9a static int fresh(void)\n{\n\treturn 9;\n}\n'
	[[ $(rows) == $'kernel/bar.c\t@@ -7,6 +7,11 @@\t1\t0\t10\t14' ]]
	edit '17a \\tint more = 1;'
	[[ $(rows) == $'kernel/bar.c\t@@ -15,6 +15,7 @@\t15\t22\t18\t18' ]]
	edit '$a int last;'
	[[ $(rows) == $'kernel/bar.c\t@@ -21,3 +21,4 @@\t1\t0\t24\t24' ]]
}

@test "removed lines, a new file" {
	edit '6d'
	[[ $(rows) == $'kernel/bar.c\t@@ -3,7 +3,6 @@\t4\t8\t6\t5' ]]
	printf -- '--- /dev/null\n+++ b/kernel/fresh.h\n@@ -0,0 +1,2 @@\n+int x;\n+int y;\n' >"$T/x.patch"
	[[ $(rows) == $'kernel/fresh.h\t@@ -0,0 +1,2 @@\t1\t0\t1\t2' ]]
}

@test "a hunk is left out by its name, and the others stay" {
	edit 's/one = 1/one = 2/; s/return 3/return 4/'
	run -0 lib without "kernel/bar.c:@@ -1,6 +1,6 @@" "$T/x.patch"
	grep -q 'one = 1' "$made/kernel/bar.c"
	grep -q 'return 4' "$made/kernel/bar.c"
	# The lines of the patched file are not part of its name: they move when others go.
	run -0 lib without "kernel/bar.c:@@ -16,7 +99,7 @@" "$T/x.patch"
	grep -q 'one = 2' "$made/kernel/bar.c"
	grep -q 'return 3' "$made/kernel/bar.c"
}

@test "a hunk that is not there, a file that is not changed, nothing left" {
	edit 's/one = 1/one = 2/'
	run -4 lib without "kernel/bar.c:@@ -2,6 +1,6 @@" "$T/x.patch"
	[[ $output == *"kernel/bar.c has no such hunk; it has: @@ -1,6 +1,6 @@;"* ]]
	run -4 lib without "kernel/none.c:@@ -1,6 +1,6 @@" "$T/x.patch"
	[[ $output == *"the patch does not change kernel/none.c"* ]]
	run -2 lib without "kernel/bar.c:@@ -1,6 +1,6 @@" "$T/x.patch"
	[[ $output == *"refused: nothing is left of the patch"* ]]
}

@test "a symbol that is missing at the link is told with the lines that use it" {
	edit 's/a + 1/missing(a + 1)/; s/return 3/return is_missing(1)/'
	export SETUP+='
		found() { apply "$@" >/dev/null; lines_with_word missing; echo "$REPLY"; }'
	run -0 lib found "$T/x.patch"
	[[ $output == " (kernel/bar.c:13)" ]]
	edit 's/return 3/return is_missing(1)/'
	run -0 lib found "$T/x.patch"
	[[ $output == "" ]]
}

@test "the lines of a name are those of its file, if that has it, and a name is not taken for a pattern" {
	export SETUP+='
		found() { apply "$T/x.patch" >/dev/null; lines_with_word "$@"; echo "$REPLY"; }'
	edit 's/a + 1/same(a)/; s/return 3/return ".data.x"[0]/'
	sed 's/a + 1/same(a, "_data_x")/' "$T/src/kernel/bar.c" >"$T/src/kernel/other.c"
	cp "$T/src/kernel/other.c" "$T/new.c"
	sed -i 's/same(a, .*)/a + 1/' "$T/src/kernel/other.c"
	diff_patch "$T/src/kernel/other.c" "$T/new.c" kernel/other.c >>"$T/x.patch"
	run -0 lib found same kernel/other.c
	[[ $output == " (kernel/other.c:13)" ]]
	run -0 lib found same
	[[ $output == " (kernel/bar.c:13, kernel/other.c:13)" ]]
	run -0 lib found same kernel/none.c
	[[ $output == " (kernel/bar.c:13, kernel/other.c:13)" ]]
	run -0 lib found .data.x
	[[ $output == " (kernel/bar.c:19)" ]]
}

@test "a message names lines where these are known, else hunks, each once" {
	printf '%s\n' $'refused\tstates-form\tnew_states\tsecond array' $'hunk\tstates-form\tnew_states\tkernel/bar.c\t@@ -1,7 +1,8 @@' \
		$'refused\tdata-changed\tx\tits type' $'hunk\tdata-changed\tx\tkernel/bar.c\t@@ -1,7 +1,8 @@' $'hunk\tdata-changed\tx\ta.h\t@@ -5 +5 @@' \
		$'refused\tdata-changed\tx\tits value' $'hunk\tdata-changed\tx\tkernel/bar.c\t@@ -1,7 +1,8 @@' $'hunk\tdata-changed\tx\ta.h\t@@ -5 +5 @@' \
		$'warning\tdata-changed\tx\twhat else' $'refused\t-\t-\tall of it' $'status\trefused' >"$T/report"
	edit 's/a + 1/new_states(a + 1)/'
	export T SETUP+='
		told() {
			apply "$T/x.patch" >/dev/null
			mkdir -p "$WORK/6-diff/kernel"
			cp "$T/report" "$WORK/6-diff/kernel/bar.report"
			diff_lines kernel/bar.o
			diff_messages kernel/bar.o refused warning
		}'
	run -0 lib told
	diff <(echo "$output") - <<-EOF
		    kernel/bar.o: new_states: refused: second array (kernel/bar.c:13) [states-form]
		    kernel/bar.o: x: refused: its type (hunk @@ -1,7 +1,8 @@ of kernel/bar.c, @@ -5 +5 @@ of a.h) [data-changed]
		    kernel/bar.o: x: refused: its value (hunk @@ -1,7 +1,8 @@ of kernel/bar.c, @@ -5 +5 @@ of a.h) [data-changed]
		    kernel/bar.o: x: warning: what else [data-changed]
		    kernel/bar.o: refused: all of it
	EOF
}

# again RULE...: what without_again() makes of the records on standard input
again() {
	cat >"$T/report"
	SETUP=$SETUP'
		run_again() { printf "again:"; printf " <%s>" "${RUN_ARGS[@]}"; exit 0; }
		decide() { OPT_WITHOUT=("$@"); RUN_ARGS=(x.patch); without_again "$T/report"; echo "goes on"; }' lib decide "$@"
}

@test "--without begins again without the hunks of the rule, and only where that helps" {
	local init=$'refused\tinit-code\tfoo_init\ttext\nhunk\tinit-code\tfoo_init\tkernel/bar.c\t@@ -16,7 +16,7 @@' state=$'refused\tdata-changed\ttable\ttext\nhunk\tdata-changed\ttable\tkernel/bar.c\t@@ -4,7 +4,7 @@'
	run -0 again init-code <<<"$init"
	[[ $output == *"note: without the hunk @@ -16,7 +16,7 @@ of kernel/bar.c, because of foo_init [init-code]"* ]]
	[[ $output == *"again: <--without-hunk=kernel/bar.c:@@ -16,7 +16,7 @@> <x.patch>" ]]
	# Another rule refuses as well.
	run -0 again init-code <<<"$init"$'\n'"$state"
	[[ ${lines[-1]} == "goes on" ]]
	run -0 again init-code data-changed <<<"$init"$'\n'"$state"
	[[ $output == *"again: <--without-hunk="*"> <--without-hunk="*"> <x.patch>" ]]
	# Where it comes from is not known.
	run -0 again init-code <<<"${init%%$'\n'*}"
	[[ $output == *"warning: --without: these refusals can't be traced to hunks: foo_init [init-code]"*"goes on" ]]
	run -0 again <<<"$init"
	[[ $output == "goes on" ]]
}

@test "--without takes a rule that is there, --without-hunk the form of messages" {
	local tool=$TOP/build/bin/create-diff-object
	ln -sf "$tool" "$T/bin/create-diff-object"
	edit 's/one = 1/one = 2/'
	run -4 "$DRIVER" -a 6.12 -o "$T/out" --without no-rule "$T/x.patch"
	[[ $output == *"--without no-rule: there is no rule"* ]]
	run -4 "$DRIVER" -a 6.12 -o "$T/out" --without-hunk kernel/bar.c "$T/x.patch"
	[[ $output == *"--without-hunk takes FILE:HUNK"* ]]
}
