#!/usr/bin/env bats
# klp-place as a program: small kernels that are compiled and linked here, then the stock kernels' images and objects. The
# latter come from the shared cache (KPATCH_CACHE); the first use fetches them.
# Each test is a subshell:
# shellcheck disable=SC2030,SC2031,SC2034,SC2164

load common

PLACE=$TOP/build/bin/klp-place

setup_file() {
	local line object
	export KERNELS_DIR=$BATS_FILE_TMPDIR
	for line in 6.12 6.1; do describe_target "$line" >"$KERNELS_DIR/$line.sh"; done
	cd "$KERNELS_DIR"
	for object in before orig after data; do compile "$object"; done
	ld -e 0 -Ttext=0xffffffff81000000 -o vmlinux before.o orig.o after.o data.o
	ld -r -o mod.ko before.o orig.o after.o data.o
	nm -n vmlinux >System.map
	strip -o stripped vmlinux
}

setup() { T=$BATS_TEST_TMPDIR; }

# use SERIES: the target's description
use() {
	if [[ ! -s $KERNELS_DIR/$1.sh ]]; then skip "no kernel of series $1 can be built"; fi
	# shellcheck source=/dev/null
	source "$KERNELS_DIR/$1.sh"
}
# compile NAME [OPTION...]: test/unit/data/place-NAME.c to NAME.o
compile() {
	cc -w -O2 -g0 -mcmodel=kernel -fno-pic -fno-pie -fcf-protection=none -fno-asynchronous-unwind-tables \
		-fno-stack-protector -fno-toplevel-reorder "${@:2}" -c -o "$1.o" "$TOP/test/unit/data/place-$1.c"
}

@test "a vmlinux, stripped or not" {
	cd "$KERNELS_DIR"
	"$PLACE" place --image vmlinux -o "$T/own" orig.o
	"$PLACE" place --image stripped --symbols System.map -o "$T/map" orig.o
	"$PLACE" place --image stripped --symbols vmlinux -o "$T/elf" orig.o
	cmp "$T/own" "$T/map"
	cmp "$T/own" "$T/elf"
	grep -qx $'base\tsame' "$T/own"
	grep -qx $'matched\t6\t6' "$T/own"
	grep -qE $'^symbol\ttwin\tdef\tfunc\t[0-9]+\tffffffff8100[0-9a-f]{4}\ttwin\t2$' "$T/own"
	run -1 "$PLACE" place --image stripped -o "$T/none" orig.o
	[[ $output == *"stripped: error: no kallsyms found; the kernel needs CONFIG_KALLSYMS, or give --symbols"* && ! -e $T/none ]]
}

@test "a module, packed or not" {
	local packed
	cd "$T"
	cp "$KERNELS_DIR/mod.ko" .
	xz -k mod.ko
	zstd -q mod.ko
	gzip -k mod.ko
	for packed in mod.ko mod.ko.xz mod.ko.zst mod.ko.gz; do
		"$PLACE" place --module "$packed" --name mod -o "$packed.place" "$KERNELS_DIR/orig.o"
		cmp mod.ko.place "$packed.place"
	done
	grep -qx $'object\tmod' mod.ko.place
	grep -qE $'^symbol\ttwin\tdef\tfunc\t[0-9]+\t[0-9]+:[0-9a-f]+\ttwin\t2$' mod.ko.place
}

@test "an output that gets too large for a limit leaves nothing" {
	cd "$KERNELS_DIR"
	mkdir "$T/limit"
	run -1 bash -c 'ulimit -f 1; exec "$@" >/dev/null' - "$PLACE" elf -o "$T/limit/own" vmlinux
	[[ $output == *"limit/own: error: can't write: File too large" && -z $(ls "$T/limit") ]]
}

@test "what does not belong together is refused" {
	cd "$T"
	cp "$KERNELS_DIR/mod.ko" .
	printf 'license=GPL\0name=mod\0' >modinfo
	objcopy --add-section .modinfo=modinfo mod.ko named.ko
	"$PLACE" place --module named.ko --name mod -o place "$KERNELS_DIR/orig.o"
	rm place
	run -1 "$PLACE" place --module named.ko --name other -o place "$KERNELS_DIR/orig.o"
	[[ $output == "named.ko: error: not the module other: it calls itself mod" ]]
	run -1 "$PLACE" place --module mod.ko --name $'mo\td' -o place "$KERNELS_DIR/orig.o"
	[[ $output == "mod.ko: error: "*" is not the name of a module: letters, digits, underscores" ]]
	run -1 "$PLACE" place --image "$KERNELS_DIR/vmlinux" -o place "$KERNELS_DIR/vmlinux"
	[[ $output == "$KERNELS_DIR/vmlinux: error: not an object file of a compiler" ]]
	run -1 "$PLACE" kallsyms "$KERNELS_DIR/vmlinux" --module mod.ko
	[[ ${lines[-1]} == "klp-place kallsyms: error: unknown option; try --help" ]]
	run -1 "$PLACE" layout mod.ko
	[[ $output == "mod.ko: error: a module; its BTF has only the types that the kernel's lacks; give the image" ]]
	run -1 "$PLACE" place --image "$KERNELS_DIR/vmlinux" --module mod.ko --name mod -o place "$KERNELS_DIR/orig.o"
	[[ $output == "klp-place place: error: an object is part of the image or of a module: give --image or --module; try --help" ]]
	run -1 "$PLACE" place --module mod.ko -o place "$KERNELS_DIR/orig.o"
	[[ $output == "klp-place place: error: --module and --name go together; try --help" ]]
	run -1 "$PLACE" place --module mod.ko --name mod --symbols System.map -o place "$KERNELS_DIR/orig.o"
	[[ $output == "klp-place place: error: --symbols belongs to an image; a module has its own symbols; try --help" && ! -e place ]]
}

@test "the name of what reads images changes with its source, its compiler and the options, and with nothing else" {
	local first
	run -0 "$PLACE" reader
	[[ $output =~ ^[0-9a-f]{16}$ ]]
	cp -r "$TOP"/{Makefile,create-diff-object,test,bench} .
	reader() { make -s "$@" build/place-reader.h && cat build/place-reader.h; }
	first=$(reader)
	[[ $first == "#define PLACE_READER "* ]]
	echo '/* another */' >>create-diff-object/diff/same.c
	[[ $(reader) == "$first" ]]
	[[ $(reader CFLAGS=-O1) != "$first" && $(reader CC=gcc-12\ -m64) != "$first" && $(reader) == "$first" ]]
	for file in target/kallsyms.c util/search.h arch/x86_64-image.c object/layout.c tools/place-image.c; do
		cp "create-diff-object/$file" kept
		echo '/* another */' >>"create-diff-object/$file"
		[[ $(reader) != "$first" ]] || { echo "$file"; false; }
		mv kept "create-diff-object/$file"
	done
	[[ $(reader) == "$first" ]]
	echo '/* another */' >create-diff-object/target/new.h
	[[ $(reader) != "$first" ]]
}

@test "each command has its help and its part of the manual page, with the same options" {
	local command
	commands_documented "$PLACE" place kallsyms exports layout facts elf reader
	for command in place kallsyms exports layout facts elf; do
		# What another command takes, this one does not.
		run -1 "$PLACE" "$command" --hunks
		[[ ${lines[-1]} == "klp-place $command: error: unknown option; try --help" ]]
		run -1 "$PLACE" "$command"
	done
	run -1 "$PLACE"
	[[ $output == "klp-place: error: no command given; try --help" ]]
	run -1 "$PLACE" --kallsyms vmlinux
	[[ $output == "klp-place: error: '--kallsyms' is not a command; try --help" ]]
	run -1 "$PLACE" elf vmlinux
	[[ $output == "klp-place elf: error: no output given (-o); try --help" ]]
	run -1 bash -c '"$1" --help >/dev/full' - "$PLACE"
	[[ $output == "klp-place: error: can't write to standard output: "* ]]
}

@test "facts: who compiled an object, which text functions chose, struct module, an entry for virtual machines" {
	cd "$T"
	cat >facts.c <<-'EOC'
		__attribute__((section(".sched.text"))) int f(void) { return 1; }
		__attribute__((section(".noinstr.text"))) int g(void) { return 2; }
		struct module { long state; int (*init)(void); long rest; int (*exit)(void); };
		struct module m __attribute__((section(".gnu.linkonce.this_module"))) = { 0, f, 0, g };
		int v = 1;
	EOC
	gcc -c facts.c
	run -0 "$PLACE" facts facts.o
	[[ ${lines[0]} == $'compiler\tGCC: '* && ${lines[1]} == $'shared-text\t.sched.text' && ${lines[2]} == $'module-struct\t32\t8\t24' && ${#lines[@]} == 3 ]]
	printf '.section .note.Xen,"a",@note\n.long 4, 8, 17\n.asciz "Xen"\n.quad 1\n.long 4, 4, %s\n.asciz "Xen"\n.long 1\n' 18 >entry.S
	gcc -c entry.S
	run -0 "$PLACE" facts entry.o
	[[ $output == $'virtual-entry\tXen' ]]
	sed -i s/18/16/ entry.S
	gcc -c entry.S
	run -0 "$PLACE" facts entry.o
	[[ ! $output ]]
}

@test "a difference ends with 2 and writes nothing; --skip-base-check goes on and says so" {
	cd "$T"
	compile orig -DDIFFERENT_CODE
	run -2 "$PLACE" place --image "$KERNELS_DIR/vmlinux" -o place orig.o
	[[ $output =~ ^orig\.o:\ (first|second)\+0x[0-9a-f]+:\ compiled\ 2b,\ kernel\ has\ 03\;\ the\ source,\ config\ or\ compiler\ differs\ from\ the\ one\ the\ kernel\ was\ built\ with\ \(5\ of\ 6\ functions\ match\)\ \[base-differs\]$ ]]
	[[ ! -e place ]]
	run -0 "$PLACE" place --image "$KERNELS_DIR/vmlinux" --skip-base-check -o place orig.o
	[[ $output == *": warning: compiled 2b, kernel has 03; "* ]]
	grep -qx $'base\tdiffers' place
	grep -qx $'matched\t5\t6' place
}

# wrap PACKED SIZED: a boot image around it, with the first sectors of the stock one; SIZED: the unpacked size is behind it,
# as the kernel's build appends it
wrap() {
	local sectors size
	sectors=$(od -An -tu1 -j 497 -N 1 "$TARGET_IMAGE")
	if [[ $2 == sized ]]; then le32 "$(stat -c %s "$T/kernel")" >>"$1"; fi
	size=$(stat -c %s "$1")
	{
		head -c 584 "$TARGET_IMAGE"
		le32 0
		le32 "$size"
		head -c $(((sectors + 1) * 512)) "$TARGET_IMAGE" | tail -c +593
		cat "$1"
		printf 'behind the payload'
	} >"$T/image"
}
le32() { printf '%b' "$(printf '\\x%02x\\x%02x\\x%02x\\x%02x' $(($1 & 255)) $(($1 >> 8 & 255)) $(($1 >> 16 & 255)) $(($1 >> 24 & 255)))"; }

@test "each compression that the kernel offers, as its own tools make it" {
	use 6.1
	# More than two blocks of the lz4 format.
	head -c 20000000 "$TARGET_VMLINUX" >"$T/kernel"
	local how
	for how in "gzip -1" "bzip2 -9" "xz --check=crc32 --x86 --lzma2=dict=1MiB" "lzma -0" "zstd -3" "lz4 -q -l -1" "lzop -1" cat; do
		$how <"$T/kernel" >"$T/packed"
		case $how in gzip* | cat) wrap "$T/packed" plain ;; *) wrap "$T/packed" sized ;; esac
		"$PLACE" elf -o "$T/unpacked" "$T/image"
		cmp "$T/kernel" "$T/unpacked"
		# Half of it is noticed.
		head -c $(($(stat -c %s "$T/image") / 2)) "$T/image" >"$T/half"
		run -1 "$PLACE" elf -o "$T/none" "$T/half"
		[[ $output == "$T/half: error: the payload reaches past the end of the file; is it complete?" ]]
	done
}

@test "the image's exports are the vmlinux part of Module.symvers" {
	local line
	for line in 6.12 6.1; do
		use "$line"
		"$PLACE" exports "$TARGET_IMAGE" | sort >"$T/exports"
		awk '$3 == "vmlinux"' "$TARGET_SYMVERS" | sort >"$T/symvers"
		(($(wc -l <"$T/exports") > 5000))
		diff "$T/exports" "$T/symvers"
		"$PLACE" exports --symvers "$TARGET_SYMVERS" "$TARGET_IMAGE"
	done
	# Those of another kernel are refused in both directions.
	use 6.12
	local symvers=$TARGET_SYMVERS image=$TARGET_IMAGE
	use 6.1
	run -2 "$PLACE" exports --symvers "$symvers" "$TARGET_IMAGE"
	[[ $output == "$symvers: "*" exports differ); image and Module.symvers must be of one build"* ]]
	run -2 "$PLACE" exports --symvers "$TARGET_SYMVERS" "$image"
}

@test "sizes of table entries come from the image's BTF" {
	local line
	for line in 6.12 6.1; do
		use "$line"
		"$PLACE" layout "$TARGET_IMAGE" >"$T/layout"
		grep -qx $'__jump_table\t16' "$T/layout"
		grep -qx $'__ex_table\t12' "$T/layout"
		grep -qx $'.static_call_sites\t8' "$T/layout"
		cmp "$T/layout" "$TARGET_LAYOUT"
	done
}

# objects SERIES: compile some of the stock kernel of SERIES as its build did, into $T/SERIES
objects() {
	local file
	use "$1"
	mkdir -p "$T/out"
	for file in fs/exec.c net/ipv4/tcp_input.c drivers/net/dummy.c; do
		sed '0,/^{$/s//{\n\tasm volatile("");/' "$TARGET_SOURCE/$file" >"$T/new.c"
		diff_patch "$TARGET_SOURCE/$file" "$T/new.c" "$file"
	done >"$T/change.patch"
	keep_objects "$T/kept" "exit 1"
	run -1 "$DRIVER" -a "$TARGET_RELEASE" -n "$1" -o "$T/out" "$T/change.patch"
	mv "$T/kept/plain" "$T/$1"
}

@test "objects of one version are refused against the image of the other, and found in their own" {
	local line other object
	objects 6.12
	objects 6.1
	for line in 6.12 6.1; do
		cd "$T/$line"
		for other in 6.12 6.1; do
			use "$other"
			for object in fs/exec.o net/ipv4/tcp_input.o; do
				if [[ $line == "$other" ]]; then
					"$PLACE" place --image "$TARGET_VMLINUX" --symbols "$TARGET_KALLSYMS" -o "$T/place" "$object"
					continue
				fi
				run -2 "$PLACE" place --image "$TARGET_VMLINUX" --symbols "$TARGET_KALLSYMS" -o "$T/none" "$object"
				[[ $output =~ "$object: ".*" the source, config or compiler differs from the one the kernel was built with ("[0-9]{1,2}" of "[0-9]+" functions match)" ]]
				[[ ! -e $T/none ]]
			done
			object=drivers/net/dummy.o
			local module
			module=$(find "$TARGET_MODULES_DIR" -name 'dummy.ko*' -print -quit)
			if [[ $line == "$other" ]]; then
				"$PLACE" place --module "$module" --name dummy -o "$T/place" "$object"
			else
				run -2 "$PLACE" place --module "$module" --name dummy -o "$T/none" "$object"
			fi
			# A module's code is not the kernel's.
			run -2 "$PLACE" place --image "$TARGET_VMLINUX" --symbols "$TARGET_KALLSYMS" -o "$T/none" "$object"
		done
	done
}

@test "an image is read once: what it tells is in the cache from then on" {
	use 6.1
	mkdir "$T/bin"
	ln -s "$TOP"/build/bin/* "$T/bin"
	rm "$T/bin/klp-place"
	printf '#!/bin/sh\necho "$*" >>%s/calls\nexec %s "$@"\n' "$T" "$PLACE" >"$T/bin/klp-place"
	chmod +x "$T/bin/klp-place"
	export KPATCH_BIN=$T/bin
	cp "$TARGET_IMAGE" "$T/image"
	describe() {
		: >"$T/calls"
		"$DRIVER" -s "$TARGET_SOURCE" -c "$TARGET_CONFIG" -v "$T/image" --symvers "$TARGET_SYMVERS" --print-target >"$T/target"
		# shellcheck source=/dev/null
		(source <(grep '^TARGET_' "$T/target") && rm -rf "${TARGET_KALLSYMS%/*}.used" && echo "${TARGET_KALLSYMS%/*}") >>"$T/dirs"
	}
	describe
	[[ $(grep -cE '^(elf|kallsyms|layout) ' "$T/calls") == 3 ]]
	describe
	[[ $(grep -cE '^(elf|kallsyms|layout) ' "$T/calls") == 0 ]]
	# Another image of the same name is another one.
	touch -d @1 "$T/image"
	describe
	[[ $(grep -cE '^(elf|kallsyms|layout) ' "$T/calls") == 3 ]]
	sort -u "$T/dirs" | while read -r dir; do rm -rf "$dir" "$dir.lock"; done
}

@test "entries of __bug_table with 8 bytes are not taken for half as many of 16, as 6.19 has them" {
	cd "$T"
	# N functions NAME_1 ..., each with an instruction that has an entry
	bugs() {
		local i
		for ((i = 1; i <= $2; i++)); do
			printf 'int %s_%s(int x) { asm volatile("1: ud2\\n.pushsection __bug_table,\\"aw\\"\\n.long 1b - .\\n.short 0x903, 0\\n.popsection"); return x * %d; }\n' \
				"$1" "$i" $((${#1} * 1000 + i))
		done >"$1.c"
		gcc -O2 -mcmodel=kernel -fno-pic -fno-pie -fcf-protection=none -fno-asynchronous-unwind-tables -c "$1.c"
	}
	bugs before 1
	bugs object 2
	bugs behind_it 1
	ld -e 0 -Ttext=0xffffffff81000000 -o vmlinux before.o object.o behind_it.o
	nm -n vmlinux | sed 's/__bss_start/_end/' >kallsyms
	# (Both sizes fit both tables.)
	[[ $(readelf -SW vmlinux | awk '/__bug_table/ { print $0 }') == *" 000020 "* && $(readelf -SW object.o | grep ' __bug_table') == *" 000010 "* ]]
	run -0 "$TOP/build/bin/klp-place" place --image vmlinux --symbols kallsyms -o place object.o
	[[ $output == "" ]]
	grep -qx $'base\tsame' place
	awk '$1 == "matched" { n += $2 } END { exit n != 2 }' place
}
