#!/usr/bin/env bats
# A module that is linked by the commands of an earlier link is the one that Kbuild makes, to the byte; and nothing is taken for such commands
# that is not.
# Code for later:
# shellcheck disable=SC2016,SC2030,SC2031,SC2034

load common

setup_file() { describe_kernels; }

setup() {
	common_setup
	export T MAKE
	MAKE=$(type -P make)
	# All runs of Kbuild are counted.
	mkdir "$T/path"
	printf '#!/bin/sh\necho >>"%s"\nexec "%s" "$@"\n' "$T/made" "$MAKE" >"$T/path/make"
	chmod +x "$T/path/make"
	: >"$T/made"
	# (The driver would have dropped the functions that bats exports.)
	export SETUP='PATH=$T/path:$PATH KMOD_DIR=$T/kmod
		while read -r _ _ name; do unset -f "$name"; done < <(declare -Fx)
		link() { glue_link "$@"; echo "status $GLUE_STATUS"; }
		entry() { glue_entry; echo "$GLUE"; }
		known() { glue_entry; if glue_is_known; then echo known; else echo unknown; fi; }
		read_it() { if glue_read "$WORK/7-link/recipe"; then printf "%s\n" "$REPLY"; else echo "not understood: $REPLY"; fi; }'
	cp -r "$TOP/kmod/patch" "$T/kmod"
}

made() { [[ $(wc -l <"$T/made") == "$1" ]]; }

# ---- what Kbuild records ----------------------------------------------------------------------------------------------

# recorded: what Kbuild leaves of the placeholder's link, in short
recorded() {
	export D=$T/work/7-link/recipe
	local n=klp-recipe-name
	mkdir -p "$D"
	record patch-hook.o "cc -DX='\"klp_recipe_name\"' -c -o $D/patch-hook.o $D/patch-hook.c"
	record klp-hook.o "objcopy $D/patch-hook.o $D/klp-hook.o"
	record $n.o "ld -o $D/$n.o $D/klp-hook.o"
	record $n.mod "echo $n.o | awk '{ print(\"$D/\"\$\$0) }' > $D/$n.mod"
	record modules.order "echo $D/$n.o > $D/modules.order"
	record Module.symvers "sed 's/ko\$\$/o/' $D/modules.order | modpost -T - "
	record $n.mod.o "cc -DHASH='\$(pound)\\#' -c -o $D/$n.mod.o $D/$n.mod.c"
	record $n.ko "ld -r -o $D/$n.ko $D/$n.o $D/$n.mod.o;  true"
	environment
}
# record MADE COMMAND
record() { printf 'savedcmd_%s := %s\n\nsource_%s := x\n' "$D/$1" "$2" "$1" >"$D/.$1.cmd"; }
# environment [NAME=VALUE...]: of Kbuild, beside ours
environment() {
	env -i PATH="$PATH" "$@" CC=cc LD=ld OBJCOPY=objcopy "ODD=it's; \$x" MAKEFLAGS=w "M=$D" PWD=/elsewhere env -0 "KLP_DIRECTORY=/some headers" >"$D/klp-environment"
}

@test "of what Kbuild records, the directory and the name are put aside" {
	recorded
	SETUP+='; PATH=${PATH#*:}'
	run -0 lib read_it
	[[ $(grep -e '^[:ce]' <<<"$output" | grep -v ^export | sort) == "$(printf '%s\n' ": >@DIRECTORY@/.@NAME@.o.cmd" "cc -DHASH='##' -c -o @DIRECTORY@/@NAME@.mod.o @DIRECTORY@/@NAME@.mod.c" \
		"cc -DX='\"@IDENTIFIER@\"' -c -o @DIRECTORY@/patch-hook.o @DIRECTORY@/patch-hook.c" "cd '/some headers'" "echo @DIRECTORY@/@NAME@.o > @DIRECTORY@/modules.order" "echo @NAME@.o | awk '{ print(\"@DIRECTORY@/\"\$0) }' > @DIRECTORY@/@NAME@.mod")" ]]
	[[ $output == *"export M='@DIRECTORY@'"* && $output == *"export ODD='it'\\''s; \$x'"* && $output != *MAKEFLAGS* && $output != *PWD* && $output != *PATH=* ]]
	[[ $output == *"sed 's/ko\$/o/' "* ]]
	# They run in this order.
	[[ $output == *"cd '/some headers'"*" -DX="*"objcopy "*"ld -o "*"modpost"*"-DHASH"*"ld -r "*";  true"$'\ntest $? = 0' ]]
	# Older kernels say cmd_, newer ones name what they make from where they are; and have an object for all modules.
	sed -i 's/^savedcmd_/cmd_/' "$D"/.*.cmd
	sed -i "1s,^cmd_$D/,cmd_," "$D"/.patch-hook.o.cmd
	record .module-common.o "cc -c -o $D/.module-common.o /headers/module-common.c"
	: >"$D/.module-common.o"
	run -0 lib read_it
	[[ $output == *$'\n'"cp @ENTRY@/.module-common.o @DIRECTORY@/.module-common.o"$'\n'*"ld -r "* && $output != *"/headers/module-common.c"* ]]
}

# strange WHAT: it is not understood
strange() {
	run -0 lib read_it
	[[ $output == "not understood: $1" ]]
}

@test "what is not known among the commands makes them no recipe" {
	SETUP+='; PATH=${PATH#*:}'
	recorded; record klp-recipe-name.usyms "nm"
	strange "Kbuild makes .klp-recipe-name.usyms.cmd too"
	rm -r "$D"; recorded; rm "$D/.klp-recipe-name.mod.cmd"
	strange "Kbuild does not record how it makes klp-recipe-name.mod"
	rm -r "$D"; recorded; record modules.order 'echo $(unknown)'
	strange "the command for modules.order contains a make variable"
	rm -r "$D"; recorded; record klp-hook.o 'objcopy @NAME@'
	strange "the commands of Kbuild contain strange characters (klp-hook.o)"
	rm -r "$D"; recorded; record klp-hook.o "objcopy $T/work/6-diff/x.o"
	strange "the commands of Kbuild contain the work directory"
	rm -r "$D"; recorded; echo "other_cmd := x" >"$D/.klp-hook.o.cmd"
	strange "Kbuild's record of klp-hook.o has an unknown form: other_cmd := x"
	rm -r "$D"; recorded; sed -i '1s,/recipe/klp-hook.o ,/recipe/other.o ,' "$D/.klp-hook.o.cmd"
	strange "Kbuild's record of klp-hook.o has an unknown form: $(head -c 200 <<<"savedcmd_$D/other.o := objcopy $D/patch-hook.o $D/klp-hook.o")"
	rm -r "$D"; recorded; echo "#SYMVER a 0x1" >>"$D/.klp-recipe-name.o.cmd"
	strange "klp-recipe-name.o exports symbols"
	rm -r "$D"; recorded; environment LC_ALL=other
	strange "Kbuild changes LC_ALL"
	rm -r "$D"; recorded; environment "X=@NAME@"
	strange "the commands of Kbuild contain strange characters (X)"
	rm -r "$D"; recorded; env -i PATH="$PATH" CC=cc env -0 KLP_DIRECTORY=/ >"$D/klp-environment"
	strange "Kbuild does not tell what it is"
}

# ---- whose recipe it is -----------------------------------------------------------------------------------------------

# compiler NAME VERSION
compiler() {
	printf '#!/bin/sh\necho "cc %s"\n' "$2" >"$T/path/$1"
	chmod +x "$T/path/$1"
}

@test "another compiler, other headers, another way to call Kbuild have another recipe" {
	local headers=$T/cache/target/6.12.3_1/usr/src/headers seen=()
	mkdir -p "$headers"
	echo 1 >"$headers/Makefile"
	seal() { "$T/bin/klp-manifest" seal "${headers%/usr/*}" "${headers%/usr/*}.manifest"; }
	# another: the entry has not had this name
	another() {
		run -0 lib entry
		[[ $output == "$T/cache/glue/6.12.3_"* && " ${seen[*]} " != *" $output "* ]]
		seen+=("$output")
	}
	compiler one 12.1
	compiler two 12.1
	SETUP+='; TARGET_RELEASE=6.12.3 TARGET_CC=one TARGET_HEADERS=$T/cache/target/6.12.3_1/usr/src/headers'
	seal
	another
	# The same once more, and unpacked at another time
	touch -d yesterday "$headers/Makefile"
	seal
	run -0 lib entry
	[[ $output == "${seen[0]}" ]]
	echo 2 >"$headers/Makefile"; seal; another
	compiler one 12.2; another
	echo "# changed" >>"$T/kmod/Kbuild"; another
	SETUP+='; TARGET_CC=two'; another
	compiler two 12.2; another
	SETUP+='; CALLER_CROSS_COMPILE=x86_64-'; another
	SETUP+='; TARGET_HEADERS=$T/cache/tree/x'; another
	SETUP+='; GLUE_FORMAT=0'; another
}

@test "with another program of the same name the recipe is none" {
	compiler one 12.1
	compiler ld-one 1
	SETUP+='; TARGET_RELEASE=6.12.3 TARGET_CC=one TARGET_HEADERS=$T/headers
		fill() { echo true >"$1/commands"; glue_programs one ld-one nowhere >"$1/programs"; }
		make_entry() { glue_entry; cache_fill "$GLUE" fill; }'
	run -0 lib known
	[[ $output == unknown ]]
	lib make_entry
	run -0 lib known
	[[ $output == known ]]
	compiler ld-one 2
	run -0 lib known
	[[ $output == unknown ]]
	lib make_entry
	run -0 lib known
	[[ $output == known ]]
}

# ---- from the first link to the next, with a Kbuild that only pretends ------------------------------------------------------

# MORE is run after what it records. With NAMED, the hook has the module's name in it.
FAKE_KBUILD='glue_kbuild() {
		local n=$1 d=$2
		echo >>"$T/made"
		env -0 CC=true LD=ld OBJCOPY=objcopy "KLP_DIRECTORY=$T" >"$d/klp-environment"
		{
			step patch-hook.o "echo >>$T/hooks; cp $d/patch-hook.c $d/patch-hook.o" && step klp-hook.o "cp $d/patch-hook.o $d/klp-hook.o; printf %s ${NAMED:+$n} >>$d/klp-hook.o" &&
			step "$n.o" "cat $d/klp-hook.o $d/klp-diff.o > $d/$n.o" && step "$n.mod" "echo $n.o > $d/$n.mod" &&
			step modules.order "echo $d/$n.o > $d/modules.order" && step Module.symvers "! grep bad $d/$n.o" &&
			step "$n.mod.o" "echo ${n//-/_} > $d/$n.mod.o" && step "$n.ko" "cat $d/$n.o $d/$n.mod.o > $d/$n.ko" && eval "${MORE:-}"
		} >"$d/log" 2>&1
	}
	step() { echo "cmd_$d/$1 := $2" >"$d/.$1.cmd"; sh -e -c "$2"; }
	TARGET_RELEASE=6.12.3 TARGET_CC=true TARGET_HEADERS=$T/headers'

# pretended DIR NAME TEXT: its link; LINKED has what was said
pretended() {
	pretended_files "$1" "$3"
	run -0 lib link "$2" "$T/$1"
}
pretended_files() {
	mkdir -p "$T/$1"
	cp -r "$T/kmod/"* "$T/$1/"
	: >"$T/$1/klp-info.h"
	echo "$2" >"$T/$1/klp-diff.o"
}
# as_kbuild DIR NAME TEXT: the module is that of Kbuild
as_kbuild() { [[ $(<"$T/$1/$2.ko") == "$(cat "$T/kmod/patch-hook.c"; printf '%s\n' "$3" "${2//-/_}")" ]]; }

@test "a damaged recipe is not used, but made anew" {
	local kind entry
	SETUP+="; $FAKE_KBUILD"
	pretended one a-b 1
	[[ $output == "status 0" ]]
	as_kbuild one a-b 1
	made 2
	pretended two c 2
	[[ $output == "status 0" ]]
	as_kbuild two c 2
	made 2
	entry=$(echo "$T"/cache/glue/6.12.3_*/) entry=${entry%/}
	for kind in text removed added link; do
		: >"$T/made"
		case $kind in
		# (For sh it would do as well.)
		text) sed -i 's/echo @IDENTIFIER@/echo damaged    /' "$entry/commands" ;;
		removed) rm "$entry/programs" ;;
		added) echo foreign >"$entry/none" ;;
		link) cp "$entry/commands" "$T/commands"; ln -sf "$T/commands" "$entry/commands" ;;
		esac
		pretended "$kind" c 3
		[[ $output == "kpatch-build: note: glue/${entry##*/} in the cache is damaged ("*"); making it again"$'\n'"status 0" ]]
		as_kbuild "$kind" c 3
		made 2
		pretended "$kind.2" c 4
		[[ $output == "status 0" ]]
		as_kbuild "$kind.2" c 4
		made 2
	done
}

@test "of runs beside each other one records the recipe, and the others wait for it and link by it" {
	local i pids=() pid
	MORE="sleep 1.5"
	export MORE
	SETUP+="; $FAKE_KBUILD"
	for i in 1 2 3; do
		pretended_files "dir$i" "$i"
		SETUP="$SETUP; WORK=\$T/work.$i; mkdir \$WORK" lib link "name$i" "$T/dir$i" >"$T/log.$i" 2>&1 3>&- &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do wait "$pid"; done
	for i in 1 2 3; do as_kbuild "dir$i" "name$i" "$i"; done
	made 2
	[[ $(cat "$T"/log.* | grep -c '^status 0$') == 3 ]]
	[[ $(cat "$T"/log.* | grep -cE 'note: waiting for process [0-9]+, which records how modules are linked$') == 2 ]]
}

@test "where the commands fail Kbuild has the last word" {
	SETUP+="; $FAKE_KBUILD"
	pretended one a 1
	made 2
	# Kbuild fails as well: it is the module, not the recipe
	pretended two b bad
	[[ $output == "status 1" ]]
	made 3
	pretended three c 3
	made 3
	# Kbuild does not: it is the recipe
	sed -i 's/! grep bad/! grep -v bad/' "$T"/cache/glue/*/commands
	local entry
	entry=$(echo "$T"/cache/glue/6.12.3_*/) entry=${entry%/}
	"$T/bin/klp-manifest" seal "$entry" "$entry.manifest"
	pretended four d 4
	[[ $output == "status 0" ]]
	as_kbuild four d 4
	made 5
	pretended five e 5
	as_kbuild five e 5
	made 5
}

@test "commands that make another module than Kbuild, or that are not known, are not kept: Kbuild links each module" {
	local more
	SETUP+="; OPT_DEBUG=1; $FAKE_KBUILD"
	for more in 'echo more >>"$d/$n.ko"' 'step more.o true' 'if [[ $n == klp-recipe-name ]]; then false; fi'; do
		rm -rf "$T/cache/glue" "$T"/{one,two}
		: >"$T/made"
		export MORE=$more
		pretended one a 1
		[[ $output == *"kpatch-build: debug: Kbuild will link all modules of 6.12.3: "*$'\n'"status 0" ]]
		made 2
		[[ $(ls "$T"/cache/glue/*/) == none ]]
		pretended two b 2
		[[ $output == "status 0" && -f $T/two/b.ko ]]
		made 3
	done
}

@test "a module that modpost complains about leaves no recipe" {
	SETUP+="; $FAKE_KBUILD"
	export MORE='echo "WARNING: modpost: x"'
	pretended one a 1
	[[ $output == "status 0" && -z $(ls -d "$T"/cache/glue/*/) ]]
	made 1
}

# hook DIR NAME TIMES: it is linked, and since the last time the hook was compiled so often
hook() {
	: >"$T/hooks"
	pretended "$1" "$2" "$1"
	[[ ${lines[-1]} == "status 0" && $(wc -l <"$T/hooks") == "$3" ]]
	as_kbuild "$1" "$2" "$1"
}

@test "the hook is compiled once for all livepatches that say the same of themselves, whatever their names" {
	local kept
	SETUP+="; $FAKE_KBUILD"'; TARGET_HEADERS=$T/cache/tree/x'
	# Kbuild, with the placeholder's name, by the recipe; then one is kept.
	hook one a 3
	hook two b 1
	hook three c 0
	# Another source, and another recipe
	echo "/* changed */" >>"$T/kmod/parts.h"
	hook four d 1
	hook five e 0
	echo "# changed" >>"$T/kmod/Kbuild"
	hook six f 3
	hook seven g 1
	hook eight h 0
	# What it says of itself
	SETUP+='; info() { echo "#define KLP_REPLACE 0" >"$1/klp-info.h"; }; link() { info "$2"; glue_link "$@"; echo "status $GLUE_STATUS"; }'
	hook nine i 1
	hook ten j 0
	# A damaged one
	SETUP=${SETUP%"; info()"*}
	hook eleven k 0
	for kept in "$T"/cache/hook/6.12.3_*/klp-hook.o; do echo damaged >>"$kept"; done
	hook twelve l 1
	hook thirteen m 0
}

@test "a hook that is not the same under another name leaves no recipe; one with headers of others is compiled each time" {
	SETUP+="; $FAKE_KBUILD"
	hook one a 3
	hook two b 1
	hook three c 1
	[[ -z $(ls -d "$T"/cache/hook/*/) ]]
	rm -rf "$T/cache/glue" "$T"/{one,two}
	SETUP+='; OPT_DEBUG=1; NAMED=1'
	pretended one a 1
	[[ $output == *"the hook of a is not that of klp-recipe-name"* ]]
}

# ---- real kernels -----------------------------------------------------------------------------------------------------

use() {
	if [[ ! -s $KERNELS_DIR/$1.sh ]]; then skip "no kernel of series $1 can be built"; fi
	SETUP="source '$KERNELS_DIR/$1.sh'; $SETUP"
}

# inputs DIR REPLACE SYMBOL [ASSEMBLY]: a diff object that refers to SYMBOL, with all that is linked with it
inputs() {
	mkdir -p "$T/$1"
	cp -r "$T/kmod/"* "$T/$1/"
	printf '#define KLP_REPLACE %s\nMODULE_INFO(klp_object, "%s");\n' "$2" "$3" >"$T/$1/klp-info.h"
	printf '%s\n' '.section .klp.funcs, "aw"' ".quad $3" "${4:-}" | as -o "$T/$1/klp-diff.o" -
}

# same SERIES: of two modules, the first is linked by Kbuild and leaves the recipe, by which the second becomes what Kbuild makes of it
same() {
	inputs first 1 _printk
	run -0 lib link livepatch-first "$T/first"
	[[ $output == *"status 0" ]]
	made 2
	inputs deeper/second 0 kfree
	run -0 lib link second--of_it "$T/deeper/second"
	[[ $output == "status 0" ]]
	made 2
	inputs third 0 kfree
	run -0 lib glue_kbuild second--of_it "$T/third"
	made 3
	cmp "$T/deeper/second/second--of_it.ko" "$T/third/second--of_it.ko"
	[[ $(modinfo -F name "$T/third/second--of_it.ko") == second__of_it ]]
	ENTRY=$(echo "$T"/cache/glue/*/commands) ENTRY=${ENTRY%/*}
}

@test "6.1: by the recipe, the module is what Kbuild makes" {
	use 6.1
	same
	[[ ! -e $ENTRY/.module-common.o ]]
}

@test "6.12: by the recipe, the module is what Kbuild makes; modpost is asked each time" {
	use 6.12
	same
	[[ -e $ENTRY/.module-common.o ]]

	# What modpost complains about is in the log.
	inputs warned 1 _printk $'.section .init.text, "ax"\nstart: ret\n.type start, @function\n.section .text, "ax"\nuse: jmp start\n.type use, @function\n.size use, . - use'
	run -0 lib link warned "$T/warned"
	[[ $output == "status 0" ]]
	made 3
	grep '^WARNING: modpost: .*section mismatch' "$T/warned/log"
}

# ---- one compiler -----------------------------------------------------------------------------------------------------

@test "the glue is compiled by what compiled the patched objects, as these say themselves" {
	local object other=gcc-11
	command -v $other >/dev/null || other=gcc-13
	command -v gcc-12 $other >/dev/null || skip "there are no two compilers"
	mkdir -p "$T"/work/{6-diff,4-compile/patched,7-link}
	for object in 4-compile/patched/one 4-compile/patched/two 7-link/klp-hook; do echo 'int x;' | gcc-12 -c -x c -o "$T/work/$object.o" -; done
	SETUP+="; BIN_DIR=$TOP/build/bin"
	SETUP+='; TARGET_HEADERS=/headers MODULE_OBJECTS=("$T/work/6-diff/one.o" "$T/work/6-diff/two.o")'
	run -0 lib module_one_compiler "$T/work/7-link"
	[[ -z $output ]]
	for object in 7-link/klp-hook 4-compile/patched/two; do
		echo 'int x;' | $other -c -x c -o "$T/work/$object.o" -
		run -1 lib module_one_compiler "$T/work/7-link"
		[[ $output =~ error:\ the\ files\ of\ kmod/patch\ were\ compiled\ by\ \'GCC:[^\']*\ 1[123]\.[^\']*\',\ (one|two)\.o\ by\ \'GCC:[^\']*\ 1[123]\. && $output == *"the Makefile of /headers names another compiler"* ]]
		echo 'int x;' | gcc-12 -c -x c -o "$T/work/$object.o" -
	done
}

@test "of the headers what the commands read is held against what was unpacked, and before Kbuild runs all of them" {
	local entry=$T/cache/target/6.12.3_1
	mkdir -p "$entry/usr/src/headers/include" "$entry/usr/lib/kbuild/more" "$T/link"
	ln -s ../../lib/kbuild/more "$entry/usr/src/headers/more"
	for file in headers/include/a.h headers/include/b.h ../lib/kbuild/more/c.h; do echo "/* $file */" >"$entry/usr/src/$file"; done
	"$T/bin/klp-manifest" seal "$entry" "$entry.manifest"
	printf 'x.o: %s \\\n include/a.h /dev/null \\\n more/c.h\n\ninclude/b.h:\n' "$entry/usr/src/headers/include/a.h" >"$T/link/.x.o.d"
	export SETUP='TARGET_HEADERS=$T/cache/target/6.12.3_1/usr/src/headers
		mkdir -p "$WORK/7-link"
		cache_again() { echo "again: ${1##*/}: $2"; exit 9; }
		used() { glue_headers_used "$T/link"; sort -u "$WORK/7-link/headers-used"; }'
	run -0 lib used
	[[ $output == $'usr/lib/kbuild/more/c.h\nusr/src/headers/include/a.h' ]]
	run -0 lib glue_headers_whole
	# One that is not read
	echo 'int b;' >"$entry/usr/src/headers/include/b.h"
	run -0 lib used
	run -9 lib glue_headers_whole
	[[ $output == "again: 6.12.3_1: usr/src/headers/include/b.h has another size" ]]
	# One that is, below a link; then a link to another file in place of one
	echo 'int c;' >"$entry/usr/lib/kbuild/more/c.h"
	run -9 lib used
	[[ $output == "again: 6.12.3_1: usr/lib/kbuild/more/c.h has another size" ]]
	rm "$entry/usr/src/headers/include/a.h"
	cp "$T/link/.x.o.d" "$T/a.h"
	ln -s "$T/a.h" "$entry/usr/src/headers/include/a.h"
	run -9 lib used
	[[ $output == *"usr/src/headers/include/a.h is another kind of file" ]]
}
