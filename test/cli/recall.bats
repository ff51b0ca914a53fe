#!/usr/bin/env bats
# Kbuild is called as the top Makefile called it, without asking that again; and only where that is the same.
# Scripts for later:
# shellcheck disable=SC2016,SC2030,SC2031

load common

# A kernel whose top Makefile asks the compiler for its options, says so in T/asked, and then has scripts/Makefile.build make objects of them.
# shellcheck disable=SC2089,SC2090
setup() {
	common_setup
	# (Those of the make that runs the tests change what a call of make is.)
	unset MAKEFLAGS MFLAGS MAKELEVEL
	export T
	fake_source "$T/src"
	: >"$T/config"
	mkdir -p "$T/path"
	printf '#!/bin/sh\necho "$0" >>%s\ncase $* in -print-prog-name=*) echo "%s/path/${1#*=}" ;; *) cat %s/options ;; esac\n' "$T/compiler" "$T" "$T" >"$T/path/cc"
	for name in cc1 as ld; do printf '#!/bin/sh\n' >"$T/path/$name"; done
	chmod +x "$T"/path/*
	echo -O1 >"$T/options"
	: >"$T/asked"
	cat >"$T/src/Makefile" <<-EOF
		.PHONY: . again prepare
		ifndef sub_make_done
		export sub_make_done := 1
		\$(MAKECMDGOALS): again ; @:
		again: ; @\$(MAKE) --no-print-directory -C \$(O) -f \$(CURDIR)/Makefile \$(MAKECMDGOALS)
		else
		export CC LD := ld
		export OPTIONS := \$(shell echo asked >>$T/asked; \$(CC) -v)
		export HASH := \#it's \$\$x
		\$(MAKECMDGOALS): . ; @:
		.: prepare ; @\$(MAKE) -f $T/src/scripts/Makefile.build obj=. need-builtin=1 \$(addprefix ./,\$(MAKECMDGOALS))
		prepare: ; @echo "prepare is not for these" && exit 1
		endif
	EOF
	cat >"$T/src/scripts/Makefile.build" <<-EOF
		%.o: ; @if [ -e $T/broken/\$(@F) ]; then echo "error: \$(@F) is broken"; exit 1; fi; mkdir -p \$(@D); \\
			echo "object \$(OPTIONS) \$\$HASH" >\$@; echo 'cmd \$(CURDIR)/x \$@' >\$(@D)/.\$(@F).cmd
	EOF
	mkdir "$T/broken"
	SETUP='PATH=$T/path:$PATH TARGET_RELEASE=6.12.3 TARGET_SOURCE=$T/src TARGET_CONFIG=$T/config TARGET_CC=cc OPT_JOBS=2 OPT_DEBUG=1
		while read -r _ _ name; do unset -f "$name"; done < <(declare -Fx)
		tree_make() { mkdir -p "$TREE"/{include,kernel,scripts}; }
		tree_make_command() { KMAKE=(make -C "$T/src" O="$TREE" CC=cc ); }
		compile() {
			OBJECTS=("$@") WORK=$T/work.$BASHPID
			export WORK
			mkdir -p "$WORK/4-compile" "$WORK/2-tree"
			tree_prepare
			compile_plain
			cat "${@/#/$TREE/}"
		}'
	export SETUP
}

tree() { echo "$T"/cache/tree/6.12.3_????????????; }
# asked N: so often the top Makefile was read
asked() { [[ $(wc -l <"$T/asked") == "$1" ]]; }
why() { cat "$(tree)/kpatch/recall/none"; }

@test "the top Makefile is asked once for all objects of a tree" {
	run -0 lib compile kernel/one.o kernel/two.o
	[[ $output == *"object -O1 #it's \$x"$'\n'"object -O1 #it's \$x" ]]
	asked 1
	[[ $(echo "$(tree)"/kpatch/recall/*) == "$(tree)/kpatch/recall/call $(tree)/kpatch/recall/programs" ]]
	run -1 grep -E 'jobserver|work\.|MAKE=' "$(tree)/kpatch/recall/call"
	run -0 lib compile kernel/three.o net/four.o
	[[ $output == *"object -O1 #it's \$x"$'\n'"object -O1 #it's \$x" ]]
	asked 1
	# Of the run's directory nothing is left.
	grep -qx "cmd $(tree)/x net/four.o" "$(tree)/net/.four.o.cmd"
}

@test "other programs are asked anew" {
	local program n=1
	run -0 lib compile kernel/one.o
	for program in cc cc1 as ld; do
		echo "# $program" >>"$T/path/$program"
		echo "-O$((++n))" >"$T/options"
		run -0 lib compile "kernel/$program.o"
		[[ $output == *"object -O$n "* ]]
		asked $n
		run -0 lib compile "kernel/$program-again.o"
		[[ $output == *"object -O$n "* ]]
		asked $n
	done
}

@test "where the recorded call fails the top Makefile says why" {
	run -0 lib compile kernel/one.o
	: >"$T/broken/bad.o"
	run -1 lib compile kernel/bad.o
	[[ $output == *"bad.o is broken"*"error: the unpatched source does not compile"* ]]
	asked 2
	# What another Makefile makes of it is asked of that.
	sed -i "s,\$(MAKE) -f,touch $T/built \&\& &," "$T/src/Makefile"
	sed -i "s,^%.o: ; @,&rm $T/built || exit 1; ," "$T/src/scripts/Makefile.build"
	rm "$T/broken/bad.o"
	run -0 lib compile kernel/bad.o
	asked 3
}

@test "a call of another form, or that makes something else, is not repeated" {
	sed -i "s/obj=\\. /obj=kernel /" "$T/src/Makefile"
	run -0 lib compile kernel/one.o
	[[ $(why) == "the top Makefile does not call Kbuild for the whole tree" ]]
	run -0 lib compile kernel/two.o
	asked 2
	rm -rf "$T/cache"
	sed -i 's,obj=kernel,obj=.,; s,\./,./net/../,' "$T/src/Makefile"
	run -0 lib compile kernel/one.o
	[[ $(why) == "the top Makefile calls Kbuild for other goals: "*" ./net/../kernel/one.o" ]]
	rm -rf "$T/cache"
	sed -i 's,\./net/\.\./,./,; s/obj=\. /&odd="\$\$\$\$" /' "$T/src/Makefile"
	run -0 lib compile kernel/one.o
	[[ -e $(tree)/kpatch/recall/call ]]
	rm -rf "$T/cache"
	sed -i 's/odd=[^ ]*/"odd=\&"/' "$T/src/Makefile"
	run -0 lib compile kernel/one.o
	[[ $(why) == "the top Makefile calls Kbuild with strange characters" ]]
	rm -rf "$T/cache"
	# It tells Kbuild something by a file.
	sed -i "s/ \"odd=&\"//; s,\$(MAKE) -f,echo other >$T/told; &," "$T/src/Makefile"
	sed -i "s,echo \"object ,&\$\$(cat $T/told) ,; s,\$(@F).cmd\$,&; : >$T/told," "$T/src/scripts/Makefile.build"
	run -0 lib compile kernel/one.o
	[[ $output == *"object other -O1"* && $(why) == "the call makes another object than the top Makefile" ]]
	run -0 lib compile kernel/two.o
	[[ $output == *"object other -O1"* ]]
}

@test "an environment that can't be handed on is none" {
	sed -i 's/^export HASH.*/export HOME := elsewhere/' "$T/src/Makefile"
	run -0 lib compile kernel/one.o
	[[ $(why) == "the top Makefile changes HOME" ]]
	rm -rf "$T/cache"
	sed -i 's/^export HOME.*/export HASH := @DIRECTORY@/' "$T/src/Makefile"
	run -0 lib compile kernel/one.o
	[[ $(why) == "the top Makefile hands on strange characters (HASH)" ]]
	rm -rf "$T/cache"
	sed -i 's/^export HASH.*//; s/^export CC LD.*/unexport CC/' "$T/src/Makefile"
	run -0 lib compile kernel/one.o
	[[ $(why) == "the top Makefile does not tell what it is" ]]
}

@test "a damaged record makes the tree anew" {
	run -0 lib compile kernel/one.o
	echo "echo foreign" >>"$(tree)/kpatch/recall/call"
	run -0 lib compile kernel/two.o
	[[ $output == *"is damaged (kpatch/recall/call has another size); making it again"* ]]
	asked 2
}
