#!/usr/bin/env bats
# Runs beside each other: none waits for another, unless it needs what that one makes; then it says so.
# Scripts for later:
# shellcheck disable=SC2016,SC2089,SC2090,SC1010

load common

# A tree whose make makes objects of nothing, but stands before those that are in T/slow. (The driver does not hand on T.)
setup() {
	common_setup
	export T TOP
	fake_source "$T/src"
	mkdir "$T/slow"
	: >"$T/config"
	fake_tool fake-make "
		for o; do
			case \$o in
			O=*) cd \"\${o#O=}\" || exit ;;
			MAKE=* | -j | [0-9]) ;;
			*)
				echo \$\$ >'$T/maker'
				echo \"\$o\" >>'$T/made'
				while [ -e \"$T/slow/\${o##*/}\" ]; do sleep 0.05; done
				if [ -e \"$T/broken\" ]; then exit 1; fi
				mkdir -p \"\${o%/*}\"
				echo object >\"\$o\"
				echo \"cmd \$PWD/x\" >\"\${o%/*}/.\${o##*/}.cmd\"
				;;
			esac
		done"
	SETUP='TARGET_RELEASE=6.12.3 TARGET_SOURCE=$T/src TARGET_CONFIG=$T/config TARGET_CC=gcc OPT_JOBS=1
		tree_make() { mkdir -p "$TREE/include"; echo generated >"$TREE/include/x.h"; }
		tree_make_command() { KMAKE=("$BIN_DIR/fake-make" O="$TREE"); }
		compile() {
			OBJECTS=("$@") WORK=$T/work.$BASHPID
			mkdir -p "$WORK/4-compile" "$WORK/2-tree"
			tree_prepare
			compile_plain
			echo done
		}'
	export SETUP
	PIDS=()
}
teardown() {
	rm -rf "$T/slow"
	umount -l "$T/cache" 2>/dev/null || true
	if ((${#PIDS[@]})); then kill -KILL "${PIDS[@]}" 2>/dev/null || true; fi
}

# start NAME OBJECT...: a run in the background that makes these, until it has begun with the first one
start() {
	SETUP="echo \$\$ >'$T/pid.$1'; $SETUP" lib compile "${@:2}" >"$T/log.$1" 2>&1 3>&- &
	PIDS+=($!)
	began "$2"
}
began() { until grep -qx "$1" "$T/made"; do sleep 0.05; done 2>/dev/null; }
objects() { (cd "$T"/cache/tree/*/ && echo kernel/*.o); }
# soon COMMAND...: it must come to its end
soon() { timeout 20 bash -c '"$@"' - "$@"; }

@test "a run that is stopped while it compiles keeps nobody from compiling something else" {
	: >"$T/slow/one.o"
	start 1 kernel/one.o
	kill -STOP "$(<"$T/pid.1")"
	run -0 soon lib compile kernel/two.o kernel/three.o
	[[ $output == done && $(objects) == "kernel/three.o kernel/two.o" ]]
	# What is compiled in a directory of its own is named as in the tree.
	[[ $(<"$(echo "$T"/cache/tree/*/kernel/.two.o.cmd)") == "cmd $(echo "$T"/cache/tree/*/)x" ]]
	kill -CONT "$(<"$T/pid.1")"
	rm "$T/slow/one.o"
	wait "${PIDS[0]}"
	[[ $(objects) == "kernel/one.o kernel/three.o kernel/two.o" && $(<"$T/log.1") == done ]]
}

@test "an object that is built by way of another directory is found by the path that is recorded, also in a new tree" {
	# As those of drivers/gpu/drm/amd/amdgpu/../display are.
	SETUP+='; declare -A GOAL=([kernel/display/four.o]=kernel/gpu/../display/four.o)
		compiled() { compile "$@" && sh -c "cd $TREE && cat ${GOAL[$1]}"; }'
	run -0 lib compiled kernel/display/four.o
	[[ $output == done$'\n'object ]]
	# The next run takes it as it is.
	run -0 lib compiled kernel/display/four.o
	[[ $output == done$'\n'object && $(<"$T/made") == kernel/gpu/../display/four.o ]]
}

@test "what another run makes is waited for, after all else is made, and one line says for whom" {
	: >"$T/slow/one.o"
	start 1 kernel/one.o
	start 2 kernel/two.o kernel/one.o
	until grep -q waiting "$T/log.2"; do sleep 0.05; done
	[[ $(objects) == kernel/two.o ]]
	rm "$T/slow/one.o"
	wait "${PIDS[@]}"
	[[ $(<"$T/log.2") == "kpatch-build: note: waiting for process $(<"$T/pid.1"), which makes kernel/one.o"$'\n'done ]]
	[[ $(<"$T/log.1") == done && $(sort "$T/made" | xargs) == "kernel/one.o kernel/two.o" && $(objects) == "kernel/one.o kernel/two.o" ]]
}

@test "what a run did not come to make, because it failed or was killed, the one that waits for it makes" {
	: >"$T/slow/one.o"
	start 1 kernel/one.o
	start 2 kernel/two.o kernel/one.o
	until grep -q waiting "$T/log.2"; do sleep 0.05; done
	: >"$T/broken"
	rm "$T/slow/one.o"
	until [[ $(grep -c one "$T/made") == 2 ]]; do sleep 0.05; done
	run -1 wait "${PIDS[0]}"
	[[ $(<"$T/log.1") == *"the unpatched source does not compile"* ]]
	rm -f "$T/broken"
	# (It may have failed as well, before that.)
	wait "${PIDS[1]}" || true
	: >"$T/made"
	: >"$T/slow/four.o"
	start 3 kernel/four.o
	maker=$(<"$T/maker")
	start 4 kernel/five.o kernel/four.o
	until grep -q waiting "$T/log.4"; do sleep 0.05; done
	# (What it has started may go on for a while.)
	kill -KILL "$(<"$T/pid.3")" "$maker"
	rm "$T/slow/four.o"
	wait "${PIDS[3]}"
	[[ $(grep -c four "$T/made") == 2 && $(<"$T/log.4") == *done && $(objects) == *"kernel/five.o kernel/four.o"* ]]
}

@test "what make had made when it was killed is not taken, for it may not be complete" {
	# Between the compiler and objtool
	: >"$T/slow/two.o"
	lib compile kernel/one.o >/dev/null
	rm -r "$T"/work.*
	start 1 kernel/two.o
	make=$(echo "$T"/work.*/4-compile/make/kernel)
	echo half >"$make/two.o"
	echo "cmd" >"$make/.two.o.cmd"
	kill -KILL "$(<"$T/maker")"
	status=0
	wait "${PIDS[0]}" || status=$?
	[[ $status == 1 && $(<"$T/log.1") == *"make was killed (signal 9)"* && $(objects) == kernel/one.o ]]
	rm "$T/slow/two.o"
	run -0 soon lib compile kernel/two.o
	[[ $(<"$(echo "$T"/cache/tree/*/kernel/two.o)") == object ]]
}

@test "a tree is not removed while a run looks at it; one that was is not locked by its name of before" {
	local tree
	run -0 soon lib compile kernel/one.o
	tree=$(echo "$T"/cache/tree/*/)
	tree=${tree%/}
	# As a run that has not come to use it
	flock -F "$tree.lock" sleep 30 3>&- &
	PIDS+=($!)
	until ! flock -n "$tree.lock" true; do sleep 0.05; done
	lib cache_drop "$tree" true
	[[ -d $tree && -e $tree.manifest && -e $tree.use ]]
	TREE_IS=$tree lib eval 'TREE=$TREE_IS; tree_lock; [[ $TREE.lock -ef /proc/self/fd/$TREE_LOCK ]]; echo locked' >"$T/log.lock" 2>&1 3>&- &
	PIDS+=($!)
	until grep -q waiting "$T/log.lock"; do sleep 0.05; done
	rm "$tree.lock"
	: >"$tree.lock"
	kill "${PIDS[0]}"
	wait "${PIDS[1]}"
	[[ $(<"$T/log.lock") == *locked ]]
	lib cache_drop "$tree" true
	[[ ! -e $tree && ! -e $tree.lock && ! -e $tree.use ]]
}

@test "a disk that gets full while objects are made: it is said, and the next run makes them" {
	mkdir -p "$T/cache"
	if ! mount -t tmpfs -o size=40M none "$T/cache" 2>/dev/null; then skip "no file system can be mounted here"; fi
	run -0 soon lib compile kernel/one.o
	# What is moved into the tree fits, its record does not.
	local full='compile_full() { WORK=$CACHE/work; mkdir -p "$WORK"/{2-tree,4-compile}; OBJECTS=("$@"); tree_prepare
		plain_make() { mkdir -p "$WORK/new/kernel"; head -c 1M /dev/zero >"$WORK/new/kernel/two.o"; head -c 100M /dev/zero >"$CACHE/filler" 2>/dev/null || true
			tree_add "$WORK/new"; }
		compile_plain; }'
	SETUP="$SETUP; $full" run -1 soon lib compile_full kernel/two.o
	[[ $output == *"no space left in $T/cache"* && $(grep -c error: <<<"$output") == 1 ]]
	rm "$T/cache/filler"
	run -0 soon lib compile kernel/two.o
	[[ $output == done && $(objects) == "kernel/one.o kernel/two.o" && $(<"$(echo "$T"/cache/tree/*/kernel/two.o)") == object ]]
}

@test "claims that a killed run left, or that lead nowhere, are nobody's" {
	run -0 soon lib compile kernel/one.o
	local claims
	claims=$(echo "$T"/cache/claims/*/plain)
	mkdir -p "$claims/kernel"
	ln -s "$T/gone" "$claims/kernel/two.o"
	: >"$T/free"
	ln -s "$T/free" "$claims/kernel/three.o"
	: >"$claims/kernel/four.o"
	run -0 soon lib compile kernel/two.o kernel/three.o kernel/four.o
	[[ $output == done && $(objects) == "kernel/four.o kernel/one.o kernel/three.o kernel/two.o" && -z $(find "$claims" ! -type d) ]]
}

@test "a run that needs what is being made in the cache says for whom it waits, once" {
	local pid
	SETUP='fill() { echo "$$" >"$T/filling"; while [[ -e $T/slow ]]; do sleep 0.05; done; echo made >"$1/file"; }'
	lib cache_fill "$T/cache/source/x" fill 3>&- &
	PIDS+=($!)
	until [[ -s $T/filling ]]; do sleep 0.05; done
	pid=$(<"$T/filling")
	lib cache_fill "$T/cache/source/x" fill >"$T/log.2" 2>&1 3>&- &
	PIDS+=($!)
	# Something else is made meanwhile.
	SETUP='other() { echo made >"$1/file"; }' run -0 soon lib cache_fill "$T/cache/source/y" other
	[[ -z $output ]]
	until [[ -s $T/log.2 ]]; do sleep 0.05; done
	rmdir "$T/slow"
	wait "${PIDS[@]}"
	[[ $(<"$T/log.2") == "kpatch-build: note: waiting for process $pid, which unpacks the source" && $(<"$T/cache/source/x/file") == made ]]
	[[ $(<"$T/filling") == "$pid" ]]
}
