#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Style of the sources, as one test each: C format, shell, and rules of CODING-STYLE.md that a program can check.

# The checks are called by name.
# shellcheck disable=SC2317
set -Eeuo pipefail
cd -- "$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")/.."

CODE=$(mktemp -d)
trap 'rm -rf -- "$CODE"' EXIT

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

readonly LAYERS=(util kernel source arch elf target object place diff klp verify tools)
# The programs in bash: the driver, the command on the machine, the farm; and the driver's files that the other two source.
readonly DRIVER=(kpatch-build/{kpatch-build,install-packages} kpatch-build/lib/*.sh)
readonly COMMAND=(kpatch/kpatch kpatch/lib/*.sh) COMMAND_SOURCES=(kpatch-build/lib/{fold,end}.sh)
readonly FARM=(kpatch-farm/kpatch-farm kpatch-farm/lib/{*.sh,cumulative-kernel,inputs-check,job,prepare,scan-pair,slurm-task})
readonly FARM_SOURCES=(kpatch-build/lib/{log,version,fold,end,option-names,environment}.sh)
readonly SCRIPTS=("${DRIVER[@]}" "${COMMAND[@]}" "${FARM[@]}" kpatch/completion.bash)

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
	local objects edges loops
	make -s -j "$(nproc)" all || return
	objects=(create-diff-object/*/*.c)
	objects=("${objects[@]/#/build/}")
	edges=$(nm -A -g -- "${objects[@]/%.c/.o}" | sed -E 's,^[^/]*/[^/]*/([^:]*):[0-9a-f]*, \1,' |
		awk '$2 ~ /[Uwv]/ { uses[$1 " " $3] = 1; next } { of[$3] = $1 }
			END { for (use in uses) { split(use, w, " "); if (w[2] in of && of[w[2]] != w[1]) print w[1], of[w[2]], w[2] } }')
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
	local bad=0
	calls_are_there "${DRIVER[@]}" || bad=1
	calls_are_there "${COMMAND[@]}" -- "${COMMAND_SOURCES[@]}" || bad=1
	calls_are_there "${FARM[@]}" -- "${FARM_SOURCES[@]}" || bad=1
	return "$bad"
}
# calls_are_there FILE... [-- SOURCED...]: in the files. Functions of the sourced ones may be called, too.
calls_are_there() {
	local files=() defined
	while (($#)) && [[ $1 != -- ]]; do files+=("$1"); shift; done
	defined=$(cat -- "${files[@]}" "${@:2}" | sed -nE 's/^([a-z_0-9]+)\(\).*/\1/p')
	grep -HnoE '(^|[;({!&|)]|\<(then|else|do|if)\>)[[:space:]]*[a-z]+(_[a-z0-9]+)+ ["$-]' "${files[@]}" |
		sed -E 's/^([^:]+:[0-9]+):(.*[^a-z0-9_])?([a-z]+(_[a-z0-9]+)+) ["$-]$/\1 \3/' |
		awk 'NR == FNR { defined[$1] = 1; next } !($2 in defined) { print $1 ": " $2 " is no function"; bad = 1 } END { exit bad }' \
			<(printf '%s\n' "$defined") -
}

# All programs and packages are of one version.
check_version() {
	local version
	version=$(sed -n 's/^readonly VERSION=//p' kpatch-build/lib/version.sh)
	[[ $version ]] || return
	grep -HE '^(readonly VERSION=|Version: |kpatch-build \(|## [0-9])' kpatch/lib/options.sh rpm/kpatch-build.spec debian/changelog CHANGELOG.md |
		awk -F : '!seen[$1]++' | awk -v version="$version" '
			{ n++; split($0, word, /[^0-9.]+/); for (i in word) if (word[i] == version) found[n] = 1; if (!found[n]) { print $0 " is not " version; bad = 1 } }
			END { exit bad || n != 4 }'
}

# code_of FILE: without its comments. (Several checks ask for it.)
code_of() {
	if [[ ! -e $CODE/$1 ]]; then
		mkdir -p -- "$CODE/${1%/*}"
		gcc -fpreprocessed -dD -E -P "$1" >"$CODE/$1" 2>/dev/null
	fi
	cat -- "$CODE/$1"
}

# The string literals of the files, one a line, each with what stands before it if that is a function and its first arguments:
# `FILE: elf_obj_modinfo(obj, "name"`. Comments have none.
literals() { # FILE...
	local file
	for file; do
		code_of "$file" | sed -E '/^#include/d' |
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

# The keys of .modinfo that the programs in bash ask for are those that kernel/module.h has, or that module.sh writes for people alone.
check_modinfo_keys() {
	local known
	known=$(sed -nE 's/^#define MODINFO_[A-Z_]+ +"([a-z_]+)"$/\1/p' create-diff-object/kernel/module.h)
	[[ $known ]] || return
	known+=$'\n'$(sed -nE '/^module_write_modinfo\(/,/^\}/ s/.*echo "(kpatch_build|target_package|patch)=.*/\1/p' kpatch-build/lib/module.sh)
	{
		grep -noE '(modinfo -F |MODULE_INFO\(|INFO\[)[a-z_]+' "${SCRIPTS[@]}" kmod/patch/*.[ch]
		# What module.sh writes
		sed -nE '/^module_write_modinfo\(/,/^\}/ s/.*(echo "?|sed .s.\^.)([a-z_]+)=.*/module.sh writes \2/p' kpatch-build/lib/module.sh
	} | sed -E 's/[^a-z_]([a-z_]+)$/ \1/' |
		awk 'NR == FNR { known[$1] = 1; next } !($NF in known) { print $0 " is no key of kernel/module.h"; bad = 1 } END { exit bad }' \
			<(printf '%s\n' "$known" description) -
}

# The options of kpatch-build that kpatch-farm knows are options of kpatch-build, with a value or without as there.
# What kpatch-build reads of the environment either decides what comes of a run, so that kpatch-farm keeps results under it, or does not.
check_environment() {
	local known read
	# shellcheck source=kpatch-build/lib/environment.sh
	known=$(source kpatch-build/lib/environment.sh && tr -s ' ./\n' '\n' <<<"$ENVIRONMENT_INPUTS $ENVIRONMENT_OTHERS" | sort)
	read=$({
		grep -ohE '\$\{?KPATCH_[A-Z_]+' -- "${DRIVER[@]}" | tr -d '${'
		sed -nE 's/^CALLER_[A-Z_]+=\$\{([A-Z_]+):-\}.*/\1/p' -- "${DRIVER[@]}"
	} | sort -u)
	[[ $read == *KBUILD_EXTRA_SYMBOLS*KPATCH_BIN* ]] || { echo "$read"; return 1; }
	diff <(echo "$known") <(echo "$read")
}

check_farm_options() {
	local kind words word long bad=0
	long=,$(sed -nE 's/^OPTION_NAMES\+?=,?([a-z:,-]+)$/\1/p' kpatch-build/lib/option-names.sh | tr '\n' ','),
	[[ $long == *,mirror:,*,version,* ]] || { echo "no names of options in option-names.sh"; return 1; }
	while read -r kind words; do
		for word in $words; do
			if [[ $word != --* ]]; then continue; fi
			if [[ $kind == FLAGS ]]; then word=,${word#--}; else word=,${word#--}:, ; fi
			if [[ $kind == FLAGS && $long != *"$word,"* && $long != *"$word::,"* || $kind != FLAGS && $long != *"$word"* ]]; then echo "kpatch-build has no option ${word//[,:]/}"; bad=1; fi
		done
	done < <(sed -nE 's/^readonly [A-Z]+_(FILES|DIRS|WORDS|FLAGS)="(.*)"$/\1 \2/p' kpatch-farm/lib/build-options.sh)
	return "$bad"
}

# What /sys says of modules and livepatches kpatch reads in kernel.sh, and klp-verify in running.c. (Completion has no kernel.sh.)
check_sysfs() {
	! { grep -nE '^[^#]*/sys/' "${COMMAND[@]}" | grep -vE '^kpatch/lib/kernel.sh:[0-9]+:readonly KLP_SYSFS|/proc/sys/kernel/osrelease'
	grep -nE '"/sys/' create-diff-object/*/*.[ch] | grep -v '^create-diff-object/verify/running.c:'; }
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
	if grep -nE '(R|EM|SHT)_(X86_64|AARCH64|PPC64|390|RISCV|LARCH)' create-diff-object/{util,kernel,source,elf,target,object,place,diff,klp,verify,tools}/*.[ch] kmod/patch/*.[ch]; then bad=1; fi
	for file in create-diff-object/{util,kernel,source,elf,target,object,place,diff,klp,verify,tools}/*.[ch] kmod/patch/*.[ch]; do
		# Comments may say where in the kernel's source something stands.
		if code_of "$file" | grep -i 'x86'; then echo "$file names a machine"; bad=1; fi
	done
	return "$bad"
}

# So in the programs in bash: one file knows the machine, and what distributions call it. (Help and messages have releases as examples.)
# What is for one machine in the packages are its name and its emulator.
check_machine_of_programs() {
	! { grep -niE '^[^#]*(x86|amd64|i386|aarch64)' "${SCRIPTS[@]}" kpatch-farm/lib/*.jq kpatch-farm/lib/page.html kpatch/kpatch.service |
		grep -vE '^kpatch-build/lib/(arch.sh:|options.sh:[0-9]+:  -a, --archversion)|a release such as 6[^ ]* or 6[^ ]*-amd64"$'
	grep -nirE '^[^#]*(x86|amd64|i386|aarch64)' debian rpm |
		grep -vE ':(Architecture: amd64|ExclusiveArch: +x86_64| qemu-system-x86,|Recommends: .* qemu-system-x86-core .*)$'; }
}

# Only the programs end the process.
check_exit() { ! grep -nE '\b(_?exit|abort|errx?)\(' create-diff-object/{util,arch,kernel,source,elf,target,object,place,diff,klp,verify}/*.[ch] | grep -v '^create-diff-object/util/memory.c:'; }

# No listing for people is read: readelf, nm and objdump show what klp-place facts and its kin give as records.
check_listings() { ! grep -nE '^[^#]*\b(readelf|objdump|nm) +-' "${SCRIPTS[@]}"; }

# What a program of ours found out the others read in its records, not in its messages. (Those of git, make and modpost they have to read.)
check_messages() {
	! grep -nE '(grep|sed|awk|jq|=~|==).*(: \\?\(?(refused|warning|note|error|changed|new|L[0-9])|\[[a-z]+-[a-z-]+\\\])' "${SCRIPTS[@]}" |
		grep -vE '(echo|message) "kpatch[^"]*"[^|]*$'
}

# What fails in <(...) behind a loop or mapfile ends nobody's run: half a list would be taken for a whole one.
check_seen_failures() { ! grep -nE '(done|mapfile|read)\b.*< <\(' "${DRIVER[@]}" "${COMMAND[@]}" "${FARM[@]}"; }

# The judge shares nothing with what it judges.
check_judge() { ! grep -nE '#include "' test/judge/*.[ch] | grep -vE ':#include "(compare|object|target|touched)\.h"$'; }

# What doc/glossary.md has a word for has no other one, in pages, messages and code.
check_words() {
	! git grep -nIiwE 'datum|relocation laws?|carried along|start-up code|unlikely parts?|--(no-)?prove|--no-proof|(positions? of (a )?symbols?|symbols and( their)? positions)' \
		-- README.md CONTRIBUTING.md CODING-STYLE.md CHANGELOG.md doc man create-diff-object kpatch kpatch-build kpatch-farm kmod debian rpm
}

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
	local files=()
	# (The sources of the object tests are what the compiler is to see, line by line.)
	mapfile -t files < <(git ls-files '*.[ch]' | grep -vE '^test/(object/[^/]+|judge/data)/')
	awk '{
		gsub(/"([^"\\]|\\.)*"/, "\"\"")
		parts = split($0, part, "\t")
		width = 0
		for (i = 1; i <= parts; i++) width += length(part[i]) + (i < parts ? 8 - (width + length(part[i])) % 8 : 0)
	}
	width > 120 { print FILENAME ":" FNR ": " width " columns"; bad = 1 }
	END { exit bad }' "${files[@]}"
}

check_executable() {
	local file start bad=0
	while read -r file; do
		if read -r -n 2 start <"$file" && [[ $start == '#!' && ! -x $file && $file != *.bats ]]; then
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
try "all programs and packages are of one version" check_version
try "include order of the layers" check_layers
try "no symbol of a layer above, no circle of files" check_symbols
try "names of the kernel's sections and symbols only in kernel/ and arch/" check_names
try "each of these names stands once" check_names_once
try "keys of .modinfo in bash are those of kernel/module.h" check_modinfo_keys
try "each variable of the environment is an input of a run, or none" check_environment
try "the lists of kpatch-farm have options of kpatch-build" check_farm_options
try "paths of sysfs in one place of each program" check_sysfs
try "limits of the kernel stand once" check_limits
try "numbers of machines only in arch/" check_machine
try "a machine only in arch.sh of the programs in bash" check_machine_of_programs
try "no program in bash reads a listing of an ELF file" check_listings
try "exit() only in tools/" check_exit
try "no message of a program is read by another" check_messages
try "the failure of a command that lists things is seen" check_seen_failures
try "the words of the glossary, and no others" check_words
try "the judge includes nothing of the engine" check_judge
try "the patches of the guide for authors are those of the tests" check_guide
try "scripts are executable" check_executable
exit $failed
