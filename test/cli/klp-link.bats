#!/usr/bin/env bats
# klp-link: what objects and modules need from each other. Small objects and modules, made here.
# Code for later, and each test is a subshell:
# shellcheck disable=SC2016,SC2030,SC2031

load common

LINK=$TOP/build/bin/klp-link

setup() {
	T=$BATS_TEST_TMPDIR
	cd "$T" || return
	printf '0x11111111\tprintk\tvmlinux\tEXPORT_SYMBOL\t\n0x22222222\tspaced\tvmlinux\tEXPORT_SYMBOL_GPL\tCRYPTO\n0x33333333\tof_a\tdrivers/mod-a\tEXPORT_SYMBOL\t\n' >Module.symvers
}

# object NAME < SOURCE
object() {
	mkdir -p "$(dirname "$1")"
	gcc -w -O2 -ffreestanding -fno-pie -mcmodel=kernel -fno-asynchronous-unwind-tables -x c -c -o "$1" -
}
symbols() { "$LINK" symbols --symvers Module.symvers --release 6.12 "$@"; }

@test "what is exported, defined beside it or a livepatch symbol is there; namespaces are told" {
	object fs/a.o <<<'int printk(); int spaced(); int b(); int k(); int l(); extern char __this_module; int f() { return printk() + spaced() + b() + k() + l() + __this_module; }'
	objcopy --redefine-sym k=.klp.sym.vmlinux.k,0 --redefine-sym l=.klp.sym.mod.l,1 fs/a.o
	object fs/b.o <<<'int spaced(); int b() { return spaced(); }'
	run -0 --separate-stderr symbols vmlinux:fs/a.o vmlinux:fs/b.o
	[[ $output == $'namespace\tCRYPTO' && ! $stderr ]]
	# In the order of their names, whatever order the file has.
	object fs/c.o <<<'int zz(); int aa(); int weak() __attribute__((weak)); int of_a(); int f() { return zz() + aa() + weak() + of_a() + b(); }'
	run -2 --separate-stderr symbols vmlinux:fs/b.o vmlinux:fs/c.o
	diff - <<<"$output" <(
		printf 'refused\tsymbol-missing\taa\twhich is nowhere in 6.12 (declared, but not built with its configuration?)\tfs/c.o\n'
		printf 'refused\tsymbol-missing\tof_a\twhich only module drivers/mod-a has\tfs/c.o\n'
		printf 'refused\tsymbol-missing\tweak\twhich is nowhere in 6.12 (declared, but not built with its configuration?)\tfs/c.o\n'
		printf 'refused\tsymbol-missing\tzz\twhich is nowhere in 6.12 (declared, but not built with its configuration?)\tfs/c.o\n'
		printf 'namespace\tCRYPTO\n'
	)
	[[ ${stderr_lines[1]} == "fs/c.o: refused: it needs of_a, which only module drivers/mod-a has [symbol-missing]" && ${#stderr_lines[@]} == 4 ]]
}

@test "two objects of one module define a global; weak ones do not count, nor do those of other parts" {
	object fs/a.o <<<'int twice() { return 1; } int weak() { return 1; } __attribute__((weak)) int both() { return 1; }'
	object fs/b.o <<<'int twice() { return 2; } __attribute__((weak)) int weak() { return 2; } __attribute__((weak)) int both() { return 2; }'
	object fs/c.o <<<'int weak(); int both(); int f() { return weak() + both(); }'
	run -2 --separate-stderr symbols vmlinux:fs/a.o mod_a:fs/b.o vmlinux:fs/c.o
	[[ $output == $'refused\tsymbol-twice\ttwice\tis also defined by fs/a.o\tfs/b.o' ]]
	[[ ${stderr_lines[0]} == "fs/b.o: twice: refused: is also defined by fs/a.o [symbol-twice]" ]]
	run -0 --separate-stderr symbols --part vmlinux vmlinux:fs/a.o mod_a:fs/b.o vmlinux:fs/c.o
}

# mod NAME DEPENDS: a file that passes for a module of the target
mod() {
	mkdir -p modules/kernel
	printf 'const char i[] __attribute__((section(".modinfo"))) = "license=GPL\\0depends=%s\\0vermagic=6.12 SMP";' "$2" | object "modules/kernel/$1.ko"
}

@test "what the patch adds to a module is there for that module, and for those that depend on it" {
	object a.o <<<'int added() { return 1; }'
	object b.o <<<'int added(); int f() { return added(); }'
	mod mod-a ''
	mod mod_b other,mod-c
	mod mod_c mod-a
	xz modules/kernel/mod_c.ko
	mod other mod_b
	run -0 --separate-stderr symbols mod_a:a.o mod_a:b.o
	run -0 --separate-stderr symbols --modules modules mod_a:a.o mod_b:b.o
	run -0 --separate-stderr symbols --modules modules vmlinux:a.o mod_b:b.o
	for module in vmlinux mod_d other; do
		if [[ $module == other ]]; then mod other none; fi
		run -2 --separate-stderr symbols --modules modules mod_a:a.o "$module:b.o"
		[[ $output == $'refused\tsymbol-missing\tadded\t'"which the patch adds to module mod_a; $module does not depend on that module, and would use the symbol without it"$'\tb.o' ]]
	done
	run -2 --separate-stderr symbols mod_a:a.o mod_b:b.o
}

@test "a name that the patch adds and vmlinux has stands for two things" {
	object a.o <<<'int k() { return 1; }'
	object b.o <<<'int old(); int f() { return old(); }'
	objcopy --redefine-sym old=.klp.sym.vmlinux.k,2 b.o
	run -2 --separate-stderr symbols mod_a:a.o vmlinux:b.o
	[[ $output == $'refused\tsymbol-missing\tk\twhich the patch adds to a module and 6.12 has too; give it another name\tb.o' ]]
	# That of a module, which is there whenever the livepatch is (--per-object), is none of vmlinux.
	object c.o <<<'int old(); int f() { return old(); }'
	objcopy --redefine-sym old=.klp.sym.mod_a.k,2,vmlinux c.o
	run -0 --separate-stderr symbols mod_a:a.o vmlinux:c.o
}

@test "a part of the livepatch has the objects of one module" {
	object a.o <<<'int added() { return 1; }'
	object b.o <<<'int added(), spaced(); int f() { return added() + spaced(); }'
	run -0 --separate-stderr symbols --part vmlinux vmlinux:a.o mod_b:b.o
	[[ ! $output ]]
	run -2 --separate-stderr symbols --part mod_b vmlinux:a.o mod_b:b.o
	diff - <<<"$output" <(
		printf 'refused\tsymbol-missing\tadded\twhich the patch adds to another object; build one module for all objects, without --per-object\tb.o\n'
		printf 'namespace\tCRYPTO\n'
	)
}

@test "what is kept by its address is told once" {
	object a.o <<<'static const char i[] __attribute__((section(".modinfo"), used)) = "address_kept=show\0accepted=address-kept:show\0address_kept=other";'
	object b.o <<<'static const char i[] __attribute__((section(".modinfo"), used)) = "address_kept=show";'
	run -0 --separate-stderr symbols vmlinux:a.o vmlinux:b.o
	[[ $output == $'kept\tother\nkept\tshow' ]]
}

@test "what is global in the patched object only is told to the others of the module" {
	local dir record
	object orig/fs/a.o <<<'static int v = 1; static int __attribute__((noinline)) h(int i) { return i * v++; } int f(int i) { return h(i) + 1; }'
	object patched/fs/a.o <<<'int v = 1; int __attribute__((noinline)) h(int i) { return i * v++; } int f(int i) { return h(i) + 2; } int added;'
	for dir in orig patched; do
		object $dir/fs/b.o <<<'int g() { return 1; }'
		object $dir/c.o <<<'static int h() { return 1; } int g() { return h(); }'
	done
	mkdir place place/fs
	printf 'klp-placement\t1\nobject\tvmlinux\nbase\tsame\nmatched\t2\t2\n' | tee place/fs/a.place place/fs/b.place >place/c.place
	record=$'h\tdef\tfunc\t12\tffffffff81000010\th\t2'
	printf 'symbol\t%s\nsymbol\tv\tdef\tobject\t4\tffffffff81000100\t-\t0\nsymbol\tf\tdef\tfunc\t4\tffffffff81000000\tf\t0\n' "$record" >>place/fs/a.place
	made_global() { "$LINK" made-global --orig orig --patched patched --placements place "$@"; }
	run -0 made_global vmlinux:fs/a.o vmlinux:fs/b.o mod:c.o
	[[ $(sort <<<"$output") == $'fs/b.o\tsymbol\t'"${record/def/undef}"$'\nfs/b.o\tsymbol\tv\tundef\tobject\t4\tffffffff81000100\t-\t0' ]]
	run -0 made_global vmlinux:fs/a.o mod:c.o
	[[ ! $output ]]
	# The driver adds it to what they are compared with, and leaves the base check's result as it is.
	common_setup
	export T
	mkdir -p work/4-compile
	cp -r orig patched work/4-compile
	cp -r place work/5-base
	SETUP='OBJECTS=(fs/a.o fs/b.o c.o); MODULE=([fs/a.o]=vmlinux [fs/b.o]=vmlinux [c.o]=mod)' run -0 lib diff_share_globals
	[[ ! $output && ! -e work/6-diff/fs/a.place && ! -e work/6-diff/c.place ]]
	diff -r place work/5-base
	diff place/fs/b.place work/6-diff/fs/b.place >added || true
	[[ $(grep -c "^> symbol" added) == 2 && $(grep -c "^[<>]" added) == 2 ]]
	# One of which nothing is known has no place to tell.
	sed -i '/^symbol\t[hv]\t/d' place/fs/a.place
	run -0 made_global vmlinux:fs/a.o vmlinux:fs/b.o
	[[ ! $output ]]
	rm place/fs/a.place
	run -1 made_global vmlinux:fs/a.o vmlinux:fs/b.o
	[[ $output == "place/fs/a.place: error: can't open: No such file or directory" ]]
}

# module NAME RELEASE CRC-TAKEN CRC-GIVEN [HOW]: takes printk, gives of_a. HOW: section, as since 5.19, or absolute, as before
module() {
	local crc="int crc __asm__(\"__crc_of_a\") __attribute__((section(\"__kcrctab\"))) = $4;"
	if [[ ${5:-} == absolute ]]; then crc="__asm__(\".globl __crc_of_a; __crc_of_a = $4\");"; fi
	if [[ ! $4 ]]; then crc=""; fi
	object "$1" <<-EOC
		const char i[] __attribute__((section(".modinfo"))) = "vermagic=$2 SMP mod_unload";
		struct { unsigned long crc; char name[56]; } v[] __attribute__((section("__versions"))) = { { 0x55555555, "nowhere" }, { $3, "printk" } };
		int e __asm__("__ksymtab_of_a") __attribute__((section("__ksymtab"))) = 1;
		$crc
	EOC
}
versions() { "$LINK" versions --symvers Module.symvers --release 6.12 "$@"; }

@test "a module takes and gives what the Module.symvers of its build has" {
	local how
	for how in section absolute; do
		module m.ko 6.12 0x11111111 0x33333333 $how
		run -0 versions drivers/mod-a:m.ko
		[[ ! $output ]]
		module m.ko 6.12 0x11111111 0x33333334 $how
		run -2 versions drivers/mod-a:m.ko
		[[ $output == "drivers/mod-a.ko exports of_a with version 0x33333334, not 0x33333333 [module-differs]" ]]
	done
	module m.ko 6.12 0x11111112 0x33333334
	module n.ko 6.1 0x11111111 0x33333333
	run -2 versions drivers/mod-a:m.ko net/n:n.ko
	[[ ${lines[0]} == "drivers/mod-a.ko imports printk with version 0x11111112, not 0x11111111 [module-differs]" ]]
	[[ ${lines[1]} == "net/n.ko was built for 6.1 [module-differs]" && ${#lines[@]} == 2 ]]
	# What it gives is another module's, or a symbol is lacking.
	module m.ko 6.12 0x11111111 0x33333333
	run -2 versions drivers/mod-b:m.ko
	[[ $output == "drivers/mod-b.ko exports of_a, which the Module.symvers does not list [module-differs]" ]]
	printf '0x44444444\tmore\tdrivers/mod-a\tEXPORT_SYMBOL\t\n' >>Module.symvers
	run -2 versions drivers/mod-a:m.ko
	[[ $output == "drivers/mod-a.ko does not export more [module-differs]" ]]
	# Of a build of vmlinux alone
	sed -i '/mod-a/d' Module.symvers
	run -0 versions drivers/mod-a:m.ko
	# Without versions there is nothing to compare but the names.
	module m.ko 6.12 0x11111111 ''
	printf '0x00000000\tof_a\tdrivers/mod-a\tEXPORT_SYMBOL\t\n' >>Module.symvers
	run -0 versions drivers/mod-a:m.ko
}

@test "what modules export, as a Module.symvers has it" {
	module m.ko 6.12 0x11111111 0x33333333
	zstd -q m.ko
	module n.ko 6.12 0x11111111 ''
	run -0 "$LINK" exports updates/mod-a:m.ko.zst updates/n:n.ko
	[[ $output == $'0x33333333\tof_a\tupdates/mod-a\tEXPORT_SYMBOL_GPL\t\n0x00000000\tof_a\tupdates/n\tEXPORT_SYMBOL_GPL\t' ]]
	object o.o <<<'int f() { return 1; }'
	run -1 "$LINK" exports updates/o:o.o
	[[ $output == "o.o: error: not a kernel module, or damaged" ]]
	run -1 versions updates/o:o.o
}

@test "each command has its help and its part of the manual page, with the same options" {
	commands_documented "$LINK" symbols made-global versions exports
	object a.o <<<'int f() { return 1; }'
	run -1 "$LINK" symbols --release 6.12 vmlinux:a.o
	[[ $output == "klp-link symbols: error: --symvers and --release are needed; try --help" ]]
	run -1 symbols a.o
	[[ $output == "error: 'a.o' does not have the form MODULE:OBJECT.o" ]]
	run -1 symbols vmlinux:none.o
	object b.o <<<'int g(); int f() { return g(); }'
	run -1 bash -c '"$1" symbols --release 6.12 --symvers Module.symvers vmlinux:b.o >/dev/full' - "$LINK"
	[[ $output == *"klp-link symbols: error: can't write to standard output: "* ]]
}
