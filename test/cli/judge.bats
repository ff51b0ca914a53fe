#!/usr/bin/env bats
# The judge of finished modules (test/judge) judged: a little kernel, a livepatch for it that is right, and what must be seen when
# one thing in it is wrong.
# shellcheck disable=SC2030,SC2031,SC2034

load common

BIN=$TOP/build/bin
JUDGE=$TOP/build/test/judge/judge
DATA=$TOP/test/judge/data

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	local sections="-ffunction-sections -fdata-sections" p
	compile other other
	compile judged plain
	# shellcheck disable=SC2086
	for p in 0 1 2 3 4; do compile judged "$p" -g -DP="$p" $sections; done
	# shellcheck disable=SC2086
	for p in 0 4; do compile judged "known$p" -DP="$p" -DKNOWN $sections; done
	ld -Ttext=0xffffffff81000000 -o vmlinux other.o plain.o
	nm -n vmlinux >kallsyms
	printf '0x00000000\t%s\tvmlinux\tEXPORT_SYMBOL\t\n' printk __fentry__ >symvers
	"$BIN/klp-place" place --image vmlinux -o place plain.o
	for p in 1 2 4; do
		"$BIN/create-diff-object" --placement place 0.o "$p.o" vmlinux kallsyms symvers livepatch_x "diff$p.o"
		link "diff$p.o" "module$p.ko"
	done
	printf '%s=%s\n' TARGET_VMLINUX vmlinux TARGET_KALLSYMS kallsyms TARGET_SYMVERS symvers TARGET_MODULES_DIR "$PWD" >target
	mkdir objects
	for p in 1 2 3 4; do
		mkdir -p "objects/$p/3-affected" "objects/$p/4-compile/"{orig,patched}
		printf 'judged.o\tvmlinux\tvmlinux\tjudged.o\n' >"objects/$p/3-affected/objects"
		cp 0.o "objects/$p/4-compile/orig/judged.o"
		cp "$p.o" "objects/$p/4-compile/patched/judged.o"
	done
}
setup() {
	cd "$BATS_FILE_TMPDIR" || return
	T=$BATS_TEST_TMPDIR
}

# compile SOURCE NAME [OPTION...]
compile() {
	cc -w -O2 -g0 -std=gnu11 -mcmodel=kernel -fno-pic -fno-pie -ffreestanding -fcf-protection=none -fno-asynchronous-unwind-tables \
		-fno-stack-protector -pg -mfentry -mrecord-mcount "${@:3}" -c -o "$2.o" "$DATA/$1.c"
}
link() {
	ld -r -T "$TOP/kmod/patch/patch.lds" -o "$2.o" "$1"
	"$BIN/create-klp-module" "$2.o" "$2"
}
judge() { "$JUDGE" "objects/$1" "$2" target "${@:3}"; }

# Its diff object with another livepatch symbol, made a module.
renamed() {
	objcopy --redefine-sym "$1=$2" diff1.o "$T/diff.o"
	if cmp -s diff1.o "$T/diff.o"; then echo "diff1.o has no $1"; return 1; fi
	link "$T/diff.o" "$T/module.ko"
}
# place_of FILE SECTION -> REPLY: where its bytes are
place_of() {
	REPLY=$(readelf -SW "$1" | sed 's/^ *\[ *[0-9]*\] *//' | awk -v name="$2" '$1 == name { print $4 }')
	REPLY=$((16#$REPLY))
}
# changed SECTION OFFSET BYTES: the module with other bytes there
changed() {
	cp module1.ko "$T/module.ko"
	place_of module1.ko "$1"
	# shellcheck disable=SC2059
	printf "$3" | dd of="$T/module.ko" bs=1 seek=$((REPLY + $2)) conv=notrunc status=none
	! cmp -s module1.ko "$T/module.ko"
}

@test "what is right is found right" {
	judge 1 module1.ko
	run -0 judge 1 module1.ko
	[[ ${lines[-1]} == $'right\t1 replaced, 2 functions, '*' 0 wrong, 0 unsure' ]]
	run -0 judge 2 module2.ko
	[[ ${lines[-1]} == $'right\t2 replaced, 3 functions, '*' 0 wrong, 0 unsure' ]]
}

@test "a constant that is copied with its readers, and one that others know" {
	run -0 judge 4 module4.ko
	[[ ${lines[-1]} == $'right\t1 replaced, 1 functions, '*' 0 wrong, 0 unsure' ]]
	mkdir -p objects/known/3-affected objects/known/4-compile/{orig,patched}
	cp objects/4/3-affected/objects objects/known/3-affected
	cp known0.o objects/known/4-compile/orig/judged.o
	cp known4.o objects/known/4-compile/patched/judged.o
	run -1 judge known module4.ko
	[[ $output == *$'wrong\tdata\tjudged.o: weights is copied, and .data.known+0 goes on with the old one'* ]]
}

@test "an address that can't be called where processors check that is the copy's" {
	local sections="-ffunction-sections -fdata-sections -fcf-protection=branch -g" name
	mkdir -p "$T"/branch/objects/{3-affected,4-compile/{orig,patched}}
	cd "$T/branch"
	compile other other -fcf-protection=branch
	compile judged plain -fcf-protection=branch
	# shellcheck disable=SC2086
	for name in 0 5; do compile judged "$name" -DP="$name" $sections; done
	ld -Ttext=0xffffffff81000000 -o vmlinux other.o plain.o
	nm -n vmlinux >kallsyms
	"$BIN/klp-place" place --image vmlinux -o place plain.o
	"$BIN/create-diff-object" --placement place 0.o 5.o vmlinux kallsyms "$BATS_FILE_TMPDIR/symvers" livepatch_x diff.o
	link diff.o module.ko
	printf '%s=%s\n' TARGET_VMLINUX vmlinux TARGET_KALLSYMS kallsyms TARGET_SYMVERS "$BATS_FILE_TMPDIR/symvers" TARGET_MODULES_DIR "$PWD" >target
	printf 'judged.o\tvmlinux\tvmlinux\tjudged.o\n' >objects/3-affected/objects
	cp 0.o objects/4-compile/orig/judged.o
	cp 5.o objects/4-compile/patched/judged.o
	run -0 "$JUDGE" objects module.ko target
	[[ ${lines[-1]} == $'right\t2 replaced, 2 functions, '*' 0 wrong, 0 unsure' ]]
}

@test "a function that is missing" {
	run -1 judge 2 module1.ko
	[[ $output == *$'wrong\tmissing\tjudged.o: second differs and is not replaced: '* ]]
}

@test "no module, since nothing differs" {
	mkdir -p "$T/same"
	cp -r objects/1/. "$T/same"
	cp 0.o "$T/same/4-compile/patched/judged.o"
	run -0 "$JUDGE" "$T/same" - target
	[[ ${lines[-1]} == $'right\t0 replaced, '* ]]
	run -1 judge 1 -
	[[ $output == *$'wrong\tmissing\tjudged.o: first differs and is not replaced: '* ]]
}

@test "a function that is there without reason" {
	run -1 judge 1 module2.ko
	[[ $output == *$'wrong\treason\tjudged.o: second is replaced and does not differ'* ]]
}

# A patch of two lines: one is put before that with the text $1, one takes the place of that with the text $2.
touch_lines() {
	awk -v before="$1" -v instead="$2" '
		BEGIN { print "--- a/data/judged.c\n+++ b/data/judged.c" }
		index($0, before) { print "@@ -" NR - 1 ",0 +" NR " @@\n+\tanother = 1;" }
		index($0, instead) { print "@@ -" NR " +" NR + 1 " @@\n-" $0 "\n+\tanother = 2;" }' "$DATA/judged.c"
}

@test "functions of the source that a patch touches" {
	touch_lines 'printk("of the second' 'printk("a text' >"$T/patch"
	run -0 judge 2 module2.ko "$T/patch"
	[[ ${lines[-2]} == $'note\ttouched\t2 functions of the source, 0 of them with the same code' ]]
	[[ ${lines[-1]} == $'right\t2 replaced, '* ]]
	# An inlined one is in third(), where nothing changes; and second() is replaced, of which the patch knows nothing.
	touch_lines 'spare ^= x' 'printk("a text' >"$T/patch"
	run -0 judge 2 module2.ko "$T/patch"
	[[ $output == *$'note\ttouched\tjudged.o: the patch touches twice, and its code is the same'* ]]
	[[ $output == *$'unsure\treason\tjudged.o: second is replaced, and the patch touches nothing in it'* ]]
	[[ ${lines[-1]} == $'unsure\t2 replaced, '*' 0 wrong, 1 unsure' ]]
	# Outside of functions it may be about anything; comments are about nothing.
	{ touch_lines 'spare ^= x' 'printk("a text'; touch_lines 'another text' 'static int spare' | sed '/^[-+]\{3\}/d'; } >"$T/outside"
	run -0 judge 2 module2.ko "$T/outside"
	[[ ${lines[-1]} == $'right\t2 replaced, '* ]]
	touch_lines 'printk("of the second' 'printk("a text' | sed 's,another = 1,/* another */,' >"$T/comment"
	run -0 judge 2 module2.ko "$T/comment"
	[[ ${lines[-2]} == $'note\ttouched\t1 functions of the source, 0 of them with the same code' ]]
	[[ ${lines[-1]} == $'unsure\t2 replaced, '*' 0 wrong, 1 unsure' ]]
}

@test "another sympos of the same name" {
	renamed .klp.sym.vmlinux.state,2 .klp.sym.vmlinux.state,1
	run -1 judge 1 "$T/module.ko"
	[[ $output == *$'wrong\treference\tjudged.o first'*": state+0 is at 0x"*", .klp.sym.vmlinux.state,1+0 is 0x"* ]]
	renamed .klp.sym.vmlinux.helper,2 .klp.sym.vmlinux.helper,1
	run -1 judge 1 "$T/module.ko"
	[[ $output == *$'wrong\treference\tjudged.o f'*": helper+0 is at 0x"* ]]
	renamed .klp.sym.vmlinux.state,2 .klp.sym.vmlinux.state,3
	run -1 judge 1 "$T/module.ko"
	[[ $output == *".klp.sym.vmlinux.state,3 does not resolve"* ]]
}

@test "another variable, and another function" {
	renamed .klp.sym.vmlinux.state,2 .klp.sym.vmlinux.spare,0
	run -1 judge 1 "$T/module.ko"
	[[ $output == *$'wrong\treference\tjudged.o first'*": state+0 is at 0x"*", .klp.sym.vmlinux.spare,0+0 is 0x"* ]]
	renamed .klp.sym.vmlinux.other,0 .klp.sym.vmlinux.third,0
	run -1 judge 1 "$T/module.ko"
	[[ $output == *"other+0 is at 0x"*", .klp.sym.vmlinux.third,0"* ]]
	renamed printk __fentry__
	run -1 judge 1 "$T/module.ko"
	[[ $output == *"printk+0 became __fentry__+0"* ]]
}

@test "a reference that is counted from elsewhere" {
	# the addend of the first livepatch relocation of first()
	changed .klp.rela.vmlinux..text.first 16 '\x30'
	run -1 judge 1 "$T/module.ko"
	[[ $output == *$'wrong\treference\tjudged.o first'* ]]
}

@test "a reference to another place of the module" {
	# the index of the symbol of the first relocation of first() that is not a livepatch one becomes the next
	local symbol
	symbol=$(readelf -rW module1.ko | awk '/^Relocation section .\.rela\.text\.first/ { found = 1 } found && /R_X86_64_32S/ { print substr($2, 7, 2); exit }')
	readelf -rW module1.ko | awk '/^Relocation section/ { n = -2 } /^Relocation section .\.rela\.text\.first/ { found = 1 } { n++ }
		found && /R_X86_64_32S/ { print n - 1; exit }' >"$T/row"
	[[ $symbol ]]
	changed .rela.text.first "$(($(<"$T/row") * 24 + 16))" '\x02'
	run -1 judge 1 "$T/module.ko"
	[[ $output == *$'wrong\treference\tjudged.o first'*'another text than "a text'* ]]
}

@test "other code" {
	changed .text.first 20 '\x90\x90\x90\x90'
	run -1 judge 1 "$T/module.ko"
	[[ $output == *$'wrong\tcode\tjudged.o first: '* ]]
}

@test "another entry of a table, and none" {
	changed __bug_table 10 '\x06'
	run -1 judge 1 "$T/module.ko"
	[[ $output == *$'wrong\tcode\tjudged.o first+0x'*': another entry in __bug_table'* ]]
	objcopy --rename-section __bug_table=.other diff1.o "$T/diff.o"
	link "$T/diff.o" "$T/module.ko"
	run -1 judge 1 "$T/module.ko"
	[[ $output == *$'wrong\tcode\tjudged.o first+0x'*': no entry in __bug_table'* ]]
}

@test "another text, another value of new data" {
	run -1 judge 3 module1.ko
	[[ $output == *$'wrong\treference\tjudged.o fresh'*'another text than "another text'* ]]
	changed .data.added 0 '\x08'
	run -1 judge 1 "$T/module.ko"
	[[ $output == *$'wrong\tcode\tjudged.o added: '* ]]
}

@test "another function is replaced" {
	objcopy --dump-section .rodata.klp.str1.1="$T/strings" diff1.o "$T/copy.o"
	sed 's/first/third/' "$T/strings" >"$T/other"
	objcopy --update-section .rodata.klp.str1.1="$T/other" diff1.o "$T/diff.o"
	link "$T/diff.o" "$T/module.ko"
	run -1 judge 1 "$T/module.ko"
	[[ $output == *$'wrong\tcode\tjudged.o third: '* && $output == *$'wrong\tmissing\tjudged.o: first differs'* ]]
}

@test "what can't be judged is an error" {
	run -2 judge 1 "$T/none.ko"
	[[ $output == "judge: $T/none.ko can't be read: "* ]]
	run -2 judge 1 vmlinux
	[[ $output == *"judge: vmlinux has no table of functions"* ]]
}
