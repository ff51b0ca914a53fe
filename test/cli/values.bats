#!/usr/bin/env bats
# Initial values that a patch changes, as values to be written: the records `variable`, `value` and `no-values` of create-diff-object.

load common

options=(-O2 -g -std=gnu11 -ffreestanding -fno-pie -mcmodel=kernel -mno-red-zone -fno-asynchronous-unwind-tables -fcf-protection=none
	-fno-jump-tables -ffunction-sections -fdata-sections -pg -mfentry -mrecord-mcount -I.)

setup() {
	T=$BATS_TEST_TMPDIR
	TOOL=$TOP/build/bin/create-diff-object
	cd "$T" || return
}

# records [GCC-OPTION...]: of orig.c and patched.c, about values, in `report`
records() {
	local side
	for side in orig patched; do gcc "${options[@]}" "$@" -c "$side.c" || return; done
	readelf -sW orig.o >symtab
	"$TOOL" --exact --report report orig.o patched.o vmlinux symtab /dev/null livepatch_test out.o 2>messages || [[ $? == 2 ]]
	grep -E '^(variable|value|no-values|functions)'$'\t' report || true
}

# changes EDIT: the records for standard input as orig.c, and what sed makes of it
changes() {
	cat >orig.c
	sed -E "$1" orig.c >patched.c
	shift
	records "$@" | tr '\t' ' '
}

@test "numbers by the names that C has for them, their types and their order" {
	run -0 changes 's/1, 2, -3, 0, SLOW/0, 3, -4, 1, FAST/; s/4, 5, 6/4, 5, 700000/; s/0644/0444/; s/plain = 64/plain = 128/; s/int zero;/int zero = 1;/' <<-'EOC'
		typedef unsigned short umode_t;
		enum speed { SLOW, FAST = 4 };
		struct bits { unsigned a : 3, b : 5; int c; struct { _Bool on; enum speed speed; }; };
		struct bits bits = { 1, 2, -3, 0, SLOW };
		unsigned long limits[2][3] = { { 1, 2, 3 }, { 4, 5, 6 } };
		struct { const char *name; umode_t mode; } table[2] = { { "a", 0600 }, { "b", 0644 } };
		int plain = 64;
		int zero;
	EOC
	diff <(sort <<<"$output") <(sort <<-'EOR'
		variable bits .data.bits
		value bits bits.a 0 0 bits 1 0 running
		value bits bits.b 0 0 bits 2 3 running
		value bits bits.c 4 4 number -3 -4 running
		value bits bits.on 8 1 number false true running
		value bits bits.speed 12 4 number SLOW FAST running
		variable limits .data.limits
		value limits limits[1][2] 40 8 number 6 0xaae60 running
		variable table .data.table
		value table table[1].mode 24 2 number 0644 0444 running
		variable plain .data.plain
		value plain plain 0 4 number 64 128 running
		variable zero .data.zero
		value zero zero 0 4 number 0 1 running
		functions 0
	EOR
	)
}

@test "what packed structures hold is told as bytes, and a text as a whole unless there is more than the text" {
	run -0 changes 's/0x11223344/0x11229944/; s/"abc"/"axd"/; s/"in"/"out\\n"/; s/, 9 \}/, 8 }/; s/"full"/"fuls"/' <<-'EOC'
		struct { char c; int n; } __attribute__((packed)) packed = { 1, 0x11223344 };
		char text[8] = "abc";
		struct { int n; unsigned char name[2][8]; } table[2] = { {}, { 3, { "", "in" } } };
		unsigned char binary[4] = { 1, 0, 9 };
		char full[4] = "full";
	EOC
	[[ $output == *"value packed - 1 4 bytes 44332211 44992211 running"* ]]
	[[ $output == *'value text text 0 8 text string:"abc" string:"axd" running'* ]]
	[[ $output == *'value table table[1].name[1] 32 8 text string:"in" string:"out\n" running'* ]]
	[[ $output == *"value binary - 2 1 bytes 09 08 running"* ]]
	[[ $output == *"value full - 3 1 bytes 6c 73 running"* ]]
}

@test "pointers: by what they name, and whether that is the livepatch's" {
	run -0 changes 's/\{ old_get, "old", other, 0, existing \}/{ new_get, "new\\n", \&other[1], (unsigned long)other, other_existing }/; s/^.*old_get\(int x\).*//' <<-'EOC'
		int other[4];
		static int old_get(int x) { return x + 1; }
		static int new_get(int x) { return x + 2; }
		int existing(int x) { return x + 3; }
		int other_existing(int x) { return x + 4; }
		struct { int (*get)(int); const char *name; void *data; unsigned long cookie; int (*also)(int); } ops = { old_get, "old", other, 0, existing };
	EOC
	# (other_existing is a global of the running kernel; new_get was not compiled before, for nothing used it.)
	diff - <(printf '%s\n' "$output") <<-'EOR'
		variable ops .data.ops
		value ops ops.get 0 8 entry unknown symbol:new_get+0 livepatch
		value ops ops.name 8 8 pointer string:"old" string:"new\n" livepatch
		value ops ops.data 16 8 pointer symbol:other+0 symbol:other+4 running
		value ops ops.cookie 24 8 number null symbol:other+0 running
		value ops ops.also 32 8 entry symbol:existing+0 symbol:other_existing+0 running
		functions 0
	EOR
}

@test "a function that the source still has is named, although all of it is inlined" {
	run -0 changes 's/\{ get \}/{ strict }/; 1a static int strict(int x) { return x ? get(x) : 0; }' <<-'EOC'
		static int get(int x) { return x + 1; }
		struct { int (*get)(int); } ops = { get };
	EOC
	[[ $output == *"value ops ops.get 0 8 entry symbol:get+0 symbol:strict+0 livepatch"* ]]
}

@test "what is no plain write says why: constants, statics of functions, other sizes, what code follows" {
	run -0 changes 's/\{ 1, 2 \}/{ 1, 3 }/; s/late(.*) = 1/late\1 = 2/; s/count = 5/count = 6/; s/grows\[\] = \{ 1 \}/grows[] = { 1, 2 }/; s/empty\[\] = \{\}/empty[] = { 7 }/; s/key = \{ 0 \}/key = { 1 }/; s/each(.*) = 1/each\1 = 2/; s/\(int \[\]\)\{ 1 \}/(int []){ 2, 3 }/; s/fixed = \{ 1 \}/fixed = { 2 }/' <<-'EOC'
		struct static_key { int enabled; };
		const int table[2] = { 1, 2 };
		int late __attribute__((section(".data..ro_after_init"))) = 1;
		int grows[] = { 1 };
		int empty[] = {};
		struct static_key key = { 0 };
		int each __attribute__((section(".data..percpu"))) = 1;
		int *literal = (int []){ 1 };
		struct { const int member; } fixed = { 1 };
		int f(void) { static int count = 5; return count++ + empty[0]; }
	EOC
	local line
	for line in "table read-only" "late read-only" "grows size" "empty size" "key code-switch" "each per-cpu" "count.0 static-local" \
		"fixed const-member"; do
		grep -qx "no-values $line" <<<"$output" || { echo "no $line"; echo "$output"; false; }
	done
	[[ $output != *"value "* ]] || ! grep -q '^value' <<<"$output"
}

@test "without debug information no type is known, and nothing is told" {
	run -0 changes 's/= 64/= 128/' -g0 <<<'int plain = 64;'
	[[ $output == $'no-values plain no-type\nfunctions 0' ]]
}
