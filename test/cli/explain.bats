#!/usr/bin/env bats
# create-diff-object --explain: the reason for each included symbol, down to the instruction.

load common

options=(-O2 -std=gnu11 -ffreestanding -fno-pie -mcmodel=kernel -mno-red-zone -mno-sse -fno-asynchronous-unwind-tables
	-fcf-protection=none -fno-jump-tables -ffunction-sections -fdata-sections -pg -mfentry -mrecord-mcount)

setup() {
	T=$BATS_TEST_TMPDIR
	cat >"$T/orig.c" <<-'EOF'
		struct foo { int a; long b; int c[4]; };
		extern int printk(const char *, ...);
		extern void *kmalloc(unsigned long);
		extern int other(int), another(int);
		static inline int helper(struct foo *f)
		{
			if (f->a > 10)
				return other(f->a);
			return 3;
		}
		void *alloc(void) { struct foo *f = kmalloc(sizeof(*f)); return f; }
		long member(struct foo *f) { return f->b + other(f->a); }
		int user(struct foo *f) { int r = helper(f); return r + another(r); }
		int text(void) { return printk("before the text\n") + 1; }
		int calls(int i) { return other(i) + 5; }
		int loop(int n) { int k; for (k = 0; k < n; k++) other(k); return 5; }
		__attribute__((noinline)) int stays(int i) { int r = other(i); return r * 3; }
		int row(void) { other(1); other(2); return another(3) + 1; }
		const char *const names[] = { "a", "b" };
	EOF
}

# explained SED-SCRIPT [GCC-OPTION...]: the explanation of that change, on standard output; the exit code is the tool's
explained() {
	local edit=$1
	shift
	sed -E "$edit" "$T/orig.c" >"$T/patched.c"
	gcc "${options[@]}" "$@" -c -o "$T/orig.o" "$T/orig.c"
	gcc "${options[@]}" "$@" -c -o "$T/patched.o" "$T/patched.c"
	readelf -sW "$T/orig.o" >"$T/symtab"
	"$TOP/build/bin/create-diff-object" --explain "$T/orig.o" "$T/patched.o" vmlinux "$T/symtab" /dev/null test "$T/out.o"
}

# has LINE: a line of the output, blanks don't count
has() {
	grep -Fqx -- "$(tr -s ' ' <<<"$1")" <<<"$(tr -s ' ' <<<"$output")" || {
		printf 'no line: %s\nin:\n%s\n' "$1" "$output"
		false
	}
}

@test "another function is called" {
	run -0 explained 's/return other\(i\)/return another(i)/'
	has "patched.o: calls: changed: a reference in it differs"
	has "  -  +0x9 call other"
	has "  +  +0x9 call another"
	has "  reason: refers to another instead of other"
	has "patched.o: changed function: calls"
}

@test "in a file of its own" {
	run -0 explained 's/return other\(i\)/return another(i)/'
	grep -vx 'patched.o: changed function: calls' <<<"$output" >"$T/all"
	run -0 "$TOP/build/bin/create-diff-object" --explain="$T/explanation" "$T/orig.o" "$T/patched.o" vmlinux "$T/symtab" /dev/null test "$T/out.o"
	[[ $output == "patched.o: changed function: calls" ]]
	diff "$T/all" "$T/explanation"
	run -1 "$TOP/build/bin/create-diff-object" --explain=/nowhere/x "$T/orig.o" "$T/patched.o" vmlinux "$T/symtab" /dev/null test "$T/none.o"
	[[ $output == "/nowhere/x: error: can't write: "* && ! -e $T/none.o ]]
}

@test "a text" {
	run -0 explained 's/before/after/'
	has '  reason: the string "after the text\n" was "before the text\n"'
	has '  +  +0x9 mov $"after the text\n", %rdi'
	has "patched.o: .rodata.text.str1.1: copied: used by text+0xc"
}

@test "a new function, and who uses it" {
	run -0 explained 's/^int calls.*/static __attribute__((noinline)) int leaf(int i) { return another(i) + 1; }\
		static __attribute__((noinline)) int fresh(int i) { return leaf(i) * 3 + leaf(i + 1); }\
		int calls(int i) { return fresh(i) + 5; }/'
	has "patched.o: fresh: new: called by calls+0xa"
	[[ $output == *"patched.o: leaf: new: called by fresh+0x"*", which is called by calls+0xa"* ]]
	has "  reason: fresh is new; it was other"
}

@test "what each reference is resolved to, and why" {
	run -0 explained 's/^int calls.*/static int count; static __attribute__((noinline)) int fresh(int i) { return another(i) + 1; }\
		int stays(int); int calls(int i) { count++; return fresh(i) + stays(i); } extern const char *const names[]; void *keep(void) { other(count); return calls(3) ? (void *)names : (void *)user; }/'
	has "  use: another: another object defines it"
	has "  use: fresh: the copy: new, or without a name"
	has "  use: count: the copy: new, or without a name"
	has "  use: stays: the kernel's: a call of a function that did not change"
	has "  use: names: the kernel's: it exists there"
	has "  use: user: the kernel's: its address may be stored or compared"
	run -0 explained 's/other\(i\) \+ 5/other(i) + calls(i - 7) + 6/; s/return f->b/return calls(7) + f->b/' -fno-optimize-sibling-calls
	has "  use: calls: the copy: a call of a changed function"
}

@test "code of an inlined function" {
	run -0 explained 's/f->a > 10/f->a > 20/' -g
	has "patched.o: user: changed: its content differs"
	has "  inlined: this is code of helper(), which is inlined here"
	[[ $output == *"  source: "*"/patched.c:7"* ]]
}

# gcc makes none, but a file may be broken: functions and typedefs have no names in the debug information.
without_names() {
	awk '/DW_TAG_/ { nameless = /DW_TAG_(subprogram|typedef)/ } nameless && /DW_AT_name/ { sub(/0x3/, "0x2001") } { print }' "$1"
}

@test "functions without a name in the debug information" {
	sed 's/return 3;/return other(3);/; s/^struct foo/typedef struct { int x; } bar; extern bar b; &/' "$T/orig.c" >"$T/patched.c"
	local side
	for side in orig patched; do
		gcc "${options[@]}" -g -dA -S -o "$T/$side.s" "$T/$side.c"
		without_names "$T/$side.s" | gcc -x assembler -c -o "$T/$side.o" -
	done
	[[ $(readelf --debug-dump=info "$T/patched.o" | grep -A 3 '(DW_TAG_subprogram)') != *DW_AT_name* ]]
	readelf -sW "$T/orig.o" >"$T/symtab"
	run -0 "$TOP/build/bin/create-diff-object" --explain "$T/orig.o" "$T/patched.o" vmlinux "$T/symtab" /dev/null test "$T/out.o"
	has "patched.o: changed function: user"
	[[ $output != *"inlined here"* ]]
}

@test "a structure has another layout" {
	run -2 explained 's/struct foo [{] int a;/& int added[4];/' -g
	[[ $output != *"function: alloc"* ]]
	has "patched.o: alloc: changed: its content differs"
	has "  reason: a constant: a number of the source, or the size of a structure (see the end)"
	has "  reason: an offset: a member of a structure is elsewhere (see the end)"
	has "patched.o: struct foo: 48 bytes instead of 32; b moved from +0x8 to +0x18"
}

@test "the same without debug information: what differs is said, and what it may come from" {
	run -0 explained 's/struct foo [{] int a;/& int added[4];/'
	has "  reason: a constant: a number of the source, or the size of a structure"
	has "  reason: an offset: another member, or the structure has another layout"
	[[ $output != *"source:"* && $output != *"struct foo"* ]]
}

@test "a call is added, a call goes away" {
	run -0 explained 's/other\(2\);/& printk("more\\n");/'
	has "  reason: instructions were added: it calls printk"
	run -0 explained 's/other\(2\);//'
	has "  reason: instructions are gone"
}

@test "distances of jumps are passed over" {
	run -0 explained 's/other\(k\);/{ other(k); another(k); }/'
	[[ $output == *$'\n  +  +0x'*" call    another"* ]]
	has "patched.o: loop: changed: its size differs"
}

@test "line numbers that are no change are passed over" {
	cat >"$T/orig.c" <<-'EOT'
		extern int other(int), printk(const char *, ...);
		void lines(int i)
		{
			if (i)
				other(7);
			printk("%s:%d", "orig.c", __LINE__);
			/* here */
			printk("%s:%d", "orig.c", __LINE__);
		}
	EOT
	run -0 explained '1s/^/\n\n/; s/.*here.*/other(99);/' -g
	has "  reason: instructions were added: it calls other"
	grep -Eq '^  \+  \+0x[0-9a-f]+ +mov +\$0x63, %edi' <<<"$output"
	[[ $output != *$'\n  -  '* ]]
}

@test "a table that is indexed has its name" {
	cat >"$T/orig.c" <<-'EOT'
		int table[3], other_table[3];
		void set(int i) { table[i] = other_table[i] = i; }
		int get(int i) { return table[i]; }
	EOT
	run -0 explained 's/return table/return other_table/'
	grep -Eq '^  -  \+0x[0-9a-f]+ +mov +table\(,%rdi,4\), %eax' <<<"$output"
	grep -Eq '^  \+  \+0x[0-9a-f]+ +mov +other_table\(,%rdi,4\), %eax' <<<"$output"
	has "  reason: other_table instead of table"
}

@test "a negative constant, and a member behind %rbp that is no frame pointer" {
	cat >"$T/orig.c" <<-'EOT'
		struct foo { long a; long b; };
		extern int other(long);
		int mask(int i) { return i & -28; }
		int members(struct foo *f, struct foo *g) { other(g->a); other(f->a); other(g->b); other(f->b); return g == f; }
	EOT
	run -0 explained 's/-28/-34/; s/long a; /&long added; /'
	has "patched.o: mask: changed: its content differs"
	has "  reason: a constant: a number of the source, or the size of a structure"
	has "  reason: an offset: another member, or the structure has another layout"
	[[ $output != *"a stack slot"* && $output == *"(%rbp), "* ]]
}

@test "what can't be livepatched is explained too, and the refusal stands" {
	run -2 explained 's/\{ "a", "b" \}/{ "a", "c" }/'
	has "patched.o: names: changed, but can't be livepatched: a reference in it differs"
	has '  -  +0x8 "b"'
	has '  +  +0x8 "c"'
	[[ $output == *"names: refused: changed data"* ]]
	[[ ! -e $T/out.o ]]
}

@test "nothing changed, nothing to explain" {
	run -3 explained 's/x/x/'
	[[ -z $output ]]
}

# Functions with an entry of a special table each.
entries() {
	cat >"$T/orig.c" <<-'EOT'
		extern long key_a, key_b;
		extern int other(int);
		int label(int x)
		{
			asm goto("1: .byte 0x0f, 0x1f, 0x44, 0x00, 0x00\n"
				 ".pushsection __jump_table, \"aw\"\n.balign 8\n.long 1b - ., %l[yes] - .\n.quad %c0 - .\n.popsection" : : "i"(&key_a) : : yes);
			return other(x);
		yes:
			return other(x + 1);
		}
		int alternative(int x)
		{
			asm volatile("1: nop; nop; nop\n.pushsection .altinstr_replacement, \"ax\"\n2: lfence\n3: .popsection\n"
				     ".pushsection .altinstructions, \"a\"\n.long 1b - ., 2b - .\n.word 9, 0\n.byte 3, 3b - 2b\n.popsection");
			return other(x);
		}
		int warns(int x)
		{
			if (x)
				asm volatile("1: ud2\n.pushsection __bug_table, \"aw\"\n.long 1b - ., 4f - .\n.word 7, 0x901\n.popsection\n"
					     ".pushsection .rodata.str1.1, \"aMS\", @progbits, 1\n4: .asciz \"fs/orig.c\"\n.popsection");
			return other(x);
		}
	EOT
}

@test "another static key" {
	entries
	run -0 explained 's/"i"\(&key_a\)/"i"(\&key_b)/'
	has "patched.o: label: changed: its entry in a special section differs"
	has "  reason: an entry of __jump_table has other contents or a replacement that differs"
	has "  -  entry: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 key_a"
	has "  +  entry: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 key_b"
}

@test "another replacement" {
	entries
	run -0 explained 's/2: lfence/2: mfence/'
	has "  reason: an entry of .altinstructions has other contents or a replacement that differs"
	has "  -  entry: 00 00 00 00 00 00 00 00 09 00 00 00 03 03"
	has "  -  replaced by:"
	has "  -  +0x0 lfence"
	has "  +  +0x0 mfence"
}

@test "other flags of a WARN(), and one that is gone" {
	entries
	run -0 explained 's/0x901/0x903/'
	has '  -  entry: 00 00 00 00 00 00 00 00 07 00 01 09 "fs/orig.c"'
	has '  +  entry: 00 00 00 00 00 00 00 00 07 00 03 09 "fs/orig.c"'
	run -0 explained 's/__bug_table, /__bug_table_, /; s/.long 1b - ., 4f - ./.long 0, 0/; s/__bug_table_, ."aw."/.discard.addressable/'
	has "  reason: an entry of __bug_table that the patched function no longer has"
	[[ $output == *'  -  entry: 00 '* && $output != *'  +  entry: '* ]]
}

@test "a constant that changed, and who reads it" {
	cat >>"$T/orig.c" <<-'EOF'
		static const int limits[] = { 1, 2, 3, 4 };
		int low(int i) { return limits[i & 1]; }
		int high(int i) { return limits[2 + (i & 1)]; }
	EOF
	run -0 explained 's/3, 4 \}/3, 5 }/'
	has "patched.o: low: changed: a constant that it refers to differs"
	has "patched.o: high: changed: a constant that it refers to differs"
	has "  reason: reads limits, which changed"
	has "patched.o: limits: changed, and copied for its readers: used by high+0xb"
	has "  -  +0xc     04 00 00 00 "
	has "  +  +0xc     05 00 00 00 "
	has "patched.o: changed function: low"
	has "patched.o: changed function: high"
	has "patched.o: copied constant: limits"
	"$TOP/build/bin/create-diff-object" --report "$T/report" "$T/orig.o" "$T/patched.o" vmlinux "$T/symtab" /dev/null test "$T/out.o"
	[[ $(<"$T/report") == $'changed\tlow\tconstant\nchanged\thigh\tconstant\ncopied\tlimits\nstatus\twritten' ]]
}
