#!/usr/bin/env bats
# The command lines of create-klp-module and klp-verify: exit codes, what is written and when, the forms of the target, and
# that JSON says what the text says. The kernel, its modules and the livepatch are those of the unit tests.

load common

setup_file() {
	export T=$BATS_FILE_TMPDIR
	export MUTATE=$TOP/build/test/integration/relocation-rules/mutate FINISH=$TOP/build/bin/create-klp-module
	local name
	cd "$T" || return
	for name in linked-module kernel kernel-twin module-a module-b; do cc -c -o "$name.o" "$TOP/test/unit/data/$name.S"; done
	ld -Ttext=0xffffffff81000000 -e 0 -o vmlinux kernel.o kernel-twin.o
	mkdir -p modules
	mv module-a.o modules/mod-a.ko
	mv module-b.o modules/mod_b.ko
	mv linked-module.o linked.ko
	cp "$TOP/test/unit/data/Module.symvers" .
	"$FINISH" linked.ko good.ko
	nm -n vmlinux >System.map
	"$MUTATE" good.ko bad.ko symbol .klp.sym.vmlinux.hidden_fn,0 .klp.sym.vmlinux.gone,0
}

setup() { cd "$T" || return; }

# verify KO ARG...: klp-verify with the exports; VMLINUX is the target if it is set
verify() { "$TOP/build/bin/klp-verify" "$1" --vmlinux "${VMLINUX:-vmlinux}" --symvers Module.symvers --modules modules "${@:2}"; }

# has_line PATTERN: one line of $output matches
has_line() { grep -Eq -- "$1" <<<"$output" || { echo "no line matches $1"; false; }; }

@test "create-klp-module: 0, and what it did on request" {
	run -0 "$FINISH" linked.ko out.ko
	[[ -z $output ]]
	cmp out.ko good.ko
	run -0 "$FINISH" -v linked.ko out.ko
	[[ $output == "out.ko: 11 relocations to 7 livepatch symbols in 6 sections; 2 sections removed" ]]
	run -0 "$FINISH" --help
	[[ $output == usage:* ]]
	run -0 "$FINISH" --report report linked.ko out.ko
	[[ -z $output ]]
	diff report <(printf 'moved\t11\t7\t6\nstatus\twritten\n')
	run -1 "$FINISH" --report report /nowhere.ko out.ko
	[[ $(tail -n 1 report) == $'status\terror' ]]
	run -1 "$FINISH" --report /nowhere/report linked.ko other.ko
	[[ ! -e other.ko ]]
}

@test "create-klp-module: its own output stays as it is, also in place" {
	run -0 "$FINISH" good.ko again.ko
	cmp good.ko again.ko
	cp linked.ko same.ko
	run -0 "$FINISH" same.ko same.ko
	cmp same.ko good.ko
	run -0 "$FINISH" same.ko same.ko
	cmp same.ko good.ko
}

@test "create-klp-module: 1 for what can't be read or written, or is no module" {
	run -1 "$FINISH" nowhere.ko out1.ko
	has_line "^nowhere.ko: error: "
	run -1 "$FINISH" Module.symvers out1.ko
	has_line "^Module.symvers: error: "
	run -1 "$FINISH" vmlinux out1.ko
	has_line "not a kernel module"
	cat linked.ko - <<<"~Module signature appended~" >signed.ko
	run -1 "$FINISH" signed.ko out1.ko
	has_line "sign it after this step"
	[[ ! -e out1.ko ]]
	run -1 "$FINISH" linked.ko no/such/dir.ko
	has_line "^no/such/dir.ko: error: can't write"
	run -1 "$FINISH" linked.ko
	has_line "^usage:"
	run -1 "$FINISH" --what linked.ko out1.ko
}

@test "create-klp-module: the output has the mode that umask leaves, and what is no regular file stays what it is" {
	(umask 027 && "$FINISH" linked.ko mode.ko)
	[[ $(stat -c %a mode.ko) == 640 ]]
	(umask 022 && "$FINISH" linked.ko mode.ko)
	[[ $(stat -c %a mode.ko) == 644 ]]
	ln -s behind.ko link.ko
	run -0 "$FINISH" linked.ko link.ko
	[[ -L link.ko ]]
	cmp behind.ko good.ko
	mkfifo pipe
	cat pipe >piped.ko &
	run -0 "$FINISH" linked.ko pipe
	wait $!
	[[ -p pipe ]]
	cmp piped.ko good.ko
	ln -s /dev/full full
	run -1 "$FINISH" linked.ko full
	has_line "^full: error: can't write: No space left on device"
	[[ -L full ]]
}

@test "create-klp-module: an output that gets too large for a limit leaves nothing" {
	mkdir limit
	run -1 bash -c 'ulimit -f 1; exec "$@" >/dev/null' - "$FINISH" linked.ko limit/out.ko
	has_line "^limit/out.ko: error: can't write: File too large"
	[[ -z $(ls limit) ]]
}

@test "create-klp-module: 2 for names that can't be represented, all of them, and no output" {
	printf '.weak "%s"\n.data\n.quad "%s"\n' .klp.sym.a.f .klp.sym.a.f .klp.sym.b.g,x .klp.sym.b.g,x \
		.klp.sym.m-x.f,0 .klp.sym.m-x.f,0 .klp.sym.m.f,0,m-x .klp.sym.m.f,0,m-x .klp.sym.c.h,1234567890 .klp.sym.c.h,1234567890 | cc -c -x assembler -o names.ko -
	echo before >out2.ko
	run -2 "$FINISH" names.ko out2.ko
	has_line "^names.ko: .klp.sym.a.f: refused: "
	has_line "^names.ko: .klp.sym.b.g,x: refused: "
	has_line "^names.ko: .klp.sym.m-x.f,0: refused: .*names of modules have _"
	has_line "^names.ko: .klp.sym.m.f,0,m-x: refused: "
	has_line "^names.ko: .klp.sym.c.h,1234567890: refused: the sympos is not a number of at most nine digits; "
	[[ $(cat out2.ko) == before ]]
	[[ -z $(find . -name 'out2.ko.*') ]]
}

@test "klp-verify: 0 and one line without a violation" {
	run -0 verify good.ko
	[[ $output == "good.ko: relocation rules: pass" ]]
	run -0 "$TOP/build/bin/klp-verify" --help
	for rule in L{1..12}; do has_line "^  $rule "; done
}

@test "klp-verify: 2 and one line for each violation, with rule, section, offset, symbol and why" {
	run -2 verify bad.ko
	has_line "^bad.ko: \.text\.patched_fn\+0x6: \.klp\.sym\.vmlinux\.gone,0: L4: vmlinux has no symbol gone; klp_find_object_symbol\(\) "
	has_line "^bad.ko: relocation rules: 2 violations$"
	[[ $(wc -l <<<"$output") == 3 ]]
	"$MUTATE" bad.ko worse.ko crc exported_fn
	run -2 verify worse.ko
	has_line "L4: "
	has_line "L10: CRC 0x22222223, but the kernel's is 0x22222222; "
	has_line "^worse.ko: relocation rules: 3 violations$"
}

@test "klp-verify: 1 for what can't be read" {
	run -1 verify nowhere.ko
	has_line "^nowhere.ko: error: "
	run -1 verify Module.symvers
	run -1 verify vmlinux
	has_line "not a kernel module"
	head -c 700 good.ko >short.ko
	run -1 verify short.ko
	VMLINUX=nowhere run -1 verify good.ko
	VMLINUX=modules/mod_b.ko run -1 verify good.ko
	has_line "_text is missing"
	run -1 verify good.ko --symvers nowhere
	run -1 verify good.ko --symvers vmlinux
	run -1 verify good.ko --symbols nowhere
	run -1 verify good.ko --modules nowhere
	has_line "^nowhere: error: can't read the directory"
	cp /bin/true program
	for file in program Module.symvers; do
		run -1 verify good.ko --modules "$file"
		[[ $output == "$file: error: not a directory" ]]
	done
	[[ -n $output && $output != *pass* ]]
}

@test "1 if the verdict, or what was done, can't be written" {
	for option in --json --modules=modules; do
		run -1 bash -c '"$@" >/dev/full' - "$TOP/build/bin/klp-verify" good.ko --vmlinux vmlinux --symvers Module.symvers "$option"
		has_line "^standard output: error: can't write the verdict: No space left"
	done
	run -1 bash -c '"$@" >/dev/full' - "$FINISH" -v linked.ko full.ko
	has_line "^standard output: error: can't write: No space left"
}

@test "klp-verify: a compressed module is read as the kernel does" {
	xz -c good.ko >good.ko.xz
	gzip -c bad.ko >bad.ko.gz
	run -0 verify good.ko.xz
	[[ $output == "good.ko.xz: relocation rules: pass" ]]
	run -2 verify bad.ko.gz
	has_line "^bad.ko.gz: relocation rules: 2 violations$"
}

@test "klp-verify: 1 for a wrong command line" {
	run -1 "$TOP/build/bin/klp-verify"
	run -1 "$TOP/build/bin/klp-verify" good.ko --vmlinux vmlinux
	has_line -- "--vmlinux and --symvers are needed"
	run -1 "$TOP/build/bin/klp-verify" good.ko --symvers Module.symvers
	run -1 verify good.ko bad.ko
	run -1 verify good.ko --what
	run -1 verify good.ko --symbols
}

# The same verdicts, whatever form the target has.
@test "klp-verify: vmlinux with symbols, System.map, kallsyms of a running kernel" {
	awk '{ print } END { print "ffffffffc0000000 t gone\t[mod_a]" }' System.map >kallsyms
	strip -o stripped vmlinux
	local target
	for target in vmlinux System.map kallsyms; do
		VMLINUX=$target run -0 verify good.ko
		VMLINUX=$target run -2 verify bad.ko
		has_line "L4: vmlinux has no symbol gone"
	done
	VMLINUX=System.map run -0 verify good.ko
	has_line "note: L12: not checked: "
	has_line "note: L8: not checked: "
	has_line "note: L10: not checked: "
	# No symbols of its own, and no kallsyms in it.
	VMLINUX=stripped run -1 verify good.ko
	VMLINUX=stripped run -0 verify good.ko --symbols System.map
	[[ $output == "good.ko: relocation rules: pass" ]]
	VMLINUX=stripped run -2 verify bad.ko --symbols System.map
}

@test "klp-verify: a text that can't be the kernel's symbols is an error, not a verdict" {
	echo "ffffffffffffffff B The real System.map is in the linux-image-<version>-dbg package" >placeholder
	grep -v " _text$" System.map >part
	sed -E 's/^[0-9a-f]+/0000000000000000/' System.map >restricted
	sed 's/ T / /' System.map >garbage
	VMLINUX=placeholder run -1 verify good.ko
	has_line "^placeholder: error: no symbols"
	VMLINUX=part run -1 verify good.ko
	has_line "_text is missing"
	VMLINUX=restricted run -1 verify good.ko
	has_line "all addresses are 0"
	VMLINUX=garbage run -1 verify good.ko
	has_line "line [0-9]+: error: not a line of kallsyms"
	run -1 verify good.ko --symbols placeholder
}

# The text, made of the data.
text_of() {
	jq -r '
		def hex: if . < 16 then "0123456789abcdef"[.:. + 1] else (. / 16 | floor | hex) + (. % 16 | hex) end;
		.module as $file | (.findings | length) as $n |
		(.findings[] | "\($file): " + (if .section then "\(.section)+0x\(.offset | hex): " else "" end) +
			(if .symbol then "\(.symbol): " else "" end) + "\(.rule): \(.what); \(.why)"),
		(.not_checked[] | "\($file): note: \(.rule): not checked: \(.reason)"),
		"\($file): relocation rules: " + (if $n == 0 then .verdict else "\($n) \(.verdict)" + (if $n == 1 then "" else "s" end) end)' "$1"
}

@test "klp-verify: --json says what the text says" {
	local sym=.klp.sym.vmlinux.hidden_fn,0 status
	"$MUTATE" good.ko 1.ko ordinary .klp.rela.vmlinux..text.fn_a
	"$MUTATE" good.ko 2.ko symbol "$sym" '.klp.sym.vmlinux.a"b\c,0'
	"$MUTATE" good.ko 3.ko symbol "$sym" $'.klp.sym.vmlinux.\t\x01\xc3\xa4\xe2\x82\xac,0'
	"$MUTATE" bad.ko 4.ko writable .text.fn_a
	"$MUTATE" good.ko $'\xc3\xb6 "5".ko' string livepatch=Y livepatch=N
	for ko in good.ko bad.ko [1-4].ko $'\xc3\xb6 "5".ko'; do
		for modules in modules .; do
			status=0
			verify "$ko" --modules "$modules" >text || status=$?
			run "-$status" --separate-stderr verify "$ko" --modules "$modules" --json
			echo "$output" >json
			# The text on standard output, the data in a file.
			run "-$status" --separate-stderr verify "$ko" --modules "$modules" --report report
			diff text - <<<"$output"
			diff json report
			text_of json >text.json
			diff text text.json
			[[ $(jq '[.rules[].findings] | add' json) == $(jq '.findings | length' json) ]]
			[[ $(jq '.rules | length' json) == 13 ]]
		done
	done
	verify good.ko --modules modules --json >json
	[[ $(jq -c '[.functions[].name]' json) == '["patched_fn","fn_a","fn_b"]' && $(jq -c '[.symbols[] | [.object, .name, .sympos]]' json) == '[["vmlinux","hidden_fn",0],["vmlinux","hidden_var",0],["vmlinux","twice",2],["vmlinux","exported_twin",1],["mod_a","fn_a",0],["mod_b","fn_b",0],["vmlinux","unexported_fn",0]]' ]]
	# A byte that is no text at all is still JSON.
	"$MUTATE" good.ko 6.ko symbol "$sym" $'.klp.sym.vmlinux.\xff,0'
	run -2 --separate-stderr verify 6.ko --json
	jq -e '.findings | length == 2' <<<"$output"
}

@test "klp-verify: --report is written whole or not at all" {
	run -1 verify good.ko --report /nowhere/report
	[[ $output == *"/nowhere/report: error: can't write: "* ]]
	run -1 verify no.ko --report none
	[[ ! -e none ]]
	run -1 verify bad.ko --report /dev/full
}

@test "the driver tells by klp-verify's data whether the patch or this program is at fault" {
	local findings
	# verdict RULE...: what klp-verify finds; its text is for people, and says something else
	verdict() {
		findings=$(printf '{"rule": "%s"},' "$@")
		fake_tool klp-verify "while [ \"\$1\" != --report ]; do shift; done; echo '{\"findings\": [${findings%,}]}' >\"\$2\"; echo 'x.ko: x: L12: x: L4: x'; exit 2"
		SETUP='MODULES_MADE=(x) PART_OF=([x]="") TARGET_RELEASE=6.12; mkdir -p "$WORK/9-verify"' run lib module_verify
	}
	T=$BATS_TEST_TMPDIR
	mkdir -p "$T/bin"
	export T
	verdict L12 L12
	[[ $status == 2 && $output == *"    x.ko: x: L12: x: L4: x"*"refused: the patch takes the address of a function, see above, "*" [endbr-sealed]" ]]
	verdict L12 L4
	[[ $status == 1 && $output == *"the finished module violates a relocation rule, see above, and is not delivered; this is a bug of kpatch-build"* ]]
	verdict L4
	[[ $status == 1 ]]
}

@test "klp-verify: says what the kernel does, early and late" {
	"$MUTATE" good.ko told.ko info .klp.rela.vmlinux..text.patched_fn 0xffff
	run -2 verify told.ko
	has_line "L1: sh_info 65535 is not a section; apply_relocations\(\) skips the section, and the code keeps zeros$"
	"$MUTATE" good.ko told.ko info .klp.rela.mod_a..text.fn_a 0xffff
	run -2 verify told.ko
	has_line "L1: sh_info 65535 is not a section; the relocations are written outside of the module's sections: "
	"$MUTATE" good.ko told.ko section .klp.rela.vmlinux..text.patched_fn .klp.rela.vmlinux
	run -2 verify told.ko
	has_line "L1: a livepatch .* must be named .*; the kernel accepts it, "
	"$MUTATE" good.ko told.ko section .klp.rela.vmlinux..text.patched_fn .klp.rela.
	run -2 verify told.ko
	has_line "L1: a livepatch .* must be named .*; klp_apply_section_relocs\(\) finds no object in it"
	"$MUTATE" good.ko told.ko string livepatch=Y livepatch=N
	run -2 verify told.ko
	has_line "L11: livepatch is \"N\", not Y; the kernel looks only for the tag"
}
