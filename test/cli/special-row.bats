#!/usr/bin/env bats
# A special section that behaves as others do is one row of the machine's table: the engine is built with one row more, and does with
# that section all that it does with the others.

load common

FLAGS=(-O2 -ffreestanding -fno-pie -mcmodel=kernel -fno-asynchronous-unwind-tables -fcf-protection=none -ffunction-sections -pg -mfentry
	-mrecord-mcount)
ENGINE=create-diff-object/arch/x86_64-special.c

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	mkdir engine build
	cp -a "$TOP/Makefile" "$TOP/create-diff-object" "$TOP/kmod" engine
	# What did not change is not compiled again.
	mkdir engine/build
	cp -a "$TOP"/build/{flags,create-diff-object,libklp.a,libtools.a} engine/build
	sed -i '/^const struct special_row/a\
	{.section = "__new_table", .layouts = {{.size = 16, .fields = {{0, FIELD_SITE}, {4, FIELD_TARGET}}}}, .decides = true, .site = "a new site", .rewriter = "new_module_add()", .early = "new_module_add() has read it"},' engine/$ENGINE
	make -s -C engine build/bin/create-diff-object 2>&1 || return
	# The structure is read where the module is loaded: its bytes and its key tell f() and g() apart.
	cat >source.c <<-'EOC'
		#define SITE(word) asm volatile("1: nopl 0(%%rax,%%rax)\n.pushsection __new_table,\"aw\"\n.long 1b - ., key - ., " word ", 0\n.popsection" ::)
		extern int other(int);
		int f(int x) { SITE("1"); return other(x) + CHANGE; }
		int g(int x) { SITE(WORD); return other(x) + 3; }
		int h(int x) { SITE("3"); return other(x) + 4; }
	EOC
	gcc "${FLAGS[@]}" -DCHANGE=1 -DWORD='"2"' -c source.c -o orig.o || return
	gcc "${FLAGS[@]}" -DCHANGE=2 -DWORD='"2"' -c source.c -o code.o || return
	gcc "${FLAGS[@]}" -DCHANGE=1 -DWORD='"5"' -c source.c -o entry.o || return
	{ readelf -sW orig.o | sed 's/ NOTYPE  GLOBAL DEFAULT  UND key/ OBJECT  GLOBAL DEFAULT    1 key/'; } >symbols
}

# engine PATCHED [OPTION...]: by the one with the row
engine() { cd "$BATS_FILE_TMPDIR" && engine/build/bin/create-diff-object "${@:2}" orig.o "$1" "${OBJECT:-vmlinux}" symbols /dev/null test out.o; }

# The relocations of the table in the output, as "OFFSET SYMBOL" lines
entries() { readelf -rW out.o | sed -n "/'\.rela__new_table'/,/^\$/p" | awk '/R_X86_64/ { print $1, $5 }'; }

@test "one row: entries of changed functions are taken along, and no others" {
	run -0 engine code.o
	[[ $output == "code.o: changed function: f" ]]
	cd "$BATS_FILE_TMPDIR" || return
	[[ $(entries) == $'0000000000000000 f\n0000000000000004 .klp.sym.vmlinux.key,0' ]]
	[[ $(readelf -x __new_table out.o | awk '/0x00000000/ { print $4, $5 }') == "01000000 00000000" ]]
}

@test "one row: an entry that decides makes its function a changed one" {
	run -0 engine entry.o
	[[ $output == "entry.o: changed function: g" ]]
	cd "$BATS_FILE_TMPDIR" || return
	[[ $(readelf -x __new_table out.o | awk '/0x00000000/ { print $4, $5 }') == "05000000 00000000" ]]
}

@test "one row: --layout knows the section, and what must not be resolved late is refused" {
	cd "$BATS_FILE_TMPDIR" || return
	echo '__new_table 16' >sixteen
	echo '__new_table 8' >eight
	run -0 engine code.o --layout sixteen
	# The object is clear.
	run -0 engine code.o --layout eight
	[[ $output == *".o: __new_table: warning: entries have 16 bytes here, not 8 as --layout says [entry-size]"* ]]
	OBJECT=mod run -2 engine code.o
	[[ $output == *"f: refused: its entry in __new_table depends on key of a module"*"[module-late]"* ]]
}

@test "without the row the section is unknown, and refused" {
	cd "$BATS_FILE_TMPDIR" || return
	run -2 "$TOP/build/bin/create-diff-object" orig.o code.o vmlinux symbols /dev/null test out.o
	[[ $output == *"f: refused: section __new_table refers to it, and its meaning is not known"*"[unknown-section]"* ]]
	echo '__new_table 16' >sixteen
	run -1 "$TOP/build/bin/create-diff-object" --layout sixteen orig.o code.o vmlinux symbols /dev/null test out.o
	[[ $output == *"'__new_table' is not a special section"* ]]
	# One line was added, to one file.
	[[ $(diff -r "$TOP/create-diff-object" engine/create-diff-object | grep -c '^[<>]') == 1 ]]
}
