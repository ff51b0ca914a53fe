#!/usr/bin/env bats
# --suggest: initial values that a patch changes, written from callbacks. (The records that tell of them: values.bats.)
# Code for later; patterns for another shell:
# shellcheck disable=SC2016,SC2030,SC2031,SC2034

load common

options=(-O2 -g -std=gnu11 -ffreestanding -fno-pie -mcmodel=kernel -mno-red-zone -fno-asynchronous-unwind-tables -fcf-protection=none
	-fno-jump-tables -ffunction-sections -fdata-sections -pg -mfentry -mrecord-mcount -I.)

setup() {
	common_setup
	export T
	TOOL=$TOP/build/bin/create-diff-object
	cd "$T" || return
	# What the kernel has for the snippets, as far as a compiler needs it.
	cat >kpatch-macros.h <<-'EOC'
		typedef unsigned char u8;
		typedef struct klp_object patch_object;
		int memcmp(const void *, const void *, unsigned long);
		void *memcpy(void *, const void *, unsigned long);
		int strcmp(const char *, const char *);
		long strscpy(char *, const char *, unsigned long);
		int pr_err(const char *, ...);
		#define NULL ((void *)0)
		#define EBUSY 16
		#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
		#define WRITE_ONCE(x, value) (*(volatile __typeof__(x) *)&(x) = (value))
		#define KPATCH_IGNORE_SECTION(name) _Static_assert(sizeof(name), "")
		#define KPATCH_PRE_PATCH_CALLBACK(f) int (*const pre_patch)(patch_object *) = f
		#define KPATCH_POST_PATCH_CALLBACK(f) void (*const post_patch)(patch_object *) = f
		#define KPATCH_PRE_UNPATCH_CALLBACK(f) void (*const pre_unpatch)(patch_object *) = f
		#define KPATCH_POST_UNPATCH_CALLBACK(f) void (*const post_unpatch)(patch_object *) = f
	EOC
}

# records: of orig.c and patched.c, in `report`
records() {
	local side
	for side in orig patched; do gcc "${options[@]}" -c "$side.c" || return; done
	readelf -sW orig.o >symtab
	"$TOOL" --exact --report report orig.o patched.o vmlinux symtab /dev/null livepatch_test out.o 2>messages || [[ $? == 2 ]]
}

# suggest [COMMANDS]: what the driver makes of orig.c and patched.c, as out/fix-callback.patch; COMMANDS add to the report
suggest() {
	records || return
	mkdir -p src/kernel work/2-tree/{unnumbered,numbered}/kernel work/6-diff/kernel
	cp orig.c src/kernel/one.c
	cp patched.c work/2-tree/unnumbered/kernel/one.c
	SETUP='TARGET_SOURCE=$T/src OPT_OUTPUT=$T/out PATCHES=("$T/fix.patch") RUN_ARGS=(-a 6.12 --suggest fix.patch)
		OBJECTS=(kernel/one.o) MODULE=([kernel/one.o]=vmlinux) PATCHED_FILES=(kernel/one.c)
		make() { hunks_list; sed "s,patched\.c,kernel/one.c,g; s,orig\.c,kernel/one.c,g" <"$T/report" >"$WORK/6-diff/kernel/one.report"
			'"${1:-:}"'
			suggest_callbacks; }' lib make >suggested 2>log || { cat log; return 1; }
	cat suggested
}
# compiles: the patched source with what was suggested
compiles() {
	cp patched.c new.c && patch -s new.c <out/fix-callback.patch &&
		gcc -std=gnu11 -Wall -Werror -Wno-unused -ffreestanding -I. -fsyntax-only new.c
}
# hunk_of VARIABLE: its hunk, as --hunks lets create-diff-object tell it; here by hand, for the lines of this file
hunk_of() {
	printf 'printf "hunk\\tdata-changed\\t%s\\tkernel/one.c\\t%%s\\n" "$(cut -f 2 "$WORK/2-tree/hunks" | sed -n %dp)" >>"$WORK/6-diff/kernel/one.report"\n' "$1" "${2:-1}"
}
# source_with LINES: orig.c begins with standard input, and has so many lines behind it; patched.c by sed -E EDIT
source_with() {
	{ cat; for ((i = 0; i < $1; i++)); do echo "/* line $i */"; done; } >orig.c
	sed -E "$2" orig.c >patched.c
}

@test "a limit: checked, written, put back; and its hunk is left to --without" {
	source_with 12 's/= 64/= 128/' <<<$'int before = 1;\n\nint limit = 64;'
	run -0 suggest "$(hunk_of limit)"
	[[ $output == *$'\n+\tif (READ_ONCE(limit) != 64 && READ_ONCE(limit) != 128)\n+\t\treturn suggested_kernel_one_refuse("limit");\n+\tWRITE_ONCE(limit, 128);\n+\treturn 0;\n'* ]]
	[[ $output == *$'\n+\tif (READ_ONCE(limit) == 128)\n+\t\tWRITE_ONCE(limit, 64);\n'* ]]
	[[ $output != *IGNORE* && $output != *bit-field* && $output != *address-kept* ]]
	grep -qx 'be given after the patch that it was made from, with the options: --without data-changed' out/fix-callback.patch
	grep -qF "    kpatch-build -a 6.12 fix.patch \\" log
	cmp -s suggested out/fix-callback.patch
	compiles
}

@test "a hunk that holds more, or reaches into the snippet, is not left out, but the section is" {
	source_with 12 's/= 64/= 128/; s/before = 1/before = 2/' <<<$'int before = 1;\n\nint limit = 64;'
	run -0 suggest "$(hunk_of limit; hunk_of before)"
	[[ $output == *'+KPATCH_IGNORE_SECTION(".data.limit");'* && $output == *'+KPATCH_IGNORE_SECTION(".data.before");'* ]]
	compiles
	[[ $output == *$'with no other options\n'* ]]
	rm -rf out/* work
	source_with 2 's/= 64/= 128/' <<<$'int before = 1;\n\nint limit = 64;'
	run -0 suggest "$(hunk_of limit)"
	[[ $output == *'+KPATCH_IGNORE_SECTION(".data.limit");'* ]]
	# (Where a function changes too, no option is needed.)
	rm -rf out/* work
	source_with 2 's/= 64/= 128/; s/return 1/return 2/' <<<$'int before = 1;\n\nint limit = 64;\n\nint function(void)\n{\n\treturn 1;\n}'
	run -0 suggest "$(hunk_of limit)"
	[[ $output == *$'the patch that it was made from, with no other options\n'* ]]
	# What it adds, or gives another meaning, may be used elsewhere.
	rm -rf out/* work
	source_with 12 's/^int limit = 64;/int limit = 128;\nint more = 1;/' <<<$'int before = 1;\n\nint limit = 64;'
	run -0 suggest "$(hunk_of limit)"
	[[ $output == *'+KPATCH_IGNORE_SECTION(".data.limit");'* ]]
	rm -rf out/* work
	source_with 12 's/= 64/= 128/; s/UNIT 1/UNIT 2/' <<<$'int before = 1;\n\n#define UNIT 1\nint limit = 64;'
	run -0 suggest "$(hunk_of limit)"
	[[ $output == *'+KPATCH_IGNORE_SECTION(".data.limit");'* ]]
	# (A macro that both have: no hunk is at the variable.)
	rm -rf out/* work
	source_with 12 's/64/128/' <<<$'#define LIMIT 64\nint before = 1;\n\nint limit = LIMIT;'
	run -0 suggest
	[[ $output == *'+KPATCH_IGNORE_SECTION(".data.limit");'* ]]
}

@test "what no callback writes stays refused, and is named" {
	source_with 12 's/= 64/= 128/; s/count = 5/count = 6/' <<<$'int f(void)\n{\n\tstatic int count = 5;\n\treturn count++;\n}\n/* */\n/* */\n/* */\n/* */\n/* */\n/* */\n/* */\n\nint limit = 64;'
	run -0 suggest "$(hunk_of limit 2)"
	[[ $output == *'+KPATCH_IGNORE_SECTION(".data.limit");'* && $output != *--without* ]]
	grep -q 'these stay refused until you have changed the patch: count\.[0-9]* \[data-changed\]' <(tr -s ' \n' ' ' <log)
	# (All that is refused is written.)
	rm -rf out/* work
	source_with 12 's/= 64/= 128/' <<<$'int before = 1;\n\nint limit = 64;'
	run -0 suggest "$(hunk_of limit)"
	[[ $output == *--without* ]]
	run -1 grep 'stay refused' log
}

@test "a value that is left neither by hunk nor by section is for the author to take out" {
	source_with 2 's/= 64/= 128/' <<<$'int limit __attribute__((section(".data..read_mostly"))) = 64;\nint more __attribute__((section(".data..read_mostly"))) = 1;'
	run -0 suggest
	[[ $output != *IGNORE* ]]
	grep -q 'limit: its initial value shares a hunk or a section with something else; remove it from the patch by hand' <(tr -s ' \n' ' ' <log)
}

@test "every form is C: bits, bytes, texts, addresses, what the patch removed" {
	source_with 12 's/\{ 1, 2 \}/{ 2, 2 }/; s/"abc"/"abd"/; s/, 9 \}/, 8 }/; s/\{ old_get, "old", 0, 0, 0, "here" \}/{ new_get, "new", other + 1, (unsigned long)(other + 2), (void *)16, 0 }/; s/^.*old_get\(int x\).*//' <<-'EOC'
		struct { unsigned a : 3, b : 5; } bits = { 1, 2 };
		char text[8] = "abc";
		unsigned char binary[4] = { 1, 0, 9 };
		int other[4];
		static int old_get(int x) { return x + 1; }
		static int new_get(int x) { return x + 2; }
		struct { int (*get)(int); const char *name; int *data; unsigned long cookie; void *address; const char *gone; } ops = { old_get, "old", 0, 0, 0, "here" };
	EOC
	run -0 suggest
	[[ $output == *$'+\tif (bits.a != 1 && bits.a != 2)\n'* && $output == *$'+\tbits.a = 2;\n'* ]]
	[[ $output == *'+	if (strcmp(text, "abc") && strcmp(text, "abd"))'* && $output == *'+	strscpy(text, "abd", sizeof(text));'* ]]
	[[ $output == *$'+\tif (!strcmp(text, "abd"))\n+\t\tstrscpy(text, "abc", sizeof(text));'* ]]
	[[ $output == *'+	memcpy((u8 *)&binary + 2, "\x08", 1);'* ]]
	[[ $output == *$'+static typeof(ops.get) suggested_kernel_one_before_'* ]]
	[[ $output == *'WRITE_ONCE(ops.data, (void *)((char *)&other + 4));'* && $output == *'WRITE_ONCE(ops.cookie, (unsigned long)&other + 8);'* ]]
	[[ $output == *'WRITE_ONCE(ops.address, (void *)0x10UL);'* && $output == *'WRITE_ONCE(ops.gone, NULL);'* ]]
	[[ $output == *'strcmp(READ_ONCE(ops.name), "old")'* ]]
	[[ $output == *'KPATCH_POST_PATCH_CALLBACK('*'KPATCH_PRE_UNPATCH_CALLBACK('*'KPATCH_POST_UNPATCH_CALLBACK('* ]]
	[[ $output == *'Bit-fields'* && $output == *'address-kept'* && $output == *'a _before_'* ]]
	compiles
}

@test "what is no plain write is told, and no patch is made of it" {
	source_with 12 's/\{ 1, 2 \}/{ 1, 3 }/' <<<'const int table[2] = { 1, 2 };'
	run -0 suggest
	[[ ! -e out/fix-callback.patch ]]
	grep -qF "table can't be written from a callback: the running kernel can't write to it (const or __ro_after_init); change its readers" <(tr -s ' \n' ' ' <log)
	grep -qF 'no value can simply be written by a callback' <(tr -s ' \n' ' ' <log)
	# Each reason has words.
	while read -r reason; do
		grep -qF "[$reason]=" "$TOP/kpatch-build/lib/suggest.sh" || { echo "no words for $reason"; false; }
	done < <(sed -nE 's/.*return ([^"]* \? [^"]* : )?"([a-z-]+)";.*/\2/p; s/.*why = [^"]* \? "([a-z-]+)" :.*/\1/p' "$TOP/create-diff-object/diff/values.c" | sort -u | tee reasons)
	(($(wc -l <reasons) >= 12))
}

@test "a patch of the author's is not written over" {
	source_with 12 's/= 64/= 128/' <<<$'int limit = 64;'
	echo mine >out/fix-callback.patch
	run -0 suggest
	[[ $(<out/fix-callback.patch) == mine ]]
	grep -q 'fix-callback.patch already exists with other contents' <(tr -s ' \n' ' ' <log)
}
