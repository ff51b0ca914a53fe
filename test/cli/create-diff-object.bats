#!/usr/bin/env bats
# The command line of create-diff-object, as scripts of others use it: two objects, a symbol table as text, no exports.

load common

options=(-O2 -std=gnu11 -ffreestanding -fno-pie -mcmodel=kernel -mno-red-zone -mno-sse -fno-asynchronous-unwind-tables
	-fcf-protection=none -fno-jump-tables -ffunction-sections -fdata-sections -pg -mfentry -mrecord-mcount)

setup() {
	T=$BATS_TEST_TMPDIR
	cd "$T" || return
	cat >file.c <<-'EOF'
		extern int printk(const char *, ...);
		static int state;
		static __attribute__((noinline)) int helper(int i) { return state += i; }
		int f(int i) { return helper(i) + printk("text\n"); }
		int g(int i) { return helper(i) * 3; }
	EOF
}

# objects SED-SCRIPT [GCC-OPTION...]: orig/file.o and patched/file.o
objects() {
	local edit=$1
	shift
	mkdir -p orig patched
	cp file.c orig/
	sed -E "$edit" file.c >patched/file.c
	(cd orig && gcc "${options[@]}" "$@" -c file.c)
	(cd patched && gcc "${options[@]}" "$@" -c file.c)
	[[ -f symtab ]] || readelf -sW orig/file.o >symtab
}

diff_them() { "$TOP/build/bin/create-diff-object" orig/file.o patched/file.o vmlinux "${1:-symtab}" /dev/null livepatch_test out.o; }

# resolves TEXT: the output has that relocation's symbol
resolves() { readelf -rW out.o | grep -Fq -- " $1 " || { readelf -rW out.o; false; }; }

readonly CHANGE='s/helper\(i\) \+ /helper(i + 1) + /'

@test "readelf -sW of the object and /dev/null are enough" {
	objects "$CHANGE"
	run -0 --separate-stderr diff_them
	[[ $output == "file.o: changed function: f" ]]
	resolves ".klp.sym.vmlinux.helper,0"
}

@test "the exit code tells: unchanged, refused, error" {
	objects 's/x/x/'
	run -3 diff_them
	[[ ! -e out.o && -z $output ]]
	objects 's/static int state/static int state = 4/'
	run -2 diff_them
	[[ ! -e out.o && $output == *"state: refused: "* ]]
	run -1 diff_them /nowhere
	run -1 "$TOP/build/bin/create-diff-object" orig/file.o
	[[ $output == usage:* ]]
}

@test "every reason is told, not the first only" {
	objects 's/state;/state = 4;/; s/^int g.*/__attribute__((section(".init.text"))) int g(int i) { return i * 3; }/; s/^extern/int added __attribute__((section(".init.data"))) = 3; &/'
	run -2 diff_them
	[[ $output == *"state: refused: "* ]]
	[[ $output == *" g: refused: "* ]]
	[[ $(grep -c ': refused: ' <<<"$output") -ge 2 ]]
}

@test "the symbol table may be kallsyms, System.map, or an ELF file" {
	objects "$CHANGE"
	printf '%s\n' 'ffffffff81000000 t helper' 'ffffffff81000100 T f' 'ffffffff81000200 T g' 'ffffffff82000000 b state' >kallsyms
	run -0 diff_them kallsyms
	resolves ".klp.sym.vmlinux.helper,0"
	run -0 diff_them orig/file.o
	resolves ".klp.sym.vmlinux.helper,0"
	printf 'no symbols here\n' >bad
	run -1 diff_them bad
	[[ $output == *"bad: line 1: error: "* ]]
}

# The text of readelf for a linked kernel: helper of two files.
linked() {
	cat <<-EOF

		Symbol table '.symtab' contains 9 entries:
		   Num:    Value          Size Type    Bind   Vis      Ndx Name
		     1: 0000000000000000     0 FILE    LOCAL  DEFAULT  ABS $1
		     2: ffffffff81000000    16 FUNC    LOCAL  DEFAULT    1 helper
		     3: 0000000000000000     0 FILE    LOCAL  DEFAULT  ABS $2
		     4: ffffffff81000100    16 FUNC    LOCAL  DEFAULT    1 helper
		     5: ffffffff82000000     4 OBJECT  LOCAL  DEFAULT    2 state
		     6: ffffffff81000200    16 FUNC    GLOBAL DEFAULT    1 f
		     7: ffffffff81000300    16 FUNC    GLOBAL DEFAULT    1 g
	EOF
}

@test "a local symbol is found in the group of its source file" {
	objects "$CHANGE"
	linked other.c file.c >symtab
	run -0 diff_them
	resolves ".klp.sym.vmlinux.helper,2"
	linked file.c other.c >symtab
	run -0 diff_them
	resolves ".klp.sym.vmlinux.helper,1"
}

@test "of two groups of one file name, the one with all local names of the file; else two answers are left: refused" {
	objects "$CHANGE"
	linked file.c file.c >symtab
	run -0 diff_them
	resolves ".klp.sym.vmlinux.helper,2"
	linked file.c file.c | sed '/ state$/d' >symtab
	run -2 diff_them
	[[ $output == *"helper: refused: vmlinux has several symbols of this name"* ]]
	linked other.c another.c >symtab
	run -2 diff_them
	# In kallsyms there are no groups.
	printf '%s\n' 'ffffffff81000000 t helper' 'ffffffff81000010 t helper' 'ffffffff81000100 T f' >symtab
	run -2 diff_them
}

@test "stripped of debug information, with it, or with it on one side only: the same output" {
	objects "$CHANGE" -g
	run -0 diff_them
	mv out.o with.o
	! readelf -SW with.o | grep '\.debug_' || false
	strip --strip-debug orig/file.o
	run -0 diff_them
	cmp out.o with.o
	strip --strip-debug patched/file.o
	run -0 diff_them
	cmp out.o with.o
	objects "$CHANGE"
	run -0 diff_them
	cmp out.o with.o
}

@test "without FILE symbols nothing is guessed" {
	objects "$CHANGE"
	linked other.c file.c >symtab
	strip --strip-debug --remove-section=.comment orig/file.o
	objcopy --strip-symbol=file.c orig/file.o
	run -2 diff_them
	[[ $output == *"helper: refused: "* ]]
}

@test "a COMDAT group is no group in the output" {
	cat >file.c <<-'EOF'
		extern int printk(const char *, ...);
		asm(".section .text.thunk,\"axG\",@progbits,thunk,comdat\n.weak thunk\n.type thunk,@function\nthunk: ret\n.size thunk,.-thunk\n.previous");
		extern void thunk(void);
		int f(int i) { thunk(); return printk("text\n"); }
	EOF
	objects 's/"text/"other/'
	readelf -gW patched/file.o | grep -q thunk
	# The kernel may have another file's copy: the name means whichever the link took.
	run -0 diff_them
	resolves ".klp.sym.vmlinux.thunk,0"
	printf 'klp-placement\t1\nobject\tvmlinux\nbase\tsame\nmatched\t2\t2\n' >place
	printf 'symbol\t%s\n' $'thunk\tdef\tfunc\t1\tffffffff81000000\tthunk\t0' \
		$'f\tdef\tfunc\t22\tffffffff81000100\tf\t0' $'printk\tundef\tfunc\t0\tffffffff81000200\tprintk\t0' >>place
	run -0 "$TOP/build/bin/create-diff-object" --placement place orig/file.o patched/file.o vmlinux symtab /dev/null m out.o
	! readelf -SW out.o | grep -w GROUP || false
	! readelf -sW out.o | grep -w 'thunk' | grep -v klp.sym || false
	resolves ".klp.sym.vmlinux.thunk,0"
}

@test "entry sizes from the environment and from a file, which goes first" {
	cat >file.c <<-'EOF'
		void f(void) { asm volatile("1: ud2\n.pushsection __bug_table,\"aw\"\n2: .long 1b - 2b, g - .\n.word 7, 0\n.popsection"); }
		int g(int i) { return i + 1; }
	EOF
	objects 's/i \+ 1/i + 2/; s/ud2/nop; ud2/'
	run -0 diff_them
	# Another kernel's: the object is clear.
	export BUG_STRUCT_SIZE=16
	run -0 diff_them
	[[ $output == *"__bug_table: warning: entries have 12 bytes here, not 16 as BUG_STRUCT_SIZE says [entry-size]"* ]]
	printf '# sizes\n__bug_table 12\n' >layout
	run -0 "$TOP/build/bin/create-diff-object" --layout layout orig/file.o patched/file.o vmlinux symtab /dev/null m out.o
	# No size fits 14 bytes.
	sed -i 's/word 7, 0/word 7, 0, 0/' file.c
	objects 's/i \+ 1/i + 2/; s/ud2/nop; ud2/'
	run -1 diff_them
	[[ $output == *"__bug_table: error: entries of 16 bytes, as BUG_STRUCT_SIZE says, don't fit 14 bytes and 2 relocations"* ]]
	export BUG_STRUCT_SIZE=many
	run -1 diff_them
	[[ $output == *"BUG_STRUCT_SIZE"* ]]
}

# ld puts the tables of several objects behind each other, and the kernel goes through them in steps of an entry.
@test "the tables of several objects follow each other without a gap" {
	cp "$TOP/test/object/tables.h" .
	cat >file.c <<-'EOF'
		#include "../tables.h"
		extern int other(int);
		extern char key;
		int NAME(int x)
		{
			asm volatile(ALT_14("nop", "lfence"));
			asm volatile(BUG_12("7") : : "i"("file.c"));
			asm volatile("1: nop\n2:\n" EX_12("1b", "2b"));
			asm goto(JUMP_16("%l1") : : "i"(&key) : : out);
			asm volatile(PARA("call *pv_ops(%rip)", ""));
			asm volatile(SITE(".smp_locks", "lock; incl counter(%rip)"));
			asm volatile(SITE(".retpoline_sites", "call __x86_indirect_thunk_rax"));
			asm volatile(PUT(".orc_unwind", "\"a\"", ".fill 6, 1, 3\n") PUT(".orc_unwind_ip", "\"a\"", DISTANCE("NAME_")));
			other(x);
		out:
			return other(x + 1);
		}
	EOF
	sed -i 's/"NAME_"/TEXT(NAME)/; s/^#include.*/&\n#define TEXT(x) TEXT_(x)\n#define TEXT_(x) #x/' file.c
	sections=(.altinstructions:14 __bug_table:12 __ex_table:12 __jump_table:16 .parainstructions:16 .smp_locks:4
		.retpoline_sites:4 .orc_unwind:6 .orc_unwind_ip:4 __mcount_loc:8)
	for name in one two three; do
		rm -f symtab
		objects 's/x \+ 1/x + 2/' "-DNAME=$name"
		run -0 diff_them
		mv out.o "$name.o"
	done
	ld -r -T "$TOP"/kmod/patch/*.lds one.o two.o three.o -o all.o
	for section in "${sections[@]}"; do
		size=${section#*:} section=${section%:*}
		sizes=0
		for name in one two three; do
			((sizes += $(size_of "$name.o" "$section")))
			(($(size_of "$name.o" "$section") % size == 0))
		done
		((sizes >= 3 * size && sizes == $(size_of all.o "$section"))) || { echo "$section: $sizes"; readelf -SW all.o; false; }
	done
}

size_of() { readelf -SW "$1" | sed -n "s/^ *\[ *[0-9]*\] ${2//./\\.} *[A-Z]* *[0-9a-f]* *[0-9a-f]* *\([0-9a-f]*\) .*/0x\1/p"; }

@test "a file that is cut off is an error, wherever it ends; so is one of another kind" {
	objects "$CHANGE" -g
	size=$(stat -c %s orig/file.o)
	for side in orig patched; do
		cp "$side/file.o" whole.o
		for ((at = 0; at < size; at += 97)); do
			head -c "$at" whole.o >"$side/file.o"
			run diff_them
			((status == 1)) || { echo "$side $at: $status $output"; false; }
			[[ ! -e out.o && $output == *"error: "* ]]
		done
		cp whole.o "$side/file.o"
	done
	printf '\xb7\0' | dd of=patched/file.o bs=1 seek=18 conv=notrunc status=none
	run -1 diff_them
	gcc -shared -nostdlib -fPIC -x c - <<<'int x;' -o patched/file.o
	run -1 diff_them
	echo 'int' >patched/file.o
	run -1 diff_them
}

@test "all sizes that build scripts set may be in the environment" {
	cat >file.c <<-'EOF'
		#include "../tables.h"
		int f(int x)
		{
			asm volatile(ALT_14("nop", "lfence"));
			asm volatile(BUG_12("7") : : "i"("file.c"));
			asm volatile("1: nop\n2:\n" EX_12("1b", "2b"));
			return x + 1;
		}
	EOF
	cp "$TOP/test/object/tables.h" .
	objects 's/x \+ 1/x + 2/'
	export ALT_STRUCT_SIZE=14 BUG_STRUCT_SIZE=12 EX_STRUCT_SIZE=12 JUMP_STRUCT_SIZE=16 ORC_STRUCT_SIZE=6 PARA_STRUCT_SIZE=16
	export STATIC_CALL_STRUCT_SIZE=8 PRINTK_INDEX_STRUCT_SIZE=8 FIXUP_STRUCT_SIZE=0
	run -0 diff_them
	mv out.o with.o
	unset "${!ALT_STRUCT@}" BUG_STRUCT_SIZE EX_STRUCT_SIZE JUMP_STRUCT_SIZE ORC_STRUCT_SIZE PARA_STRUCT_SIZE \
		STATIC_CALL_STRUCT_SIZE PRINTK_INDEX_STRUCT_SIZE FIXUP_STRUCT_SIZE
	run -0 diff_them
	cmp out.o with.o
	export ALT_STRUCT_SIZE=13
	run -0 diff_them
	[[ $output == *".altinstructions: warning: entries have 14 bytes here, not 13 as ALT_STRUCT_SIZE says [entry-size]"* ]]
	cmp out.o with.o
}

@test "what can't be printed is an error, and there is no output file" {
	objects "$CHANGE"
	run -1 --separate-stderr bash -c 'exec "$@" >/dev/full' - "$TOP/build/bin/create-diff-object" orig/file.o patched/file.o vmlinux symtab \
		/dev/null livepatch_test out.o
	[[ ! -e out.o && $stderr == *"can't write to standard output"* ]]
	run -1 bash -c 'exec "$@" >/dev/full' - "$TOP/build/bin/create-diff-object" --help
	objects 's/x/x/'
	run -3 diff_them
}

@test "OBJNAME is the name of a loaded object" {
	local name
	objects "$CHANGE"
	for name in '' 'a b,c' kvm-amd a.ko; do
		run -1 "$TOP/build/bin/create-diff-object" orig/file.o patched/file.o "$name" symtab /dev/null livepatch_test out.o
		[[ ! -e out.o && $output == *"OBJNAME: error: '$name' is not the name of a loaded object"* ]]
	done
	run -0 "$TOP/build/bin/create-diff-object" orig/file.o patched/file.o kvm_amd symtab /dev/null livepatch_test out.o
}

@test "a layout file has lines of two words" {
	objects "$CHANGE"
	printf '__bug_table 12 13\n' >layout
	run -1 "$TOP/build/bin/create-diff-object" --layout layout orig/file.o patched/file.o vmlinux symtab /dev/null livepatch_test out.o
	[[ $output == *"layout: line 1: error: want '<section> <bytes>'"* ]]
	printf '__bug_table 12 # a remark\n' >layout
	run -0 "$TOP/build/bin/create-diff-object" --layout layout orig/file.o patched/file.o vmlinux symtab /dev/null livepatch_test out.o
}

@test "only debug information of both objects tells lines from other numbers" {
	sed -i 's/printk("text.n")/printk("file.c", 64)/' file.c
	local side
	for side in orig patched; do
		objects 's/64/256/' -g1
		(cd "$side" && gcc "${options[@]}" -c file.c)
		run -3 diff_them
		[[ $output == "patched/file.o: f: warning: 256 after the name of file.c was 64: taken for a line number"* ]]
	done
	objects 's/64/256/' -g1
	run -0 --separate-stderr diff_them
	[[ $output == "file.o: changed function: f" && -z $stderr ]]
}

@test "an output that gets too large for a limit leaves nothing" {
	objects "$CHANGE"
	run -1 bash -c 'ulimit -f 1; exec "$@" >/dev/null' - "$TOP/build/bin/create-diff-object" orig/file.o patched/file.o vmlinux symtab \
		/dev/null livepatch_test out.o
	[[ $output == *"out.o: error: can't write: "* && -z $(compgen -G 'out.o*') ]]
}

# module DEPENDS FILE...: mymod.ko of the original object and other objects in this order
module() {
	printf '.section .modinfo, "a"\n.asciz "license=GPL"\n.asciz "depends=%s"\n' "$1" | cc -c -x assembler -o info.o -
	ld -r -o mymod.ko info.o "${@:2}"
	readelf -SW mymod.ko | grep -q modinfo
}

diff_module() { "$TOP/build/bin/create-diff-object" orig/file.o patched/file.o mymod mymod.ko symvers livepatch_test out.o; }

@test "a module may newly use what modules export that it depends on, as its file says" {
	objects '4s/printk/base_export/; 1s/$/ extern int base_export(const char *, ...);/'
	printf '0x1\tprintk\tvmlinux\tEXPORT_SYMBOL\t\n0x2\tbase_export\tdrivers/base-mod\tEXPORT_SYMBOL\t\n' >symvers
	local depends
	for depends in base-mod base_mod other,base-mod base-mod,other; do
		module "$depends" orig/file.o
		run -0 diff_module
		resolves ".klp.sym.base_mod.base_export,0,mymod"
		rm out.o
	done
	for depends in "" other base base-mod2 my-base-mod; do
		module "$depends" orig/file.o
		run -2 diff_module
		[[ $output == *"file.o: base_export: refused: exported by module base_mod, which may not be loaded: mymod does not depend on it [module-export]" ]]
		[[ ! -e out.o ]]
	done
}

# The kernel counts the symbols of .init.text while it loads the module, and a patch that is there already is applied then.
@test "a symbol of a module needs a sympos that is right before and after its .init sections are freed" {
	objects "$CHANGE"
	printf '0x1\tprintk\tvmlinux\tEXPORT_SYMBOL\t\n' >symvers
	printf '.section .init.text, "ax"\n.type helper, @function\nhelper: ret\n' | cc -c -x assembler -o init.o -
	module "" orig/file.o
	run -0 diff_module
	resolves ".klp.sym.mymod.helper,0"
	module "" orig/file.o init.o
	run -0 diff_module
	resolves ".klp.sym.mymod.helper,1"
	module "" init.o orig/file.o
	rm out.o
	run -2 diff_module
	[[ $output == *"file.o: helper: refused: mymod has another symbol of this name before it, in a section that is freed after init: "* ]]
	printf '.section .init.text, "ax"\n.type f, @function\nf: ret\n' | cc -c -x assembler -o init.o -
	module "" init.o orig/file.o
	run -2 diff_module
	[[ $output == *"file.o: f: refused: mymod has another symbol of this name before it"* ]]
}
