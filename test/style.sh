#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Style of the sources, as one test each: C format, shell, and rules of CODING-STYLE.md that a program can check.

# The checks are called by name.
# shellcheck disable=SC2317
set -Eeuo pipefail
cd -- "$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")/.."

number=0 failed=0
try() {
	local name=$1 output status=0
	shift
	number=$((number + 1))
	output=$("$@" 2>&1) || status=$?
	if ((status == 0)); then
		echo "ok $number - style: $name"
	else
		failed=1
		echo "not ok $number - style: $name"
		head -n 60 <<<"$output" | sed 's/^/#   /'
	fi
}

readonly LAYERS=(util kernel arch elf target object place diff klp verify tools)

# Layers include only what is below them.
check_layers() {
	local layers=("${LAYERS[@]}") above i j bad=0
	for ((i = 0; i < ${#layers[@]}; i++)); do
		for ((j = i + 1; j < ${#layers[@]}; j++)); do
			above=${layers[j]}
			if grep -Hn "#include \"$above/" create-diff-object/"${layers[i]}"/*.[ch] 2>/dev/null; then bad=1; fi
		done
	done
	return "$bad"
}

# Nor do they use symbols of a layer above them, and files don't use each other in a circle.
check_symbols() {
	local source object edges loops
	make -s -j "$(nproc)" all || return
	edges=$(for source in create-diff-object/*/*.c; do
		object=build/${source%.c}.o
		nm -g --defined-only -- "$object" | awk -v object="${object#*/*/}" '{ print "0", $3, object }'
		nm -u -- "$object" | awk -v object="${object#*/*/}" '{ print "1", $2, object }'
	done | sort -k 1,1 | awk '$1 == 0 { of[$2] = $3 } $1 == 1 && $2 in of && of[$2] != $3 { print $3, of[$2], $2 }')
	awk -v layers="${LAYERS[*]}" '
		BEGIN { n = split(layers, layer, " "); for (i = 1; i <= n; i++) rank[layer[i]] = i }
		{ split($1, from, "/"); split($2, to, "/") }
		rank[from[1]] < rank[to[1]] { print $1 " uses " $3 "() of " $2; bad = 1 }
		END { exit bad }' <<<"$edges" || return
	loops=$(cut -d ' ' -f 1,2 <<<"$edges" | tsort 2>&1 >/dev/null || true)
	# Nor do headers include each other in one.
	loops+=$(grep -oE '^#include "[a-z]+/[^"]+' create-diff-object/*/*.h | sed -nE 's,^create-diff-object/(.*):#include ",\1 ,p' |
		tsort 2>&1 >/dev/null || true)
	if [[ $loops ]]; then echo "$loops"; return 1; fi
}

# What is called like a function of ours is one. (A name that was changed in all places but one is noticed only when that line runs.)
check_calls() {
	local defined
	defined=$(cat kpatch-build/kpatch-build kpatch-build/lib/*.sh | sed -nE 's/^([a-z_0-9]+)\(\).*/\1/p')
	grep -noE '(^|[;({!&|)]|\<(then|else|do|if)\>)[[:space:]]*[a-z]+(_[a-z0-9]+)+ ["$-]' kpatch-build/kpatch-build kpatch-build/lib/*.sh |
		sed -E 's/^([^:]+:[0-9]+):(.*[^a-z0-9_])?([a-z]+(_[a-z0-9]+)+) ["$-]$/\1 \3/' |
		awk 'NR == FNR { defined[$1] = 1; next } !($2 in defined) { print $1 ": " $2 " is no function"; bad = 1 } END { exit bad }' \
			<(printf '%s\n' "$defined") -
}

# The string literals of the files, one a line, each with what stands before it if that is a function and its first arguments:
# `FILE: elf_obj_modinfo(obj, "name"`. Comments have none.
literals() { # FILE...
	local file
	for file; do
		gcc -fpreprocessed -dD -E -P "$file" 2>/dev/null | sed -E '/^#include/d' |
			{ grep -oE '([a-z_0-9]+\(([^"(),]+(\([^()"]*\))?, )*)?"([^"\\]|\\.)*"' || true; } | sed "s,^,$file: ,"
	done
}

# Names of sections and symbols of the kernel and keys of .modinfo stand in kernel/, a machine's in arch/: outside no literal looks like
# one, and no function is given a single word (it may compare, or look it up). Not meant: those of an ELF file's own sections
# (elf/build.c); names of files of any program; words of messages and records; words of files that an own reader takes apart, and of command
# lines.
check_names() {
	local found
	found=$(literals create-diff-object/{util,elf,target,object,place,diff,klp,verify,tools}/*.[ch] | grep -E \
		-e '"(\.|__?)[a-zA-Z%][^" ]*"$' \
		-e '"(%s)?\.ko[^ ]*"' -e '"[^"]*_(GPL|SYMBOL)' -e '"vmlinux"' -e '"[a-z_]+=[^ ]*"' \
		-e ' [a-z_0-9]+\(.*"[^"/ ]?[A-Za-z_]{2}[^" ]*"$' |
		grep -vE \
			-e '^create-diff-object/elf/build.c: ' \
			-e '"\.(c|h|S|rst|dts|dtsi|yaml)"|"__LINE__\\n"|"void \*"|memcmp\(sec->data, "ZLIB"' \
			-e '^create-diff-object/tools/[a-z-]+\.c: "vmlinux"$' \
			-e ': (diag_[a-z]+|[a-z_]*printf|fputs|fopen|getenv|getopt_long|str(c?spn|chr)|refuse_length|print_[a-z]+|other_version|command_main)\(' \
			-e '^create-diff-object/(place/placement|target/symtab-text|util/manifest-file|tools/[a-z-]+)\.c: str(cmp|ncmp|str)\([^"]*"[A-Za-z: '"'"'-]+"$') || true
	if [[ $found ]]; then echo "$found"; return 1; fi
}

# There, each name of a section and of a kind of symbols has one place. (`.init` has two meanings: how sections end that a file has for its
# start, and how those begin that the module loader frees.)
check_names_once() {
	local found
	found=$(literals create-diff-object/{kernel,arch}/*.[ch] | grep -v " strlen(" | grep -oE '"(\.[a-z]|__)[^" ]*"$' | grep -vx '"\.init"' | sort | uniq -d)
	if [[ $found ]]; then grep -nF -- "$found" create-diff-object/{kernel,arch}/*.[ch]; return 1; fi
}

# The keys of .modinfo that the driver asks for or writes are those that kernel/module.h has.
check_modinfo_keys() {
	local known
	known=$(sed -nE 's/^#define MODINFO_[A-Z_]+ +"([a-z_]+)"$/\1/p' create-diff-object/kernel/module.h)
	[[ $known ]] || return
	grep -noE '(modinfo -F |MODULE_INFO\()[a-z_]+' kpatch-build/kpatch-build kpatch-build/lib/*.sh kmod/patch/*.[ch] | sed -E 's/[^a-z_]([a-z_]+)$/ \1/' |
		awk 'NR == FNR { known[$1] = 1; next } !($NF in known) { print $0 " is no key of kernel/module.h"; bad = 1 } END { exit bad }' \
			<(printf '%s\n' "$known") -
}

# Limits that the driver and the manual page tell are those of kernel/, and stand there once.
check_limits() {
	local max own sections
	max=$(sed -nE 's/^#define KLP_OBJECT_NAME_MAX +([0-9]+)$/\1/p' create-diff-object/kernel/livepatch.h)
	own=$(sed -nE 's/^readonly MODULE_NAME_MAX=([0-9]+)$/\1/p' kpatch-build/lib/options.sh)
	sections=$(($(sed -nE 's/^#define MODULE_SECTIONS_MAX +(0x[0-9a-f]+)u$/\1/p' create-diff-object/kernel/module.h)))
	[[ $max && $max == "$own" && $sections -gt 0 ]] || { echo "a module's name: $max in kernel/livepatch.h, $own in options.sh"; return 1; }
	! grep -nE "\b($max|511|$sections)\b" kpatch-build/kpatch-build kpatch-build/lib/*.sh create-diff-object/*/*.[ch] |
		grep -vE ":readonly MODULE_NAME_MAX=|^create-diff-object/kernel/livepatch.h:[0-9]+:#define" || return
	grep -nE '[0-9]+ characters' man/kpatch-build.1 | grep -vE "[^0-9]$max characters" && return 1
	return 0
}

# What a relocation type or a machine's number means, only arch/ knows, and other code does not name a machine.
check_machine() {
	local file bad=0
	if grep -nE '(R|EM|SHT)_(X86_64|AARCH64|PPC64|390|RISCV|LARCH)' create-diff-object/{util,kernel,elf,target,object,place,diff,klp,verify,tools}/*.[ch] kmod/patch/*.[ch]; then bad=1; fi
	for file in create-diff-object/{util,kernel,elf,target,object,place,diff,klp,verify,tools}/*.[ch] kmod/patch/*.[ch]; do
		# Comments may say where in the kernel's source something stands.
		if gcc -fpreprocessed -dD -E -P "$file" 2>/dev/null | grep -i 'x86'; then echo "$file names a machine"; bad=1; fi
	done
	return "$bad"
}

# So in the driver: one file knows the machine, and what distributions call it. (The help has a release as an example.)
check_machine_of_driver() {
	! grep -niE '^[^#]*(x86|amd64|i386)' kpatch-build/{kpatch-build,install-packages} kpatch-build/lib/*.sh |
		grep -vE '^kpatch-build/lib/(arch.sh:|options.sh:[0-9]+:  -a, --archversion)'
}

# Only the programs end the process.
check_exit() { ! grep -nE '\b(_?exit|abort|errx?)\(' create-diff-object/{util,arch,kernel,elf,target,object,place,diff,klp,verify}/*.[ch] | grep -v '^create-diff-object/util/memory.c:'; }

# No listing for people is read: readelf, nm and objdump show what klp-place facts and its kin give as records.
check_listings() { ! grep -nE '^[^#]*\b(readelf|objdump|nm) +-' kpatch-build/kpatch-build kpatch-build/lib/*.sh; }

# What a program of ours found out the driver reads in its records, not in its messages. (Those of git, make and modpost it has to read.)
check_messages() {
	! grep -nE '(grep|sed|awk|=~|==).*(: \\?\(?(refused|warning|note|error|changed|new|L[0-9])|\[[a-z]+-[a-z-]+\\\])' kpatch-build/lib/*.sh
}

# What fails in <(...) behind a loop or mapfile ends nobody's run: half a list would be taken for a whole one.
check_seen_failures() { ! grep -nE '(done|mapfile|read)\b.*< <\(' kpatch-build/{kpatch-build,install-packages} kpatch-build/lib/*.sh; }

# The judge shares nothing with what it judges.
check_judge() { ! grep -nE '#include "' test/judge/*.[ch] | grep -vE ':#include "(compare|object|target|touched)\.h"$'; }

# A patch in the guide is one that the tests build and boot.
check_guide() {
	local file bad=0
	while read -r file; do
		if ! diff <(sed -n '/^--- /,$p' "$file") <(awk -v mark="<!-- $file -->" '
			$0 == mark { on = 1; next } on == 2 && $0 == "```" { exit } on == 2 { print } on == 1 { on = 2 }' doc/author-guide.md); then
			echo "doc/author-guide.md has another $file"
			bad=1
		fi
	done < <(sed -n 's/^<!-- \(test.*\) -->$/\1/p' doc/author-guide.md)
	if (($(grep -c '^```.' doc/author-guide.md) != $(grep -c '^<!-- test' doc/author-guide.md))); then
		echo "doc/author-guide.md has a patch without the name of its test"
		bad=1
	fi
	return "$bad"
}

# C fits 120 columns, comments too, which clang-format leaves alone; what a message says is one string, however long.
check_columns() {
	local file bad=0
	while read -r file; do
		# (The sources of the object tests are what the compiler is to see, line by line.)
		if [[ $file == test/object/*/* || $file == test/judge/data/* ]]; then continue; fi
		if ! expand -t 8 -- "$file" | sed -E 's/"([^"\\]|\\.)*"/""/g' |
			awk -v file="$file" 'length > 120 { print file ":" NR ": " length " columns"; bad = 1 } END { exit bad }'; then bad=1; fi
	done < <(git ls-files '*.[ch]')
	return "$bad"
}

check_executable() {
	local file bad=0
	while read -r file; do
		if [[ $(head -c 2 -- "$file") == '#!' && ! -x $file && $file != *.bats ]]; then
			echo "$file starts with #! and is not executable"
			bad=1
		fi
	done < <(git ls-files 2>/dev/null)
	return "$bad"
}

if [[ $(clang-format --version) == *" version 14."* ]]; then
	try "C format" make -s fmt-check
else
	number=$((number + 1))
	echo "ok $number - style: C format # skip it is that of clang-format 14, and others have another"
fi
try "C in 120 columns" check_columns
try "shellcheck" make -s shellcheck
try "a function that is called is there" check_calls
try "include order of the layers" check_layers
try "no symbol of a layer above, no circle of files" check_symbols
try "names of the kernel's sections and symbols only in kernel/ and arch/" check_names
try "each of these names stands once" check_names_once
try "keys of .modinfo in the driver are those of kernel/module.h" check_modinfo_keys
try "limits of the kernel stand once" check_limits
try "numbers of machines only in arch/" check_machine
try "a machine only in arch.sh of the driver" check_machine_of_driver
try "the driver reads no listing of an ELF file" check_listings
try "exit() only in tools/" check_exit
try "no message of a program is read by the driver" check_messages
try "the failure of a command that lists things is seen" check_seen_failures
try "the judge includes nothing of the engine" check_judge
try "the patches of the guide for authors are those of the tests" check_guide
try "scripts are executable" check_executable
exit $failed
