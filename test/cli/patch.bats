#!/usr/bin/env bats
# Reading and applying patches: what applies, what is left out, what is refused.
# Code for later; a pattern that is meant to expand:
# shellcheck disable=SC2016,SC2030,SC2031

load common

setup() {
	common_setup
	export T
	fake_source "$T/src"
	# The view is looked at in view.bats: here 2-tree/numbered is all that it would get.
	export SETUP='TARGET_SOURCE=$T/src TARGET_SOURCE_ID=1 TARGET_RELEASE=6.12.3
		view_make() { :; }
		apply() { rm -rf "$WORK/2-tree"; PATCHES=("$@"); patch_apply; echo "files: ${PATCHED_FILES[*]} build: ${BUILD_FILES[*]}"; }
		with_fuzz() { OPT_FUZZ=2; apply "$@"; }'
	made=$T/work/2-tree/numbered
	sed 's/return 1/return 11/' "$T/src/kernel/foo.c" >"$T/new.c"
	diff_patch "$T/src/kernel/foo.c" "$T/new.c" kernel/foo.c >"$T/good.patch"
}
checksums() { (cd "$T/src" && find . -type f -print0 | sort -z | xargs -0 sha256sum; find . -printf '%p %y %T@\n' | sort); }

# change_file NAME: x.patch is one that changes a file of that name
change_file() {
	mkdir -p "$T/src/$(dirname "$1")"
	printf 'old\n' >"$T/src/$1"
	diff_patch "$T/src/$1" <(echo new) "$1" >"$T/x.patch"
}

# new_file NAME: one that adds it, in git's form
new_file() { printf 'diff --git a/%s b/%s\nnew file mode %s\n--- /dev/null\n+++ b/%s\n@@ -0,0 +1 @@\n+text\n' "$1" "$1" "${2:-100644}" "$1"; }

# rename_patch OLD NEW: the head of a part that renames a file
rename_patch() { printf 'diff --git a/%s b/%s\nsimilarity index 90%%\nrename from %s\nrename to %s\n' "$1" "$2" "$1" "$2"; }

@test "a patch applies and leaves the source alone" {
	checksums >"$T/before"
	run -0 lib apply "$T/good.patch"
	[[ ${lines[-1]} == "files: kernel/foo.c build: " ]]
	grep -q 'return 11' "$made/kernel/foo.c"
	checksums | diff "$T/before" -
	[[ $(cd "$made" && find . -type f) == ./kernel/foo.c ]]
}

@test "several patches build on each other, and their order is told from a change that is there" {
	sed 's/return 11/return 111/' "$T/new.c" >"$T/newer.c"
	diff_patch "$T/new.c" "$T/newer.c" kernel/foo.c >"$T/second.patch"
	run -0 lib apply "$T/good.patch" "$T/second.patch"
	grep -q 'return 111;' "$made/kernel/foo.c"
	run -5 lib apply "$T/second.patch" "$T/good.patch"
	[[ $output == *"second.patch does not apply"*"it applies after good.patch: give the patches in that order"* ]]
	run -5 lib apply "$T/good.patch" "$T/good.patch"
	[[ $output == *"it is the same patch as good.patch, which was applied before it"* ]]
	sed 's/^--- a/--- old/' "$T/good.patch" >"$T/again.patch"
	run -5 lib apply "$T/good.patch" "$T/again.patch"
	[[ $output == *"the patches before it make this change already"* ]]
	sed 's/return 11/return 12/' "$T/good.patch" >"$T/other.patch"
	run -5 lib apply "$T/good.patch" "$T/other.patch"
	[[ $output == *"applies to the source alone, but not after the patches before it"* ]]
	# In one file they are applied in its order.
	cat "$T/good.patch" "$T/second.patch" >"$T/both.patch"
	run -0 lib apply "$T/both.patch"
	grep -q 'return 111;' "$made/kernel/foo.c"
}

@test "a patch that does not apply ends with 5 and names the hunk" {
	sed -i 's/return 1;/return 5;/' "$T/src/kernel/foo.c"
	run -5 lib apply "$T/good.patch"
	[[ $output == *"good.patch does not apply to the source of 6.12.3"* ]]
	[[ $output == *"    kernel/foo.c: hunk #1 does not fit" ]]
}

@test "a patch that is in already, whole or in parts, is told as such" {
	cp "$T/new.c" "$T/src/kernel/foo.c"
	run -5 lib apply "$T/good.patch"
	[[ $output == *"the target has this change already (the patch applies in reverse)" ]]
	change_file kernel/bar.c
	cat "$T/good.patch" >>"$T/x.patch"
	run -5 lib apply "$T/x.patch"
	[[ $output == *"    kernel/foo.c: the target has this change already"* ]]
	[[ $output != *"kernel/bar.c: the target has"* ]]
}

# alike N: kernel/alike.c of N functions whose bodies are the same
alike() {
	local i
	for ((i = 1; i <= $1; i++)); do printf 'static int get%d(void)\n{\n\tint r = 0;\n\n\treturn r;\n}\n\n' "$i"; done >"$T/src/kernel/alike.c"
}
# alike_hunk LINE [HEAD]: a hunk that fits into each of them
alike_hunk() {
	printf -- '--- a/kernel/alike.c\n+++ b/kernel/alike.c\n@@ -%d,5 +%d,5 @@%s\n {\n \tint r = 0;\n \n-\treturn r;\n+\treturn r + 1;\n }\n' "$1" "$1" "${2:+ $2}" >"$T/x.patch"
}

@test "a hunk at other lines than it says is told; where it could be another function, it is refused" {
	alike 1
	alike_hunk 40
	run -0 lib apply "$T/x.patch"
	[[ $output == *"note: x.patch applied at other lines than it says: 1 hunk(s)"* ]]
	alike_hunk 2
	run -0 lib apply "$T/x.patch"
	[[ $output != *"note:"* ]]
	alike 3
	alike_hunk 9
	run -0 lib apply "$T/x.patch"
	[[ $output != *"note:"* ]]
	alike_hunk 13
	run -5 lib apply "$T/x.patch"
	[[ $output == *"x.patch does not fit the source"*"kernel/alike.c: @@ -13,5 +13,5 @@: its lines occur 3 times, the nearest at line 16"* ]]
	# The head names the function: that one is meant.
	alike_hunk 13 'static int get2(void)'
	run -5 lib apply "$T/x.patch"
	[[ $output == *"@@ -13,5 +13,5 @@ static int get2(void): its lines"* ]]
	alike_hunk 14 'static int get3(void)'
	run -0 lib apply "$T/x.patch"
	[[ $output == *"note: x.patch applied at other lines"* ]]
	[[ $(sed -n 19p "$made/kernel/alike.c") == *"r + 1;" ]]
}

@test "differing context is refused, and allowed with --fuzz" {
	sed -i 's/^int one/long one/' "$T/src/kernel/foo.c"
	run -5 lib apply "$T/good.patch"
	[[ $output == *"--fuzz 2"* ]]
	run -0 lib with_fuzz "$T/good.patch"
	[[ $output == *"applied with fuzz: 1 hunk(s)"* ]]
}

# hunks LINE...: a part of a unified diff, of kernel/foo.c
hunks() { printf -- '--- a/kernel/foo.c\n+++ b/kernel/foo.c\n'; printf '%s\n' "$@"; }

@test "a hunk without context is refused: git apply would put it at the end of the file" {
	local why="hunk(s) without a line of context (diff -U0), for which any place would do; make the patch with context (diff -U3) [patch-form]"
	# Lines that are only added, at any place but the first; removed ones, which the last lines of the file might be by chance
	hunks '@@ -5,0 +6 @@' '+#define ONE 2' '@@ -6,4 +7,4 @@' ' int two(void)' ' {' $'-\treturn 2;' $'+\treturn 22;' ' }' >"$T/x.patch"
	run -2 lib apply "$T/x.patch"
	[[ $output == *"    x.patch line 3: 1 $why" ]]
	hunks '@@ -1,0 +2,2 @@' '+int three;' '+' '@@ -8 +10 @@' $'-\treturn 2;' $'+\treturn 22;' >"$T/x.patch"
	run -2 lib apply "$T/x.patch"
	[[ $output == *"    x.patch line 3: 2 $why" ]]
	# What is left out needs no place.
	change_file Documentation/x.rst
	printf -- '--- a/Documentation/x.rst\n+++ b/Documentation/x.rst\n@@ -5,0 +6 @@\n+text\n' >>"$T/x.patch"
	cat "$T/good.patch" >>"$T/x.patch"
	run -0 lib apply "$T/x.patch"
	[[ $output == *"left out, not part of this kernel's code: Documentation/x.rst"* ]]
	hunks '@@ -4 +4 @@' '-}' '+}; /* one */' >"$T/x.patch"
	run -2 lib with_fuzz "$T/x.patch"
	[[ $output == *"    x.patch line 3: 1 $why" ]]
	# With context on one side, at the beginning and the end of a file, it is as diff -u has it.
	hunks '@@ -1,3 +1,4 @@' '+int before;' ' int one(void)' ' {' $' \treturn 1;' '@@ -7,3 +8,4 @@' ' {' $' \treturn 2;' ' }' '+int behind;' >"$T/x.patch"
	run -0 lib apply "$T/x.patch"
	[[ $(sed -n '2p;$p' "$T/work/2-tree/unnumbered/kernel/foo.c") == $'int one(void)\nint behind;' ]]
	# Without any, it has to be the whole file. (New and empty files are below.)
	diff_patch "$T/src/include/linux/foo.h" <(echo '#define FOO 2') include/linux/foo.h >"$T/x.patch"
	run -0 lib apply "$T/x.patch"
	grep -qx '#define FOO 2' "$made/include/linux/foo.h"
	hunks '@@ -0,0 +1 @@' '+int before;' >"$T/x.patch"
	run -5 lib apply "$T/x.patch"
	[[ $output == *"it has a hunk without context, which would have to be the whole file: make the patch with context (diff -U3)" ]]
}

@test "why a part does not fit is said in our words, also of files that are renamed, removed or there already" {
	rename_patch kernel/foo.c kernel/bar.c >"$T/rename.patch"
	{ cat "$T/rename.patch"; sed '1,2s/foo/bar/; 1s/bar/foo/; s/return 1;/return 5;/' "$T/good.patch"; } >"$T/x.patch"
	run -5 lib apply "$T/x.patch"
	[[ $output == *":"$'\n'"    kernel/foo.c => kernel/bar.c: hunk #1 does not fit" ]]
	run -5 lib apply "$T/rename.patch" "$T/rename.patch"
	[[ $output == *"it is the same patch as rename.patch, which was applied before it: give it once" ]]
	mv "$T/src/kernel/foo.c" "$T/src/kernel/bar.c"
	run -5 lib apply "$T/rename.patch"
	[[ $output == *"the target has this change already (the patch applies in reverse)" ]]
	mv "$T/src/kernel/bar.c" "$T/src/kernel/foo.c"
	diff -u --label a/kernel/foo.c --label /dev/null "$T/new.c" /dev/null >"$T/x.patch" || true
	run -5 lib apply "$T/x.patch"
	[[ $output == *":"$'\n'"    kernel/foo.c: the patch removes it, but the file has other contents than the patch says" ]]
	{ new_file kernel/foo.c; cat "$T/good.patch"; } >"$T/x.patch"
	run -5 lib apply "$T/x.patch"
	[[ $output == *"    kernel/foo.c: the patch adds it, but there is such a file already"* && $output != *"working directory"* ]]
	cat "$T/good.patch" "$T/good.patch" >"$T/x.patch"
	run -5 lib apply "$T/x.patch"
	[[ $output == *"    kernel/foo.c: hunk #1 does not fit"$'\n'"    line 13 of the patch has the hunk of line 3 again" ]]
}

@test "a file that the source does not have" {
	sed 's/foo\.c/bar.c/' "$T/good.patch" >"$T/x.patch"
	run -5 lib apply "$T/x.patch"
	[[ $output == *"changes kernel/bar.c, which the source of 6.12.3 does not have"* ]]
}

@test "no patch at all" {
	echo "some text" >"$T/x.patch"
	run -5 lib apply "$T/x.patch"
	[[ $output == *"is it a patch in unified format"* ]]
	head -n 5 "$T/good.patch" >"$T/x.patch"
	run -5 lib apply "$T/x.patch"
	[[ $output == *"x.patch can't be read as a patch:"$'\n'"    corrupt patch at line 6" ]]
	# What git apply can't read beside what it can
	printf 'diff --git a/kernel/x.bin b/kernel/x.bin\nnew file mode 100644\nindex 0000000..5716ca5\nGIT binary patch\nliteral 4\nLcmZQzWMT%%%%%%\n\nliteral 0\nHcmV?d00001\n\n' >"$T/x.patch"
	cat "$T/good.patch" >>"$T/x.patch"
	run -5 lib apply "$T/x.patch"
	[[ $output == *"x.patch can't be read as a patch:"$'\n'"    line 6: binary data that is damaged" ]]
	{ rename_patch kernel/one.c kernel/two.c; cat "$T/good.patch"; } >"$T/x.patch"
	run -5 lib apply "$T/x.patch"
	[[ $output == *"x.patch can't be read as a patch:"$'\n'"    the head of a part names two files; is the line \"diff --git\" of the second one lost?" ]]
}

@test "all files that can't be livepatched are named at once" {
	local name
	SETUP+='; TARGET_CONFIG=$T/config'
	echo 'CONFIG_RUST=y' >"$T/config"
	for name in kernel/entry.S scripts/Makefile.lib arch/x86/vmlinux.lds arch/x86/syscalls.tbl kernel/x.rs kernel/data.bin; do
		change_file "$name"
		cat "$T/x.patch" >>"$T/all.patch"
	done
	run -2 lib apply "$T/all.patch"
	for name in kernel/entry.S scripts/Makefile.lib arch/x86/vmlinux.lds arch/x86/syscalls.tbl kernel/x.rs kernel/data.bin; do
		[[ $output == *"    $name: "* ]]
	done
	[[ $(sed -n "s/^    \([^:]*\): .* \[\(.*\)\]\$/\1 \2/p" <<<"$output") == "arch/x86/syscalls.tbl file-kind
arch/x86/vmlinux.lds file-kind
kernel/data.bin file-kind
kernel/entry.S file-kind
kernel/x.rs file-kind
scripts/Makefile.lib build-changed" ]]
	# A text that is made into code is no documentation.
	change_file kernel/map.txt
	echo 'table := map.txt' >"$T/src/kernel/Makefile"
	run -2 lib apply "$T/x.patch"
	[[ $output == *"    kernel/map.txt: "* ]]
}

@test "what a program turns into code is refused by name, whatever its kind" {
	local name names=(arch/x86/lib/x86-opcode-map.txt arch/x86/entry/syscalls/syscall_64.tbl crypto/rsapubkey.asn1 usr/default_cpio_list
		drivers/tty/vt/cp437.uni drivers/tty/vt/defkeymap.map drivers/tty/vt/defkeymap.c_shipped lib/raid6/int.uc kernel/time/timeconst.bc
		lib/build_OID_registry.pl kernel/x.awk kernel/x.sh net/wireless/certs/a.hex drivers/scsi/53c700.scr drivers/video/logo/logo.ppm
		certs/x.pem firmware/x.bin drivers/eisa/eisa.ids drivers/gpu/reg_srcs/r100 kernel/kdb_cmds kernel/configs/x.config
		scripts/mod/modpost.c drivers/of/unittest-data/x.dtso drivers/a/names.md drivers/a/data/table.yaml drivers/a/.hidden)
	echo 'inat_tables_maps = $(src)/x86-opcode-map.txt' | { mkdir -p "$T/src/arch/x86/lib"; cat >"$T/src/arch/x86/lib/Makefile"; }
	mkdir -p "$T/src/drivers/"{a,of/unittest-data}
	echo 'obj-y += x.dtbo.o' >"$T/src/drivers/of/unittest-data/Makefile"
	printf '$(obj)/n.c: $(src)/names.md $(src)/data/table.yaml $(src)/.hidden\n' >"$T/src/drivers/a/Makefile"
	for name in "${names[@]}"; do
		change_file "$name"
		run -2 lib apply "$T/x.patch"
		[[ $output == *"the patch can't be livepatched:"$'\n'"    $name: "* ]] || { echo "$name: $output"; false; }
		# Beside code, it is not left out either.
		run -2 lib apply "$T/x.patch" "$T/good.patch"
	done
	# What a comment of a Makefile speaks of is text.
	echo '# see names.md' >"$T/src/drivers/a/Makefile"
	change_file drivers/a/names.md
	run -3 lib apply "$T/x.patch"
}

@test "samples are left out, unless the configuration builds them" {
	change_file samples/x.c
	run -3 lib apply "$T/x.patch"
	SETUP+='; TARGET_CONFIG=$T/config'
	echo 'CONFIG_SAMPLES=y' >"$T/config"
	run -2 lib apply "$T/x.patch"
	[[ $output == *"    samples/x.c: the configuration builds samples"* ]]
}

@test "Rust is left out, unless the configuration builds it" {
	for name in rust/x.c drivers/gpu/x.rs; do
		change_file "$name"
		run -3 lib apply "$T/x.patch"
		cat "$T/good.patch" >>"$T/x.patch"
		run -0 lib apply "$T/x.patch"
		[[ $output == *"left out, not part of this kernel's code: $name"* ]]
	done
	SETUP+='; TARGET_CONFIG=$T/config'
	echo 'CONFIG_RUST=y' >"$T/config"
	run -2 lib apply "$T/x.patch"
	[[ $output == *"    drivers/gpu/x.rs: Rust code can't be livepatched"* ]]
}

@test "new files are taken, empty ones too; ones that go away are refused" {
	{ new_file kernel/new.c; new_file include/new/x.h; printf 'diff --git a/include/e.h b/include/e.h\nnew file mode 100644\nindex 0000000..e69de29\n'; } >"$T/x.patch"
	run -0 lib apply "$T/x.patch"
	[[ ${lines[-1]} == "files: include/e.h include/new/x.h kernel/new.c build: " ]]
	[[ -f $made/include/e.h && ! -s $made/include/e.h ]]
	grep -q text "$made/include/new/x.h"
	diff -u --label a/kernel/foo.c --label /dev/null "$T/src/kernel/foo.c" /dev/null >"$T/x.patch" || true
	run -2 lib apply "$T/x.patch"
	[[ $output == *"kernel/foo.c: removing or renaming a source file"* ]]
	printf 'diff --git a/include/linux/foo.h b/include/linux/bar.h\nsimilarity index 100%%\nrename from include/linux/foo.h\nrename to include/linux/bar.h\n' >"$T/x.patch"
	run -2 lib apply "$T/x.patch"
	[[ $output == *"include/linux/foo.h: a removed header"* ]]
	# Also where its new place is left out.
	sed -i 's,include/linux/bar.h,Documentation/bar.h,' "$T/x.patch"
	run -2 lib apply "$T/x.patch"
	[[ $output == *"include/linux/foo.h: removing or renaming a file"* ]]
	sed -i 's/rename/copy/; s,Documentation/bar.h,include/linux/bar.h,' "$T/x.patch"
	run -0 lib apply "$T/x.patch"
	[[ ${lines[-1]} == "files: include/linux/bar.h build: " ]]
}

@test "dates of 1970 are files that do not exist" {
	local date="1970-01-01 00:00:00.000000000 +0000"
	printf -- '--- a/include/n.h\t%s\n+++ b/include/n.h\t2024-01-01 10:00:00.000000000 +0000\n@@ -0,0 +1 @@\n+text\n' "$date" >"$T/x.patch"
	run -0 lib apply "$T/x.patch"
	[[ ${lines[-1]} == "files: include/n.h build: " ]]
	printf -- '--- a/include/linux/foo.h\t2024-01-01 10:00:00.000000000 +0000\n+++ b/include/linux/foo.h\t%s\n@@ -1 +0,0 @@\n-#define FOO 1\n' "$date" >"$T/x.patch"
	run -2 lib apply "$T/x.patch"
	[[ $output == *"include/linux/foo.h: a removed header"* ]]
	# The same with blanks in front of the date, or none at all: the file is empty then.
	tr '\t' ' ' <"$T/x.patch" >"$T/y.patch"
	run -2 lib apply "$T/y.patch"
	[[ $output == *"include/linux/foo.h: a removed header"* ]]
}

@test "names with .orig, with dates after a blank, without a directory in front" {
	sed '1s/foo.c/foo.c.orig/' "$T/good.patch" >"$T/x.patch"
	run -0 lib apply "$T/x.patch"
	sed '1,2s/$/ 2021-04-29 10:30:49.105392772 +0800/' "$T/good.patch" >"$T/x.patch"
	run -0 lib apply "$T/x.patch"
	sed '1,2s, [ab]/, ,' "$T/good.patch" >"$T/x.patch"
	run -0 lib apply "$T/x.patch"
	[[ $output == *"note: x.patch: "*"no path component was stripped"* ]]
	[[ ${lines[-1]} == "files: kernel/foo.c build: " ]]
	sed -i '1idiff --git kernel/foo.c kernel/foo.c' "$T/x.patch"
	run -0 lib apply "$T/x.patch"
	[[ $output == *"no path component was stripped"* ]]
	printf -- '--- /dev/null\n+++ include/linux/new.h\n@@ -0,0 +1 @@\n+text\n' >"$T/x.patch"
	run -0 lib apply "$T/x.patch"
	[[ ${lines[-1]} == "files: include/linux/new.h build: " ]]
	sed '1,2s, \([ab]\)/, \1/linux-6.12.3/,' "$T/good.patch" >"$T/x.patch"
	run -0 lib apply "$T/x.patch"
	[[ $output == *"note: x.patch: "*"without their first two path components (-p2)"* ]]
	[[ ${lines[-1]} == "files: kernel/foo.c build: " ]]
}

@test "a patch with CR LF, a series of mails, git show" {
	sed 's/$/\r/' "$T/good.patch" >"$T/x.patch"
	run -0 lib apply "$T/x.patch"
	grep -q 'return 11;$' "$made/kernel/foo.c"
	change_file kernel/bar.c
	{
		printf 'From 0123 Mon Sep 17 00:00:00 2001\nFrom: A <a@b.c>\nSubject: [PATCH 1/2] x\n\n- first\n- second\n---\n kernel/foo.c | 2 +-\n\n'
		cat "$T/good.patch"
		printf -- '-- \n2.39.5\n\n\nFrom 4567 Mon Sep 17 00:00:00 2001\nSubject: [PATCH 2/2] y\n\n> --- a/kernel/foo.c\n> +++ b/kernel/foo.c\n---\n'
		cat "$T/x.patch"
		printf -- '-- \n2.39.5\n'
	} >"$T/mails.patch"
	run -0 lib apply "$T/mails.patch"
	[[ ${lines[-1]} == "files: kernel/bar.c kernel/foo.c build: " ]]
	{ printf 'commit 0123\nAuthor: A <a@b.c>\nDate:   Mon\n\n    Title\n\ndiff --git a/kernel/foo.c b/kernel/foo.c\n'; cat "$T/good.patch"; } >"$T/show.patch"
	run -0 lib apply "$T/show.patch"
	[[ ${lines[-1]} == "files: kernel/foo.c build: " ]]
}

@test "a diff that is quoted in a mail is text" {
	{ echo "An earlier version was:"; sed 's/return 11/return 99/; s/^/    /' "$T/good.patch"; echo; cat "$T/good.patch"; } >"$T/x.patch"
	run -0 lib apply "$T/x.patch"
	grep -q 'return 11;' "$made/kernel/foo.c"
	sed 's/^/    /' "$T/good.patch" >"$T/x.patch"
	run -5 lib apply "$T/x.patch"
	[[ $output == *"no change to any file found"* ]]
}

@test "a mail without a change is passed over beside patches, but not where its change may be lost" {
	printf 'From 0123 Mon Sep 17 00:00:00 2001\nFrom: A <a@b.c>\nSubject: [PATCH 0/2] x\nContent-Transfer-Encoding: 8bit\n\nText\n\n kernel/foo.c | 2 +-\n\nInterdiff:\n  diff --git a/x b/x\n-- \n2.39.5\n' >"$T/0000-cover-letter.patch"
	run -0 lib apply "$T/0000-cover-letter.patch" "$T/good.patch"
	[[ ${lines[0]} == *"note: 0000-cover-letter.patch: a mail without a change, such as a cover letter" ]]
	[[ ${lines[-1]} == "files: kernel/foo.c build: " ]]
	SETUP='name() { options_parse "$@"; echo "$MODULE_NAME"; }' run -0 lib name -o "$T/out" "$T/0000-cover-letter.patch" "$T/good.patch"
	[[ $output == livepatch-good ]]
	run -5 lib apply "$T/0000-cover-letter.patch"
	[[ $output == *"error: 0000-cover-letter.patch: no change to any file found; is it a patch in unified format (diff -u)?" ]]
	local from=$'From: A <a@b.c>\nSubject: [PATCH 1/2] x'
	printf '%s\n\nText\n' "$from" >"$T/x.patch"
	run -0 lib apply "$T/good.patch" "$T/x.patch"
	[[ $output == *"note: x.patch: a mail without a change"* ]]
	# No mail; encoded; in an attachment; only announced; quoted
	for text in Text "$from"$'\nContent-Transfer-Encoding: base64\n\nLS0tIGEva2VybmVs' "$from"$'\nContent-Type: multipart/mixed; boundary=x\n\nText' \
		"$from"$'\n\n---\n kernel/foo.c | 2 +-' "$from"$'\n\n> --- a/kernel/foo.c\n> +++ b/kernel/foo.c'; do
		printf '%s\n' "$text" >"$T/x.patch"
		run -5 lib apply "$T/good.patch" "$T/x.patch"
		[[ $output == *"error: x.patch: no change to any file found"* ]]
	done
}

@test "the text of a mail, up to its line ---, may quote a diff in other forms" {
	local text=$'From: A <a@b.c>\nSubject: [PATCH] x\n\nThe output:\n1c1\n< old\n---\n> new\n\nThe menu:\n3i\n.\n'
	{ echo "$text"; printf -- '---\n kernel/foo.c | 2 +-\n\n'; cat "$T/good.patch"; } >"$T/x.patch"
	run -0 lib apply "$T/x.patch"
	[[ ${lines[-1]} == "files: kernel/foo.c build: " ]]
	# Nothing says that it is the text of a mail: no line ---, no patch behind it, no mail
	{ echo "$text"; cat "$T/good.patch"; } >"$T/x.patch"
	run -2 lib apply "$T/x.patch"
	[[ $output == *"x.patch line 6: a part in the normal form of diff (1c1)"*"x.patch line 12: a part in the form of an ed script (3i)"* ]]
	echo "$text" >"$T/x.patch"
	run -2 lib apply "$T/good.patch" "$T/x.patch"
	{ echo "${text#*x$'\n\n'}"; printf -- '---\n'; cat "$T/good.patch"; } >"$T/x.patch"
	run -2 lib apply "$T/x.patch"
}

@test "parts in other forms are refused by name" {
	{ cat "$T/good.patch"; printf '*** /dev/null\n--- b/include/linux/hidden.h\n***************\n*** 0 ****\n--- 1 ----\n+ #define HIDDEN 1\n'; } >"$T/x.patch"
	run -2 lib apply "$T/x.patch"
	[[ $output == *"x.patch line 13: a part in the form of a context diff (/dev/null, b/include/linux/hidden.h); only unified diffs (diff -u) are taken [patch-form]"* ]]
	{ cat "$T/good.patch"; diff "$T/src/kernel/foo.c" "$T/new.c" || true; } >"$T/x.patch"
	run -2 lib apply "$T/x.patch"
	[[ $output == *"the normal form of diff (3c3)"* ]]
	{ cat "$T/good.patch"; diff -e "$T/src/kernel/foo.c" "$T/new.c" || true; } >"$T/x.patch"
	run -2 lib apply "$T/x.patch"
	[[ $output == *"an ed script (3c)"* ]]
	{ cat "$T/good.patch"; printf 'diff --cc kernel/foo.c\n@@@ -1,1 -1,1 +1,1 @@@\n- a\n -b\n++c\n'; } >"$T/x.patch"
	run -2 lib apply "$T/x.patch"
	[[ $output == *"a diff of a merge"* ]]
	# What would be passed over: a hunk that is longer than it says, a damaged head, a head without a hunk.
	{ cat "$T/good.patch"; echo "+more"; } >"$T/x.patch"
	run -2 lib apply "$T/x.patch"
	[[ $output == *"the first line too many: +more"* ]]
	{ cat "$T/good.patch"; printf -- '--- more\n'; } >"$T/x.patch"
	run -2 lib apply "$T/x.patch"
	[[ $output == *"the first line too many: --- more"* || $output == *"a head"* ]]
	sed 's/^@@ -1,6 /@@ -x,6 /' "$T/good.patch" >"$T/x.patch"
	run -2 lib apply "$T/x.patch"
	[[ $output == *"a damaged head of a hunk"* ]]
	sed '2s/$/\n/' "$T/good.patch" >"$T/x.patch"
	run -2 lib apply "$T/x.patch"
	[[ $output == *"without a hunk after it"* ]]
}

@test "links are refused, and nothing is written through one" {
	mkdir "$T/outside"
	{ cat "$T/good.patch"; new_file kernel/link.h 120000; } >"$T/x.patch"
	run -2 lib apply "$T/x.patch"
	[[ $output == *"    kernel/link.h: the patch makes, changes or removes a symbolic link or submodule there [symbolic-link]"* ]]
	# A link in one patch, a file behind it in the next
	{ new_file kernel/dir 120000 | sed "s,^+text,+$T/outside\n\\\\ No newline at end of file,"; } >"$T/1.patch"
	new_file kernel/dir/x.h >"$T/2.patch"
	run -2 lib apply "$T/1.patch" "$T/2.patch"
	cat "$T/1.patch" "$T/2.patch" >"$T/x.patch"
	run -2 lib apply "$T/x.patch"
	new_file kernel/sub 160000 >"$T/x.patch"
	run -2 lib apply "$T/x.patch"
	[[ $output == *"    kernel/sub: "*"submodule"* ]]
	# Links of the source
	ln -s ../include/linux/foo.h "$T/src/kernel/other.h"
	ln -s "$T/outside" "$T/src/kernel/away"
	sed 's,kernel/foo.c,kernel/other.h,' "$T/good.patch" >"$T/x.patch"
	run -2 lib apply "$T/x.patch"
	[[ $output == *"kernel/other.h is a symbolic link in the source"* ]]
	new_file kernel/away/x.h >"$T/x.patch"
	run -2 lib apply "$T/x.patch"
	[[ $output == *"kernel/away is a symbolic link in the source"* ]]
	printf 'diff --git a/kernel/other.h b/kernel/other.h\nindex 1234567..89abcde 120000\n--- a/kernel/other.h\n+++ b/kernel/other.h\n@@ -1 +1 @@\n-../include/linux/foo.h\n\\ No newline at end of file\n+/tmp\n\\ No newline at end of file\n' >"$T/x.patch"
	run -2 lib apply "$T/x.patch"
	# A file that is said to be a link
	sed 's,^--- ,index 1234567..89abcde 120000\n--- ,; 1s,^,diff --git a/kernel/foo.c b/kernel/foo.c\n,' "$T/good.patch" >"$T/x.patch"
	run -5 lib apply "$T/x.patch"
	[[ -z $(ls -A "$T/outside") ]]
}

@test "paths that leave the tree, or that are none of the source, are refused" {
	local name
	for name in ../../foo.c kernel/../../foo.c Documentation/../../foo.c /tmp/foo.c .git/hooks/pre-commit kernel/.git/x.h 'kernel/a b.c' \
		'"b/kernel/a\nb.c"' '"b/kernel/a\"b.c"'; do
		case $name in
		\"*) printf -- '--- /dev/null\n+++ %s\n@@ -0,0 +1 @@\n+text\n' "$name" >"$T/x.patch" ;;
		*) printf -- '--- /dev/null\n+++ b/%s\t\n@@ -0,0 +1 @@\n+text\n' "$name" >"$T/x.patch" ;;
		esac
		run lib apply "$T/x.patch"
		[[ $status == 2 ]] || { echo "$name: $status: $output"; false; }
		[[ $output == *"refused: the patch can't be livepatched:"$'\n'"    "* ]]
	done
	[[ ! -e $T/foo.c && ! -e $T/work/foo.c ]]
	# How it was read is not told of a patch that is refused.
	printf -- '--- /dev/null\n+++ ../linux/x.h\n@@ -0,0 +1 @@\n+text\n' >"$T/x.patch"
	run -2 lib apply "$T/x.patch"
	[[ $output == *"refused: "*"../linux/x.h: the path leaves the source tree [file-path]" && $output != *note:* ]]
}

@test "what is not for this kernel is left out, and alone it changes nothing" {
	local name names=(Documentation/foo.rst debian/changelog arch/arm64/kernel/x.c arch/arm64/Kconfig arch/arm64/boot/x.S
		drivers/x.dts tools/x.c samples/x.c MAINTAINERS kernel/.gitattributes .gitignore kernel/README)
	for name in "${names[@]}"; do new_file "$name"; done >"$T/all.patch"
	run -3 lib apply "$T/all.patch"
	for name in "${names[@]}"; do [[ $output == *"left out, not part of this kernel's code: "*"$name"* ]]; done
	[[ $output == *"nothing changed: the patch changes no file that is compiled"* ]]
	run -0 lib apply "$T/all.patch" "$T/good.patch"
	[[ $(cd "$T/work/2-tree/unnumbered" && find . -type f ! -path './Documentation/*') == ./kernel/foo.c ]]
	# A part that is left out need not apply.
	{ sed 's,kernel/foo.c,tools/none.c,' "$T/good.patch"; cat "$T/good.patch"; } >"$T/x.patch"
	run -0 lib apply "$T/x.patch"
	[[ $output == *"left out"*" tools/none.c"* ]]
	# Nor is a link made.
	{ new_file tools/link 120000; cat "$T/good.patch"; } >"$T/x.patch"
	run -0 lib apply "$T/x.patch"
}

@test "binary parts are left out, but not where code would be" {
	printf 'diff --git a/Documentation/x.gif b/Documentation/x.gif\nnew file mode 100644\nindex 0000000..5716ca5\nGIT binary patch\nliteral 4\nLcmZQzWMT#Y01f~L\n\nliteral 0\nHcmV?d00001\n\n' >"$T/bin.patch"
	cat "$T/good.patch" "$T/bin.patch" >"$T/x.patch"
	run -0 lib apply "$T/x.patch"
	[[ $output == *"left out"*": Documentation/x.gif"* ]]
	sed 's,Documentation/x.gif,kernel/x.h,g' "$T/bin.patch" >"$T/x.patch"
	run -2 lib apply "$T/x.patch"
	[[ $output == *"    kernel/x.h: changed by binary data"* ]]
	{ cat "$T/good.patch"; echo "Binary files a/Documentation/y.gif and b/Documentation/y.gif differ"; } >"$T/x.patch"
	run -0 lib apply "$T/x.patch"
	[[ $output == *"left out"*": Documentation/y.gif"* ]]
	{ cat "$T/good.patch"; echo "Binary files a/kernel/y.c and b/kernel/y.c differ"; } >"$T/x.patch"
	run -2 lib apply "$T/x.patch"
	[[ $output == *"    kernel/y.c: binary data that the patch does not have"* ]]
	{ cat "$T/good.patch"; echo "Only in b/kernel: lost.h"; } >"$T/x.patch"
	run -0 lib apply "$T/x.patch"
	[[ $output == *"note: x.patch line 11: 'Only in b/kernel: lost.h': the patch does not have this file"* ]]
}

@test "a change of modes, or one that is taken back, changes nothing" {
	printf 'diff --git a/kernel/foo.c b/kernel/foo.c\nold mode 100644\nnew mode 100755\n' >"$T/x.patch"
	run -3 lib apply "$T/x.patch"
	[[ $output == *"nothing changed: the contents of kernel/foo.c stay as they are"* ]]
	diff_patch "$T/new.c" "$T/src/kernel/foo.c" kernel/foo.c >"$T/back.patch"
	run -3 lib apply "$T/good.patch" "$T/back.patch"
	[[ $output == *"nothing changed: the contents of kernel/foo.c stay as they are"* ]]
}

@test "lines that only look like file names are not" {
	printf -- '--- a/kernel/foo.c\n+++ b/kernel/foo.c\n@@ -1,2 +1,2 @@\n--- a/x.S\n+++ b/x.S\n {\n' >"$T/x.patch"
	printf -- '-- a/x.S\n{\n' >"$T/src/kernel/foo.c"
	run -0 lib apply "$T/x.patch"
	[[ ${lines[-1]} == "files: kernel/foo.c build: " ]]
}

@test "the configuration of git, and a repository around the cache, change nothing" {
	git init -q "$T"
	printf '[apply]\n\twhitespace = error-all\n[core]\n\tautocrlf = true\n' >"$T/.gitconfig"
	sed 's/+\treturn 11;/&  /' "$T/good.patch" >"$T/x.patch"
	HOME=$T run -0 lib apply "$T/x.patch"
	[[ $(grep -c $'\r' "$made/kernel/foo.c") == 0 ]]
	grep -q 'return 11;  $' "$made/kernel/foo.c"
}

@test "a name that is a file can't be a directory, in the source or in the patches" {
	new_file kernel/foo.c/x.c >"$T/1.patch"
	run -2 lib apply "$T/1.patch"
	[[ $output == *"    kernel/foo.c/x.c: kernel/foo.c is a file of the source, no directory [file-path]" ]]
	run -2 lib apply "$T/good.patch" "$T/1.patch"
	[[ $output == *"    kernel/foo.c/x.c: kernel/foo.c is a file of the source, no directory [file-path]" ]]
	new_file kernel >"$T/1.patch"
	run -2 lib apply "$T/1.patch"
	[[ $output == *"    kernel: a directory of the source [file-path]" ]]
	new_file kernel/n.h >"$T/1.patch"
	new_file kernel/n.h/deep/x.h >"$T/2.patch"
	cat "$T/1.patch" "$T/2.patch" >"$T/12.patch"
	cat "$T/2.patch" "$T/1.patch" >"$T/21.patch"
	local patches name
	for patches in "1 2" "2 1" 12 21; do
		# shellcheck disable=SC2046
		run -2 lib apply $(printf "$T/%s.patch " $patches)
		[[ $output == *"    kernel/n.h/deep/x.h: the patch has kernel/n.h as a file, too [file-path]" ]]
	done
	new_file kernel/x.c/ >"$T/1.patch"
	run -2 lib apply "$T/1.patch"
	[[ $output == *"    kernel/x.c/: a path with a component that is empty, . or ..: make the patch with plain names [file-path]" ]]
	for name in ./kernel/x.c kernel/../kernel/x.c; do
		new_file "$name" >"$T/1.patch"
		run -2 lib apply "$T/1.patch"
		[[ $output == *"    $name: a path with a component that is empty, . or ..: make the patch with plain names [file-path]" ]]
	done
	# One component more is stripped where that gives a file of the source.
	sed '1,2s, \([ab]\)/, \1/./,' "$T/good.patch" >"$T/1.patch"
	run -0 lib apply "$T/1.patch"
	[[ ${lines[-1]} == "files: kernel/foo.c build: " ]]
	new_file "kernel/$(printf 'x%.0s' {1..300}).h" >"$T/1.patch"
	run -2 lib apply "$T/1.patch"
	[[ $output == *".h: a name that is too long [file-path]" ]]
	new_file "kernel/$(printf 'dir/%.0s' {1..600})x.h" >"$T/1.patch"
	run -2 lib apply "$T/1.patch"
	[[ $output == *"x.h: a name that is too long [file-path]" ]]
}

@test "a file that goes away and comes back is a changed one" {
	diff -u --label a/kernel/foo.c --label /dev/null "$T/src/kernel/foo.c" /dev/null >"$T/1.patch" || true
	diff -u --label /dev/null --label b/kernel/foo.c /dev/null "$T/new.c" >"$T/2.patch" || true
	cat "$T/1.patch" "$T/2.patch" >"$T/12.patch"
	run -0 lib apply "$T/1.patch" "$T/2.patch"
	[[ ${lines[-1]} == "files: kernel/foo.c build: " ]]
	run -0 lib apply "$T/12.patch"
	grep -q 'return 11' "$made/kernel/foo.c"
}

@test "a patch that went through an editor: a byte order mark, a last line without end" {
	{ printf '\357\273\277'; cat "$T/good.patch"; } >"$T/1.patch"
	run -0 lib apply "$T/1.patch"
	head -c -1 "$T/good.patch" >"$T/1.patch"
	run -0 lib apply "$T/1.patch"
	cmp "$made/kernel/foo.c" <(SETUP=$SETUP lib apply "$T/good.patch" >"$T/log"; cat "$made/kernel/foo.c")
	{ printf '\357\273\277'; head -c -1 "$T/good.patch" | sed 's/$/\r/'; } >"$T/1.patch"
	chmod 400 "$T/1.patch"
	run -0 lib apply "$T/1.patch"
	grep -q 'return 11;$' "$made/kernel/foo.c"
	# Nothing in it, or only text
	local text
	for text in "" $'\n\n' $'# comment\n\n# more\n'; do
		printf %s "$text" >"$T/1.patch"
		run -5 lib apply "$T/1.patch"
		[[ $output == *"error: 1.patch: no change to any file found; is it a patch in unified format (diff -u)?" ]]
	done
}

@test "a hundred files in one patch" {
	local i
	for i in {1..100}; do new_file "kernel/n$i.h"; done >"$T/x.patch"
	run -0 lib apply "$T/x.patch"
	[[ $(cd "$made" && find . -type f | wc -l) == 100 ]]
}

@test "a patch on standard input" {
	export SETUP+='
		take() { PATCHES=("$@"); patches_take_stdin; patches_take_stdin; apply "${PATCHES[@]}"; cat; }'
	TOP=$TOP run -0 bash -c 'lib take - <"$T/good.patch"'
	[[ ${lines[0]} == "files: kernel/foo.c build: " ]]
	# A run that begins again has it once more.
	[[ $(printf '%s\n' "${lines[@]:1}") == "$(<"$T/good.patch")" ]]
	TOP=$TOP run -5 bash -c 'lib take - </dev/null'
	[[ $output == *"error: stdin: no change to any file found"* ]]
	SETUP='take() { options_parse "$@"; echo "${PATCHES[@]} $MODULE_NAME"; }'
	run -0 lib take -o "$T/out" -
	[[ $output == "- livepatch-stdin" ]]
	run -4 lib take -o "$T/out" - -
	[[ $output == *"standard input (-) can be given only once"* ]]
}

# tools_source: kernel/relo.c is made of a file below tools/
tools_source() {
	mkdir -p "$T/src/tools/lib/bpf" "$T/src/tools/objtool" "$T/src/tools/perf"
	printf '#include "../tools/lib/bpf/relo.c"\n' >"$T/src/kernel/relo.c"
	printf '#include <linux/foo.h>\n#include "relo.h"\nint relo;\n' >"$T/src/tools/lib/bpf/relo.c"
	printf 'int relo_h;\n' | tee "$T/src/tools/lib/bpf/"{relo,other}.h "$T/src/tools/objtool/check.c" "$T/src/tools/perf/perf.c" >"$T/log"
}

@test "what the kernel's code includes of tools/ is code of the kernel" {
	tools_source
	local name
	for name in tools/lib/bpf/relo.{c,h}; do
		sed "1s/^/int before;\n/" "$T/src/$name" >"$T/new"
		diff_patch "$T/src/$name" "$T/new" "$name" >"$T/x.patch"
		run -0 lib apply "$T/x.patch"
		[[ ${lines[-1]} == "files: $name build: " ]]
	done
	sed 's,tools/lib/bpf/relo.h,tools/perf/perf.c,' "$T/x.patch" >"$T/perf.patch"
	run -3 lib apply "$T/perf.patch"
	[[ $output == *"note: left out, not part of this kernel's code: tools/perf/perf.c"* ]]
	# Programs of the build: a kernel that runs was built with others.
	for name in tools/objtool/check.c tools/lib/bpf/other.h; do
		sed "s,tools/lib/bpf/relo.h,$name,g" "$T/x.patch" >"$T/program.patch"
		run -2 lib apply "$T/program.patch"
		[[ $output == *"refused: a livepatch can't change how the running kernel was built: $name [build-changed]" ]]
		run -0 lib apply "$T/program.patch" "$T/perf.patch" "$T/good.patch"
		[[ $output == *"note: left out, not part of this kernel's code: tools/perf/perf.c"$'\n'* ]]
		[[ $output == *"note: left out, part of the programs that build a kernel; the target's own programs are used: $name"$'\n'* ]]
	done
}
