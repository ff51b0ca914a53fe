#!/usr/bin/env bats
# Nothing in the cache is believed because of its name: it is whole and ours, or made anew.
# Scripts for later:
# shellcheck disable=SC2016,SC2030,SC2031,SC2034

load common

setup() {
	common_setup
	export T SETUP=""
	MANIFEST=$T/bin/klp-manifest
	mkdir -p "$T/d/sub/deep"
	echo one >"$T/d/one"
	echo two >"$T/d/sub/two.c"
	echo three >"$T/d/sub/deep/three"
	ln -s one "$T/d/link"
}

seal() { "$MANIFEST" seal "$T/d" "$T/d.manifest"; }
check() { "$MANIFEST" check "$T/d" "$T/d.manifest" "$@"; }

# damage KIND DIR: what can happen to an entry
damage() {
	case $1 in
	truncated) : >"$2/one" ;;
	flipped)
		touch -r "$2/one" "$T/time"
		printf x | dd of="$2/one" bs=1 seek=1 conv=notrunc status=none
		touch -r "$T/time" "$2/one"
		;;
	missing) rm "$2/sub/deep/three" ;;
	foreign) echo "#define X 1" >"$2/sub/deep/foreign.h" ;;
	directory) mkdir "$2/sub/new" ;;
	link)
		cp "$2/one" "$T/elsewhere"
		ln -sf "$T/elsewhere" "$2/one"
		;;
	linked-directory)
		mv "$2/sub" "$T/sub"
		ln -s "$T/sub" "$2/sub"
		;;
	other-link) ln -sfn sub "$2/link" ;;
	fifo) rm "$2/one" && mkfifo "$2/one" ;;
	mode) chmod 755 "$2/one" ;;
	owner) chown 65534 "$2/one" ;;
	part-of-manifest) truncate -s -40 "$2.manifest" ;;
	no-manifest) rm "$2.manifest" ;;
	linked-manifest)
		mv "$2.manifest" "$T/manifest"
		ln -s "$T/manifest" "$2.manifest"
		;;
	manifest-of-another) sed -i '1s/.*/klp-manifest 1 another/' "$2.manifest" ;;
	linked-entry)
		mv "$2" "$2.real"
		ln -s "$2.real" "$2"
		;;
	file) rm -r "$2" && echo >"$2" ;;
	esac
}
KINDS="truncated flipped missing foreign directory link linked-directory other-link fifo mode part-of-manifest no-manifest
linked-manifest manifest-of-another linked-entry file"
if ((EUID == 0)); then KINDS+=" owner"; fi

@test "a manifest tells each kind of damage" {
	local kind
	mv "$T/d" "$T/good"
	for kind in $KINDS; do
		rm -rf "$T"/{d,d.real,sub,d.manifest}
		cp -a "$T/good" "$T/d"
		seal
		run -0 check
		[[ -z $output ]]
		damage "$kind" "$T/d"
		echo "$kind"
		run -2 check
		[[ -n $output ]]
	done
}

@test "a copy, and a file that was only touched, are whole, and known as such from then on" {
	seal
	cp -a "$T/d" "$T/e"
	cp "$T/d.manifest" "$T/e.manifest"
	run -2 "$MANIFEST" check "$T/e" "$T/e.manifest"
	run -0 "$MANIFEST" check "$T/e" "$T/e.manifest" --name d
	run -0 cmp "$T/d.manifest" "$T/d.manifest"
	touch "$T/d/one"
	cp "$T/d.manifest" "$T/before"
	run -0 check
	run -1 cmp "$T/d.manifest" "$T/before"
	cp "$T/d.manifest" "$T/before"
	run -0 check
	run -0 cmp "$T/d.manifest" "$T/before"
}

@test "lightly, sources are looked at only when they are asked for" {
	seal
	echo owt >"$T/d/sub/two.c"
	run -0 check --light
	run -0 check --only - <<<one
	run -2 check --only - <<<sub/two.c
	[[ $output == "sub/two.c has other content" ]]
	echo "new" >"$T/d/sub/new.h"
	run -2 check --light
	[[ $output == "sub/new.h does not belong there" ]]
	run -2 check --only - <<<sub/new.h
}

@test "the content of a directory has a name, which a copy has too" {
	local name change
	content() { "$MANIFEST" content "$T/d" "$T/d.manifest" --below sub; }
	seal
	run -0 content
	name=$output
	[[ $name =~ ^[0-9a-f]{32}$ ]]
	echo other >"$T/d/one"
	mkdir "$T/d/sub2" && echo >"$T/d/sub2/two.c"
	seal
	run -0 content
	[[ $output == "$name" ]]
	cp -r "$T/d" "$T/copy" && rm -r "$T/d" && mv "$T/copy" "$T/d"
	seal
	run -0 content
	[[ $output == "$name" ]]
	for change in "echo twx >$T/d/sub/two.c" "chmod +x $T/d/sub/two.c" "mv $T/d/sub/two.c $T/d/sub/twp.c" "rm $T/d/sub/twp.c" "ln -s x $T/d/sub/l" "ln -sfn y $T/d/sub/l"; do
		eval "$change"
		seal
		run -0 content
		[[ $output != "$name" ]]
		name=$output
	done
	truncate -s -40 "$T/d.manifest"
	run -1 content
	[[ $output == *"is no whole manifest"* ]]
}

@test "each name is found, whatever characters come before and after the slash" {
	local name names=(a/b a-b/c a.c/d a/b.c a+ ab .config .x/y -o/p a/-/q $'a/\x7f/r' $'a\xc3\xa4/s' Z/z)
	for name in "${names[@]}"; do
		mkdir -p "$T/d/$(dirname -- "./$name")"
		[[ -d $T/d/$name ]] || echo "$name" >"$T/d/$name"
	done
	seal
	(cd "$T/d" && find . -mindepth 1 -printf '%P\n') >"$T/list"
	run -0 check --only "$T/list"
	[[ -z $output && $(wc -l <"$T/list") -gt 20 ]]
	printf '%s\n' a/ a/b/ a/c b . ./a Z a- >"$T/list"
	run -2 check --only "$T/list"
	[[ $output == "a/ does not belong there"$'\n'"a/b/ does not belong there"$'\n'"a/c does not belong there" ]]
	# Nothing is foreign where a directory was changed.
	for name in "$T/d" "$T"/d/*/; do touch "$name/new" && rm "$name/new"; done
	run -0 check --prune
	(cd "$T/d" && find . -mindepth 1 -printf '%P\n') | wc -l | diff - <(sed 1d "$T/d.manifest" | sed '$d;1d' | wc -l)
}

@test "what does not belong there is removed when that is asked for, and nothing else" {
	seal
	mkdir -p "$T/d/x/y" "$T/outside"
	: >"$T/outside/file"
	: >"$T/d/x/y/z"
	ln -s "$T/outside" "$T/d/x/y/out"
	: >"$T/d/sub/more.o"
	run -0 check --prune
	[[ ! -e $T/d/x && ! -e $T/d/sub/more.o && -e $T/outside/file && -L $T/d/link ]]
	run -0 check
	: >"$T/d/one"
	run -2 check --prune
}

@test "what is there for good is sealed with it; what can't be recorded is an error" {
	seal
	: >"$T/d/more"
	run -2 check
	seal
	run -0 check
	mkfifo "$T/d/fifo"
	run -1 seal
	[[ $output == *"fifo: error: can't be recorded"* ]]
}

FILL='fill() { mkdir -p "$1/sub/deep"; ln -s one "$1/link"; for f in one sub/two.c sub/deep/three; do echo whole >"$1/$f"; done; echo "filled"; }'

@test "an entry that is damaged in any way is made anew, once" {
	local kind
	SETUP=$FILL
	run -0 lib cache_fill "$T/cache/x/d" fill
	[[ $output == filled ]]
	for kind in $KINDS; do
		echo "$kind"
		rm -rf "$T/sub"
		damage "$kind" "$T/cache/x/d"
		run -0 lib cache_fill "$T/cache/x/d" fill
		[[ $output == *filled ]]
		if [[ $kind != no-manifest ]]; then [[ $output == *"note: x/d in the cache is damaged ("*"); making it again"* ]]; fi
		[[ -d $T/cache/x/d && ! -L $T/cache/x/d && $(<"$T/cache/x/d/one") == whole && $(<"$T/cache/x/d/sub/deep/three") == whole ]]
		[[ ! -e $T/cache/x/d.new && ! -e $T/cache/x/d.old ]]
		run -0 lib cache_fill "$T/cache/x/d" fill
		[[ -z $output ]]
	done
}

@test "an entry of another is not taken for it" {
	SETUP=$FILL
	lib cache_fill "$T/cache/x/a" fill
	cp -a "$T/cache/x/a" "$T/cache/x/b"
	cp -a "$T/cache/x/a.manifest" "$T/cache/x/b.manifest"
	run -0 lib cache_fill "$T/cache/x/b" fill
	[[ $output == *filled ]]
}

@test "a run that is killed at any moment of filling leaves no entry" {
	local at
	SETUP=$FILL'
		klp() { :; }; kill_at() { eval "$1() { kill -KILL \$BASHPID; }"; shift; "$@"; }'
	for at in fill cache_seal mv; do
		rm -rf "$T/cache/x"
		run -137 lib kill_at "$at" cache_fill "$T/cache/x/d" fill
		[[ ! -e $T/cache/x/d ]]
		run -0 lib cache_fill "$T/cache/x/d" fill
		[[ $output == *filled && ! -e $T/cache/x/d.new ]]
	done
	# between the two renames, when there was a damaged one
	: >"$T/cache/x/d/one"
	SETUP+='; mv() { if [[ $3 == *.new ]]; then kill -KILL $BASHPID; fi; command mv "$@"; }'
	run -137 lib cache_fill "$T/cache/x/d" fill
	SETUP=$FILL
	run -0 lib cache_fill "$T/cache/x/d" fill
	[[ $output == *filled && $(<"$T/cache/x/d/one") == whole && ! -e $T/cache/x/d.old ]]
}

@test "a cache that others can write to is not used" {
	mkdir -p "$T/cache/tree"
	run -0 lib cache_is_own
	chmod o+w "$T/cache/tree"
	run -1 lib cache_is_own
	[[ $output == *"$T/cache/tree can be written by everybody"*"KPATCH_CACHE"* ]]
	chmod o-w "$T/cache/tree"
	# Nor one in which make would give sources other names.
	mkdir "$T/elsewhere"
	ln -s "$T/elsewhere" "$T/cache/source"
	run -1 lib cache_is_own
	[[ $output == *"$T/cache/source is a symbolic link"*"KPATCH_CACHE"* ]]
	mv -T "$T/cache/source" "$T/cache/packages"
	run -0 lib cache_is_own
	if ((EUID == 0)); then
		chown 65534 "$T/cache/tree"
		run -1 lib cache_is_own
		[[ $output == *"$T/cache/tree belongs to "*"KPATCH_CACHE"* ]]
	fi
}

# ---- the build tree ----

# A tree whose make makes objects of nothing.
tree_setup() {
	fake_source "$T/src"
	cat >"$T/bin/fake-make" <<-'EOF'
		#!/bin/sh
		for o; do
			case $o in
			O=*) cd "${o#O=}" || exit ;;
			MAKE=*) ;;
			*)
				if [ -e "$T/slow/$o" ]; then touch "$T/stands"; while [ -e "$T/slow/$o" ]; do sleep 0.1; done; fi
				mkdir -p "${o%/*}"
				echo object >"$o"
				echo "cmd $PWD/x" >"${o%/*}/.${o##*/}.cmd"
				echo "made $o" >>"$T/made"
				;;
			esac
		done
	EOF
	chmod +x "$T/bin/fake-make"
	: >"$T/config"
	SETUP='TARGET_RELEASE=6.12.3 TARGET_SOURCE=$T/src TARGET_CONFIG=$T/config TARGET_CC=gcc OBJECTS=(kernel/foo.o)
		GOAL[kernel/foo.o]=kernel/foo.o
		tree_make() { mkdir -p "$TREE/include"; echo generated >"$TREE/include/x.h"; echo prepared; }
		tree_make_command() { export TREE; KMAKE=("$BIN_DIR/fake-make" O="$TREE"); }
		long_run() { shift 2; local a=(); for x; do [[ $x == -j || $x =~ ^[0-9]+$ ]] || a+=("$x"); done; "${a[@]}"; }
		OPT_JOBS=1
		compile() { mkdir -p "$WORK/4-compile"; tree_prepare; compile_plain; }
		killed() { mkdir -p "$WORK/4-compile"; tree_prepare; "$BIN_DIR/fake-make" O="$TREE" kernel/foo.o; kill -KILL $BASHPID; }'
}

@test "an object that an earlier run made is used again, but not what a killed one left" {
	tree_setup
	run -0 lib compile
	[[ $output == prepared && $(grep -c . "$T/made") == 1 ]]
	run -0 lib compile
	[[ -z $output && $(grep -c . "$T/made") == 1 ]]
	rm -rf "$T/cache"
	run -137 lib killed
	run -0 lib compile
	[[ -z $output && $(grep -c . "$T/made") == 3 ]]
}

@test "a truncated object or .cmd file, a foreign header: the tree is made anew, or is without it" {
	tree_setup
	local tree file
	lib compile
	tree=$(echo "$T"/cache/tree/*/) tree=${tree%/}
	for file in kernel/foo.o kernel/.foo.o.cmd include/x.h; do
		: >"$tree/$file"
		run -0 lib compile
		[[ $output == *"note: tree/${tree##*/} in the cache is damaged ($file has another size); making it again"*prepared ]]
		[[ $(<"$tree/kernel/foo.o") == object && $(<"$tree/include/x.h") == generated ]]
	done
	: >"$T/made"
	echo foreign >"$tree/include/y.h"
	run -0 lib compile
	[[ -z $output && ! -e $tree/include/y.h && ! -s $T/made ]]
}

@test "a damaged tree is not taken away from a run that uses it" {
	tree_setup
	lib compile
	local tree status=0
	tree=$(echo "$T"/cache/tree/*/) tree=${tree%/}
	SETUP+='; use() { compile; : >"$T/uses"; while [[ ! -e $T/stop ]]; do sleep 0.1; done; [[ -e $TREE/kernel/foo.o ]]; }'
	lib use 3>&- &
	until [[ -e $T/uses ]]; do sleep 0.1; done
	: >"$tree/include/x.h"
	lib compile >"$T/log" 2>&1 3>&- &
	sleep 1
	[[ -e $tree/kernel/foo.o ]]
	: >"$T/stop"
	wait %1 || status=$?
	[[ $status == 0 ]]
	wait %2 || status=$?
	[[ $status == 0 && $(<"$tree/include/x.h") == generated ]]
}

@test "links are looked at where their directory has changed, and each that then leads elsewhere is told" {
	mkdir -p "$T/d/a/b c" "$T/d/e"
	for link in first a/one "a/b c/one" "a/b c/two" e/one; do ln -s ../nowhere "$T/d/$link"; done
	seal
	run -0 check
	for link in first "a/b c/two" e/one; do
		ln -sfn ../elsewhere "$T/d/$link"
		run -2 check
		[[ $output == "$link has other content" || $output == "$link has another size" ]]
		# Put back it is another link to the same, and all of its directory is known again.
		ln -sfn ../nowhere "$T/d/$link"
		run -0 check
		[[ -z $output ]]
	done
}

# ---- objects of the unpatched source ----

# compiled_setup: as tree_setup, and scripts that count how often they run
compiled_setup() {
	tree_setup
	echo text >"$T/text"
	fake_tool klp-place "echo place >>$T/placed; while [ \$1 != -o ]; do shift; done; cat \$3 | sed s/^/at-/ >\$2"
	echo image >"$T/image"
	SETUP+='
		long_run() { shift 2; "$@"; }
		TARGET_VMLINUX=$T/image TARGET_KALLSYMS=$T/image PARENT[kernel/foo.o]=vmlinux MODULE[kernel/foo.o]=vmlinux
		script() {
			mkdir -p "$WORK/4-compile/$1/kernel"
			echo "echo $1 >>$T/compiled; echo warned >$WORK/4-compile/$1/kernel/foo.o.log; echo k.h >$WORK/4-compile/$1/kernel/foo.o.part.d; echo $(<$T/text) >$WORK/4-compile/$1/kernel/foo.o" \
				>"$WORK/4-compile/$1/kernel/foo.o.sh"
		}
		objects() {
			rm -rf "$WORK"/{4-compile,5-base,6-diff}
			tree_prepare >/dev/null
			script plain; script orig; script patched
			base_script kernel/foo.o
			mkdir -p "$WORK/6-diff/kernel"
			echo "echo diff \$(cat $WORK/4-compile/orig/kernel/foo.o $WORK/4-compile/patched/kernel/foo.o $WORK/5-base/kernel/foo.place) >>$T/diffs; echo 0 >$WORK/6-diff/kernel/foo.status" >"$WORK/6-diff/kernel/foo.sh"
			compile_originals "${OBJECTS[@]}"
			compile_pool "${OBJECTS[@]}"
			(cd "$WORK/4-compile" && cat {orig,plain}/kernel/foo.o{,.log,.part.d} | xargs)
		}
		cut_short() { cache_seal() { kill -KILL $BASHPID; }; objects; }'
}
# compiled TIMES TEXT: what came out, and how often it was compiled
compiled() {
	[[ $(grep -cE "^(orig|plain)" "$T/compiled") == "$1" && ${lines[-1]} == "$2 warned k.h $2 warned k.h" ]]
}

# placed TIMES: how often a placement was made
placed() { [[ $(grep -c . "$T/placed") == "$1" ]]; }

@test "an object of the unpatched source that an earlier run compiled by the same script is used again" {
	compiled_setup
	run -0 lib objects
	compiled 2 text
	placed 1
	# What is of the patch is made each time: its object, and the diff, when all that it needs is there.
	run -0 lib objects
	compiled 2 text
	placed 1
	[[ $(grep -c patched "$T/compiled") == 2 ]]
	printf 'diff text text at-text\n%.0s' 1 2 | diff - "$T/diffs"
	# Another command
	echo other >"$T/text"
	run -0 lib objects
	compiled 4 other
	run -0 lib objects
	compiled 4 other
	placed 2
	# The same object in another image, or placed by another program
	echo other >"$T/image"
	run -0 lib objects
	compiled 4 other
	placed 3
	echo "# newer" >>"$T/bin/klp-place"
	run -0 lib objects
	compiled 4 other
	placed 4
	SETUP="$SETUP; OPT_BASE_CHECK=0" run -0 lib objects
	placed 5
	SETUP="$SETUP; PARENT[kernel/foo.o]=kernel/foo; module_unpacked() { REPLY=$T/image; }" run -0 lib objects
	placed 6
	run -0 lib objects
	compiled 4 other
	placed 7
	# One of a run that was killed before its manifest was written; and one that is damaged
	echo third >"$T/text"
	run -137 lib cut_short
	run -0 lib objects
	compiled 8 third
	echo >>"$(echo "$T"/cache/tree/*/kpatch/compiled/orig/kernel/foo.o)"
	run -0 lib objects
	[[ $output == *"the cache is damaged (kpatch/compiled/orig/kernel/foo.o has another size); making it again"* ]]
	compiled 10 third
}

@test "a run of many objects keeps none, and one of a module from outside neither keeps nor takes" {
	compiled_setup
	SETUP+='; outside() { CODE=oot; objects; }
		many() { tree_prepare >/dev/null; mkdir -p "$WORK/4-compile"; compile_pool() { echo "$# at once"; }; compiled_take() { :; }; compile_originals $(seq 51); }'
	run -0 lib many
	[[ $output == "51 at once" ]]
	[[ -z $(find "$T"/cache/tree/ -name "*.sh") ]]
	run -0 lib outside
	compiled 2 text
	run -0 lib objects
	compiled 4 text
	run -0 lib outside
	compiled 6 text
}

# ---- packages ----

package() {
	mkdir -p "$T/pkg/DEBIAN" "$T/pkg/usr"
	printf 'Package: %s\nVersion: %s\nArchitecture: all\nMaintainer: me\nDescription: x\n' "$1" "$2" >"$T/pkg/DEBIAN/control"
	head -c 100000 /dev/urandom >"$T/pkg/usr/file"
	dpkg-deb --root-owner-group -b "$T/pkg" "$3" >/dev/null
}

@test "a package file is what it is called, and whole" {
	local file=$T/cache/packages/linux-source-6.12_6.12.3-1_all.deb
	mkdir -p "$T/cache/packages"
	SETUP='mkdir -p "$WORK/1-target"
		debian_field() { if [[ $1 == SHA256 && -e $T/sum ]]; then REPLY=$(<"$T/sum"); else REPLY=""; fi; }
		archive_versions() { REPLY=6.12.3-1; }
		long_run() { cp "$T/good.deb" "$FETCH_DIR/linux-source-6.12_6.12.3-1_all.deb"; echo fetched; }
		fetch() { debian_fetch linux-source-6.12 6.12.3-1; }'
	package linux-source-6.12 6.12.3-1 "$T/good.deb"
	package linux-source-6.12 6.12.4-1 "$T/other.deb"

	# The lists do not know it: it says what it is, and can be unpacked.
	cp "$T/good.deb" "$file"
	run -0 lib fetch
	[[ -z $output ]]
	truncate -s -1000 "$file"
	run -0 lib fetch
	[[ $output == *"packages/${file##*/} in the cache is damaged, or is another package; fetching it again"*fetched ]]
	[[ $(echo "$T"/cache/packages/*) == "$file" ]]
	cp "$T/other.deb" "$file"
	run -0 lib fetch
	[[ $output == *fetched ]]
	ln -sf "$T/good.deb" "$file"
	run -0 lib fetch
	[[ $output == *fetched && ! -L $file ]]

	# They know it: it is just that.
	sha256sum "$T/good.deb" | cut -d ' ' -f 1 >"$T/sum"
	run -0 lib fetch
	[[ -z $output ]]
	package linux-source-6.12 6.12.3-1 "$file"
	run -0 lib fetch
	[[ $output == *fetched ]]
	cmp "$T/good.deb" "$file"
}

# ---- the source ----

@test "what the compiler read of the source is held against what was unpacked" {
	SETUP='TARGET_SOURCE=$T/cache/source/s PATCHED=$T/cache/view/s.1 PATCHED_FILES=(kernel/foo.c include/linux/new.h)
		fill() { mkdir -p "$1/include/linux" "$1/kernel"; echo 1 >"$1/include/linux/a.h"; echo 2 >"$1/include/linux/b.h"; echo 3 >"$1/kernel/foo.c"; }
		CACHE_LIGHT=--light cache_fill "$TARGET_SOURCE" fill
		mkdir -p "$T/deps/kernel"
		printf "foo.o: %s \\\\\n %s \\\\\n %s\n\n%s:\n" "$PATCHED/kernel/foo.c" "$PATCHED/include/linux/new.h" \
			"$TARGET_SOURCE/kernel/../include/linux/a.h" "$TARGET_SOURCE/include/linux/a.h" >"$T/deps/kernel/foo.o.d"
		used() { source_check_used "$T/deps"; echo good; }
		run_again() { echo again; exit 99; }'
	run -0 lib used
	[[ $output == good ]]
	# not read
	echo 5 >"$T/cache/source/s/include/linux/b.h"
	run -0 lib used
	# read
	echo 4 >"$T/cache/source/s/include/linux/a.h"
	run -99 lib used
	[[ $output == *"source/s in the cache is damaged (include/linux/a.h has other content); making it again"*again ]]
	run -0 lib used
	[[ $output == good && $(<"$T/cache/source/s/include/linux/a.h") == 1 ]]
	# or was put there
	mkdir -p "$T/deps"
	echo "x.o: $T/cache/source/s/kernel/foreign.h" >"$T/deps/x.d"
	SETUP+=' ; : >"$TARGET_SOURCE/kernel/foreign.h"'
	run -99 lib used
	# A second time it is no accident.
	SETUP+=' ; KPATCH_AGAIN=1'
	run -1 lib used
	[[ $output == *"is damaged again"* ]]
}

@test "a run that begins again has its arguments, and what scripts set in the environment, and holds no lock of the first" {
	printf '#!/bin/sh\nflock -n "$T/x.lock" echo free\nprintf "<%%s>" "$KPATCH_AGAIN" "$CACHEDIR" "$CROSS_COMPILE" "$TARGET_ARCH" "$KBUILD_EXTRA_SYMBOLS" "$@"\n' >"$T/self"
	chmod +x "$T/self"
	SETUP='SELF=$T/self RUN_ARGS=(-a "b c"); lost() { exec {one}>"$T/x.lock"; flock "$one"; mkdir "$T/cache/e"; cache_again "$T/cache/e" gone; }'
	CACHEDIR=/c CROSS_COMPILE=x- TARGET_ARCH=x86 KBUILD_EXTRA_SYMBOLS="/one /two" run -0 lib lost
	[[ $output == *"free"$'\n'"<1></c><x-><x86></one /two><-a><b c>" ]]
}
