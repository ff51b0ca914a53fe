#!/usr/bin/env bats
# Rules of refusals: their list, what may be accepted by name, what programs read of a run (--report).
# Code for later:
# shellcheck disable=SC2016

load common

setup() {
	common_setup
	TOOL=$TOP/build/bin/create-diff-object
	export T
	cd "$T" || return
}

# objects: a pair in which `state` and the constant `gone` were removed
objects() {
	cat >orig.c <<-'EOC'
		extern int printk(const char *, ...);
		int state = 3;
		const int gone[2] = {1, 2};
		int f(int i) { return printk("text\n") + i + state + gone[i]; }
		int same(int i) { return i * 3; }
	EOC
	sed -E '/^int state|^const/d; s/ \+ state \+ gone\[i\]//' orig.c >patched.c
	compile_pair
}
diff_them() { "$TOOL" "$@" orig.o patched.o vmlinux symtab /dev/null livepatch_test out.o; }

@test "the manual page has each rule, and says which may be accepted" {
	"$TOOL" --list-rules=records >list
	[[ -s list && -z $(awk -F '\t' 'NF != 4 || $2 !~ /^(yes|no)$/ || $4 !~ /^(create-diff-object|klp-place|klp-link|create-klp-module|kpatch-build)$/' list) ]]
	diff <(cut -f 1,2,4 list) <(sed -n '/^\.SH RULES/,/^\.SH SEE/p' "$TOP/man/create-diff-object.1" | sed 's/\\-/-/g' | awk '
		/^\.SS Of / { program = $3 }
		/^\.B / && before == ".TP" { name = $2 }
		before ~ /^\.B / && name != "" { print name "\t" (/May be accepted/ ? "yes" : "no") "\t" program; name = "" }
		{ before = $0 }')
	# In the order of the alphabet, so that people find them.
	cut -f 4 list | uniq | while read -r program; do
		awk -F '\t' -v program="$program" '$4 == program { print $1 }' list | LC_ALL=C sort -c
	done
}

@test "each rule is one of a message" {
	local rule program
	while read -r rule; do
		if sed -n '/^#define DRIVER_RULES/,$p' "$TOP/create-diff-object/util/rules.h" | grep -q "X($rule, "; then continue; fi
		grep -qrw "RULE_$rule" "$TOP"/create-diff-object/*/*.c || { echo "RULE_$rule is used by nobody"; false; }
	done < <(sed -n 's/^.*[^A-Z_]X(\([A-Z_]*\), .*/\1/p' "$TOP/create-diff-object/util/rules.h")
	# Those of the driver: each refuse() and each line that it lists has one that is there, and none is there for nothing.
	"$TOOL" --list-rules=records >list
	while read -r rule; do
		[[ $rule == '""' ]] || cut -f 1 list | grep -qxF -- "$rule" || { echo "the driver refuses by $rule, which is no rule"; false; }
	done < <({ grep -ohE "(^|[ \t])refuse +[^ ]+ +\"" "$TOP"/kpatch-build/lib/*.sh | sed -E "s/^[ \t]*refuse +//; s/ .*//"; grep -ohE " \[[a-z-]+\]\"" "$TOP"/kpatch-build/lib/*.sh | tr -d ' []"'; } | sort -u)
	[[ -z $(grep -nE "(^|[ \t;])refuse +\"[^\"]" "$TOP"/kpatch-build/lib/*.sh) ]]
	while IFS=$'\t' read -r rule _ _ program; do
		if [[ $program != kpatch-build ]]; then continue; fi
		grep -qE "refuse $rule \"|\[$rule\]\"" "$TOP"/kpatch-build/lib/*.sh || { echo "$rule is used by nobody"; false; }
	done <list
}

@test "nothing is refused or warned of without a rule" {
	run grep -rnw RULE_NONE "$TOP"/create-diff-object --include='*.c'
	# (A row of a table may say that something is allowed, and has no text then.)
	[[ -z $(grep -vE '/util/(diag|rules)\.c:|{RULE_NONE, [a-z_]+, NULL, ' <<<"$output") ]]
	# Those of finished modules are klp-verify's: its help, its manual page and their reasons have the same.
	local file
	"$TOP/build/bin/klp-verify" --help | sed -nE 's/^  (L[0-9]+) .*/\1/p' >list
	(($(wc -l <list) > 10))
	diff list <(sed -nE 's/^\.B (L[0-9]+)$/\1/p' "$TOP/man/klp-verify.1")
	diff list <(sed -nE 's/^## (L[0-9]+).*/\1/p' "$TOP/doc/relocation-rules.md")
}

@test "a refusal names its rule, and the report has it as a record" {
	objects
	run -2 diff_them --report report
	[[ $output == *"patched.o: state: refused: removed variable in "*" [data-removed]"* ]]
	[[ $(cut -f 1-3 report) == $'refused\tconstant-removed\tgone\nrefused\tdata-removed\tstate\nstatus\trefused' ]]
	[[ ! -e out.o ]]
}

@test "accepted by name it is a warning, and the output says so" {
	objects
	run -0 --separate-stderr diff_them --report report --accept data-removed:state --accept constant-removed:gone
	[[ $output == "patched.o: changed function: f" ]]
	[[ $stderr == *"patched.o: state: warning: accepted: removed variable in "*" [data-removed]"* ]]
	[[ $(cut -f 1-3 report) == $'accepted\tconstant-removed\tgone\naccepted\tdata-removed\tstate\nchanged\tf\tsize\nstatus\twritten' ]]
	readelf -p .modinfo out.o | grep -q ' accepted=data-removed:state$'
	readelf -p .modinfo out.o | grep -q ' accepted=constant-removed:gone$'
}

@test "the name is exact, and one that matches nothing is told" {
	objects
	run -2 diff_them --report report --accept 'data-removed:stat' --accept 'data-removed:*' --accept constant-removed:gone
	[[ $output == *"state: refused: "* ]]
	[[ $output == *"--accept: warning: data-removed:stat matched nothing [unused-accept]"* ]]
	[[ $output == *"--accept: warning: data-removed:* matched nothing [unused-accept]"* ]]
	[[ $output != *"constant-removed:gone matched"* ]]
	cp orig.o patched.o
	run -3 diff_them --report report --accept data-removed:state
	[[ $output == *"data-removed:state matched nothing"* ]]
	[[ $(cut -f 1-3 report) == $'warning\tunused-accept\t--accept\nstatus\tunchanged' ]]
}

@test "what is no rule, has no name or can't be accepted is an error" {
	objects
	run -1 diff_them --accept no-such-rule:state
	[[ $output == "--accept: error: 'no-such-rule:state' does not begin with a rule; "* ]]
	run -1 diff_them --accept data-removed
	[[ $output == "--accept: error: 'data-removed' has no name; "* ]]
	run -1 diff_them --accept data-removed:
	run -1 diff_them --accept data-changed:state
	[[ $output == "--accept: error: 'data-changed:state': what this rule refuses can't be accepted" ]]
	run -1 diff_them --report report --accept data-removed:state --report /nowhere/report
	[[ ! -e out.o ]]
}

@test "what the driver shows is made of the records, and says what create-diff-object says" {
	objects
	mkdir -p work/6-diff/fs
	: >work/6-diff/fs/x.report.lines
	run -2 --separate-stderr diff_them --report work/6-diff/fs/x.report --accept data-removed:state --accept data-removed:none
	sed 's,^patched\.o:,    fs/x.o:,; /^--accept/d' <<<"$stderr" >shown
	run -0 lib diff_messages fs/x.o refused warning accepted note
	diff shown - <<<"$output"
	run -0 lib diff_messages fs/x.o warning accepted note
	[[ $output == "    fs/x.o: state: warning: accepted: removed variable in "*" [data-removed]" ]]
	run -0 --separate-stderr diff_them --report work/6-diff/fs/x.report --accept data-removed:state --accept constant-removed:gone
	sed 's,^patched\.o:,          x.o:,' <<<"$output" >shown
	run -0 lib diff_list fs/x.o
	diff shown - <<<"$output"
	[[ $output == "          x.o: changed function: f" ]]
}

@test "the driver takes what create-diff-object knows" {
	ln -sf "$TOOL" "$T/bin/create-diff-object"
	: >x.patch
	local accept
	for accept in no-such-rule:x data-removed data-removed: :x data-changed:x; do
		run -4 "$DRIVER" --accept "$accept" x.patch
		[[ $output == *"--accept"*"see kpatch-build --help" ]]
	done
	export SETUP='take() { options_parse "$@"; rules_check; echo "${OPT_ACCEPT[@]}"; }'
	run -0 lib take -o "$T/out" --accept data-removed:a --accept init-removed:b x.patch
	[[ $output == "data-removed:a init-removed:b" ]]
	for accept in no-such-rule file-kind; do
		run -4 "$DRIVER" --without "$accept" x.patch
		[[ $output == *"--without $accept: "*"see kpatch-build --help" ]]
	done
	run -4 "$DRIVER" --accept file-kind:kernel/x.S x.patch
	[[ $output == *"what the rule file-kind refuses can't be accepted"* ]]
	SETUP='take() { options_parse "$@"; rules_check; echo "${OPT_WITHOUT[@]}"; }' run -0 lib take -o "$T/out" --without init-code --without table-changed x.patch
	[[ $output == "init-code table-changed" ]]
}

@test "a refusal of the driver ends with its rule, each line of a list too" {
	run -2 lib refuse file-kind "no"
	[[ $output == "kpatch-build: refused: no [file-kind]" ]]
	run -2 lib refuse file-kind $'these:\n    a.S: no\n    b: no [file-path]'
	[[ $output == $'kpatch-build: refused: these:\n    a.S: no [file-kind]\n    b: no [file-path]' ]]
}

@test "the driver tells what matched in no object" {
	printf 'accepted\tdata-removed\tstate\ttext\nrefused\tdata-removed\tother\ttext\nstatus\trefused\n' >a.report
	printf 'accepted\tdata-removed\tthird\ttext\n' >b.report
	export SETUP='OPT_ACCEPT=(data-removed:state data-removed:other data-removed:b.o:third data-removed:a.o:third data-removed:c.o:state)'
	run -0 lib accept_check . a.o b.o
	[[ $output == "kpatch-build: warning: --accept data-removed:other matched nothing
kpatch-build: warning: --accept data-removed:a.o:third matched nothing
kpatch-build: warning: --accept data-removed:c.o:state matched nothing" ]]
}

@test "a symbol is accepted in one object, a structure in all" {
	printf 'accepted\taddress-kept\tshow\ttext\naccepted\tlayout-changed\tfoo\ttext\n' | tee a.report >b.report
	SETUP='OPT_ACCEPT=(address-kept:show)' run -2 lib accept_check . a.o b.o
	[[ $output == "kpatch-build: refused: --accept address-kept:show matches symbols in each of a.o b.o; say which you mean: --accept address-kept:a.o:show --accept address-kept:b.o:show [accept-ambiguous]" ]]
	printf 'accepted\tsignature-changed\tshow\ttext\n' | tee c.report >d.report
	SETUP='OPT_ACCEPT=(signature-changed:show)' run -2 lib accept_check . c.o d.o
	[[ $output == *"--accept signature-changed:c.o:show --accept signature-changed:d.o:show [accept-ambiguous]" ]]
	SETUP='OPT_ACCEPT=(address-kept:b.o:show layout-changed:foo)' run -0 lib accept_check . a.o b.o
	[[ -z $output ]]
	export SETUP='OPT_ACCEPT=(address-kept:a.o:show layout-changed:foo); of() { accept_options "$1"; echo "${ACCEPT_OPTIONS[@]}"; }'
	run -0 lib of a.o
	[[ $output == "--accept=address-kept:show --accept=layout-changed:foo" ]]
	run -0 lib of b.o
	[[ $output == "--accept=layout-changed:foo" ]]
}
