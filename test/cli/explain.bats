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

@test "a text" {
	run -0 explained 's/before/after/'
	has '  reason: the text "after the text\n" was "before the text\n"'
	has '  +  +0x9 mov $"after the text\n", %rdi'
	has "patched.o: .rodata.text.str1.1: carried: used by text+0xc"
}

@test "a new function, and who uses it" {
	run -0 explained 's/^int calls.*/static __attribute__((noinline)) int leaf(int i) { return another(i) + 1; }\
		static __attribute__((noinline)) int fresh(int i) { return leaf(i) * 3 + leaf(i + 1); }\
		int calls(int i) { return fresh(i) + 5; }/'
	has "patched.o: fresh: new: called by calls+0xa"
	[[ $output == *"patched.o: leaf: new: called by fresh+0x"*", which is called by calls+0xa"* ]]
	has "  reason: fresh is new; it was other"
}

@test "code of an inlined function" {
	run -0 explained 's/f->a > 10/f->a > 20/' -g
	has "patched.o: user: changed: its content differs"
	has "  inlined: this is code of helper(), which is inlined here"
	[[ $output == *"  source: "*"/patched.c:7"* ]]
}

@test "a structure has another layout" {
	run -0 explained 's/struct foo [{] int a;/& int added[4];/' -g
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

@test "what can't be carried is explained too, and the refusal stands" {
	run -2 explained 's/\{ "a", "b" \}/{ "a", "c" }/'
	has "patched.o: names: changed, but can't be carried: a reference in it differs"
	has '  -  +0x8 "b"'
	has '  +  +0x8 "c"'
	[[ $output == *"names: refused: changed data"* ]]
	[[ ! -e $T/out.o ]]
}

@test "nothing changed, nothing to explain" {
	run -3 explained 's/x/x/'
	[[ -z $output ]]
}
