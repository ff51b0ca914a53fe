#!/usr/bin/env bats
# kpatch-farm: lists, plan, run and their faults, with a program that only pretends to be kpatch-build.

load common

setup() {
	T=$BATS_TEST_TMPDIR
	FARM=$TOP/kpatch-farm/kpatch-farm
	mkdir "$T/bin" "$T/p"
	cd "$T" || return
	# What it does is in a line "outcome STATUS" of the patch; it tells when it is started, and with what.
	fake_tool kpatch-build '
		printf "%s\n" "$*" >>"'"$T"'/calls"
		case " $* " in
		*" --list-targets "*) echo "6.12.3-amd64 6.12.3-1"; exit ;;
		*" --version "*) case " $* " in *" --wrong "*) echo "kpatch-build: error: unrecognized option" >&2; exit 4 ;; esac; echo "kpatch-build 0"; exit ;;
		*" --prepare "*) case " $* " in *" 6.0-none "*) echo "no such kernel" >&2; exit 1 ;; esac; exit ;;
		esac
		while [ "$1" != -- ]; do
			case $1 in -o) out=$2 ;; --json) json=$2 ;; -n) name=$2 ;; --dry-run) dry=1 ;; esac
			shift
		done
		shift
		status=$(sed -n "s/^outcome //p" "$@" | head -n 1)
		if [ "${dry:-}" ]; then sed -n "s/^json //p" "$1" >"$json"; exit "${status:-0}"; fi
		[ ! -e '"$T"'/hook ] || . '"$T"'/hook
		cat "$@" >"$out/../patches"
		if grep -q "^sleep" "$1" && [ ! -e '"$T"'/awake ]; then sleep 30; fi
		[ "${status:-0}" != 0 ] || echo module >"$out/$name.ko"
		if grep -hq "^json " "$@"; then sed -n "s/^json {/{\"exit\":{\"status\":${status:-0}},/p" "$@" | head -n 1 >"$json"; exit "${status:-0}"; fi
		printf "{\"exit\":{\"status\":%s,\"message\":null},\"modules\":[" "${status:-0}" >"$json"
		[ "${status:-0}" != 0 ] || printf "{\"file\":\"%s\"}" "/out/$name.ko" >>"$json"
		echo "]}" >>"$json"
		[ ! -e '"$T"'/behind ] || . '"$T"'/behind
		exit "${status:-0}"'
	export KPATCH_BUILD=$T/bin/kpatch-build
	printf '%s\n' 6.12.3-amd64 '# a comment' '' '  6.1.0-57-amd64 ' >kernels
	local name
	for name in a b c; do echo "patch $name" >"p/$name.patch"; done
}

# job KERNEL PATCH FILTER: of its job.json
job() { jq -c "$3" "farm/jobs/$1/$2/job.json"; }
results() { ls farm/results; }
builds() { sed -n '/--prepare/!s/ --json /&/p' calls | wc -l; }

@test "a job for each kernel and each patch, with its command; all is run, and not again" {
	run -0 "$FARM" plan -k kernels -p p -- --fuzz 1
	[[ ${lines[0]} == "6 jobs: 2 kernel(s), 3 patch(es); 0 have a result" ]]
	diff <(cd farm && echo jobs/*/*) - <<<"jobs/6.1.0-57-amd64/a jobs/6.1.0-57-amd64/b jobs/6.1.0-57-amd64/c jobs/6.12.3-amd64/a jobs/6.12.3-amd64/b jobs/6.12.3-amd64/c"
	[[ $(job 6.12.3-amd64 a .command) == "[\"$KPATCH_BUILD\",\"-a\",\"6.12.3-amd64\",\"--fuzz\",\"1\",\"-n\",\"livepatch-a\",\"--\",\"$T/p/a.patch\"]" ]]
	run -0 "$FARM" run -j 2
	[[ ${lines[-1]} == "6 jobs: 6 built" && $(grep -c ': built (' <<<"$output") == 6 ]]
	[[ $(results | wc -l) == 6 && $(builds) == 6 && $(grep -c -- --prepare calls) == 2 ]]
	[[ $(ls "farm/results/$(jq -r .id farm/jobs/6.12.3-amd64/b/job.json)") == $'build.json\nlog\nmodules\npatches\nresult.json' ]]
	[[ $(jq -c '[.kernel, .patch, .status, .result, .modules]' "farm/results/$(jq -r .id farm/jobs/6.12.3-amd64/b/job.json)/result.json") == \
		'["6.12.3-amd64","b",0,"built",["livepatch-b.ko"]]' ]]
	run -0 "$FARM" run
	[[ $output == $'all jobs have a result\n6 jobs: 6 built' && $(builds) == 6 ]]
	# What has not changed is not made again, what has is.
	echo changed >>p/a.patch
	echo "patch d" >p/d.patch
	run -0 "$FARM" plan -k kernels -p p -- --fuzz 1
	[[ ${lines[0]} == "8 jobs: 2 kernel(s), 4 patch(es); 4 have a result" ]]
	run -0 "$FARM" run
	[[ $(builds) == 10 ]]
	# The program itself is one of the inputs, and its options.
	run -0 "$FARM" plan -k kernels -p p
	[[ ${lines[0]} == *"; 0 have a result" ]]
	run -0 "$FARM" plan -k kernels -p p -- --fuzz 1
	[[ ${lines[0]} == *"; 8 have a result" ]]
	echo >>bin/kpatch-build
	run -0 "$FARM" plan -k kernels -p p -- --fuzz 1
	[[ ${lines[0]} == *"; 0 have a result" ]]
}

@test "kpatch-build itself is as it was planned" {
	"$FARM" plan -k kernels -p p -- --fuzz 1
	cp -p bin/kpatch-build planned
	echo "# another" >>bin/kpatch-build
	run -1 "$FARM" run
	[[ $output == *"kpatch-build has changed since the plan was made"*"plan again"* && -z $(results) ]]
	mv planned bin/kpatch-build
	run -0 "$FARM" run
	[[ ${lines[-1]} == "6 jobs: 6 built" ]]
}

@test "the environment that decides what is made is as it was planned" {
	mkdir one tools tools/other
	echo 'echo "$CROSS_COMPILE|$KBUILD_EXTRA_SYMBOLS|$KPATCH_BIN|$SOURCE_DATE_EPOCH" >>"$T/environment"' >hook
	export T
	echo one >one/extra
	echo two >tools/extra
	local expected what
	while IFS='|' read -r expected what; do
		eval "$what "'"$FARM" plan -k 6.12.3-amd64 -p p/a.patch'
		run -0 "$FARM" run
		[[ $expected == kept && $output == *"all jobs have a result"* || $expected == made && $output != *"all jobs have"* ]] || { echo "$what: $output"; return 1; }
	done <<-'EOF'
		made|env
		kept|env SOURCE_DATE_EPOCH=
		made|env KBUILD_EXTRA_SYMBOLS=one/extra
		made|env KBUILD_EXTRA_SYMBOLS="tools/extra $T/one/extra"
		made|env KBUILD_EXTRA_SYMBOLS="one/extra tools/extra"
		kept|env KBUILD_EXTRA_SYMBOLS="one/extra tools/extra"
		kept|env KBUILD_EXTRA_SYMBOLS="one/extra tools/extra" KPATCH_CACHE=x KBUILD_SIGN_PIN=x PATH="$T:$PATH"
		made|env CROSS_COMPILE=x86_64-linux-gnu-
		made|env CROSS_COMPILE=./tools/x-
		made|env KPATCH_BIN=tools
		made|env SOURCE_DATE_EPOCH=1
		made|env KPATCH_PACKAGER=x
		made|env KPATCH_VM_ACCEL=x
		made|env KPATCH_VM_MEMORY=x
		made|env KPATCH_VM_SECONDS=x
	EOF
	diff environment - <<-EOF
		|||
		|$T/one/extra||
		|$T/tools/extra $T/one/extra||
		|$T/one/extra $T/tools/extra||
		x86_64-linux-gnu-|||
		$T/./tools/x-|||
		||$T/tools|
		|||1
		|||
		|||
		|||
		|||
	EOF
	# What a file has, and a module beside it, before a run and within it; the run's own environment is nothing to it.
	export KBUILD_EXTRA_SYMBOLS=tools/extra
	"$FARM" plan -k 6.12.3-amd64 -p p/b.patch
	cp -p tools/extra before
	local file
	for file in tools/extra tools/other/x.ko; do
		echo more >>$file
		run -1 "$FARM" run
		[[ $output == *", or a file that KBUILD_EXTRA_SYMBOLS names, has changed since the plan was made; plan again (results are kept)" ]]
		cp -p before tools/extra
		rm -f tools/other/x.ko
	done
	echo "echo more >>'$T/tools/extra'" >hook
	run -1 "$FARM" run
	[[ $output == *"kpatch-build, or a file that its options name, has changed since it was planned"* && ${lines[-1]} == "1 jobs: 1 without a result" ]]
	cp -p before tools/extra
	echo 'echo "$KBUILD_EXTRA_SYMBOLS|$CROSS_COMPILE" >"$T/environment"' >hook
	cd /
	CROSS_COMPILE=other- KBUILD_EXTRA_SYMBOLS=$T/none run -0 "$T/farm/jobs/6.12.3-amd64/b/run"
	[[ $(<"$T/environment") == "$T/tools/extra|" ]]
	cd "$T"
	KBUILD_EXTRA_SYMBOLS=$T/one/extra run -0 "$FARM" run
	[[ ${lines[0]} == "all jobs have a result" ]]
	# A set of fixes for each kernel, and a scan
	run -0 "$FARM" cumulative -k 6.12.3-amd64 -p p
	[[ $(<environment) == "$T/tools/extra|" ]]
	echo more >>tools/extra
	run -0 "$FARM" cumulative -k 6.12.3-amd64 -p p
	[[ $output == *"livepatch-cumulative-2.ko holds 3 of 3 fixes" ]]
	KBUILD_EXTRA_SYMBOLS="one/extra none" wrong "KBUILD_EXTRA_SYMBOLS: 'none' is not a readable file" plan -k 6.12.3-amd64 -p p
	KPATCH_BIN=none wrong "KPATCH_BIN: 'none' is no directory" scan -k 6.12.3-amd64 -p p
	mkdir "a b"
	cp one/extra "a b/"
	cd "a b"
	KBUILD_EXTRA_SYMBOLS=extra wrong "KBUILD_EXTRA_SYMBOLS: '$T/a b/extra' has blanks, which separate files there; use another directory" plan -k 6.12.3-amd64 -p ../p
}

@test "a kernel that is given as files is as it was planned" {
	mkdir src
	echo a >src/Makefile
	echo CONFIG_A=y >config
	echo "-s src -c config" >own
	"$FARM" plan -k own -p p
	echo CONFIG_B=y >>config
	run -1 "$FARM" run
	[[ $output == *"the kernel '-s src -c config' has changed since it was planned; plan again"* && -z $(results) ]]
	echo CONFIG_A=y >config
	run -0 "$FARM" run
	[[ ${lines[-1]} == "3 jobs: 3 built" ]]
}

@test "links to a kernel's files, and within it, are as they were planned" {
	mkdir src other
	echo a >src/Makefile
	echo 1 >other/one.c
	echo 2 >other/two.c
	ln -s src link
	ln -s ../other/one.c src/x.c
	echo "-s link" >own
	again() { "$FARM" plan -k own -p p; run -0 "$FARM" run; [[ $output == *"all jobs have a result"* ]] && kept=1 || kept=0; }
	again
	((kept == 0))
	again
	((kept == 1))
	# A file behind a link to the directory, where a link leads, and what is in the file behind it
	echo b >src/Makefile
	again
	((kept == 0))
	ln -sf ../other/two.c src/x.c
	again
	((kept == 0))
	echo 3 >>other/two.c
	again
	((kept == 0))
	again
	((kept == 1))
}

@test "a kernel's options in all spellings of getopt" {
	mkdir "my tree"
	touch config image
	printf '%s\n' '--sourcedir="my tree" -cconfig --vm image --skip-base' >own
	"$FARM" plan -k own -p p
	[[ $(jq -c '.kernels[0].options' farm/manifest.json) == "[\"--sourcedir\",\"$T/my tree\",\"-c\",\"$T/config\",\"--vmlinux\",\"$T/image\",\"--skip-base-check\"]" ]]
	run -0 "$FARM" run
	[[ ${lines[-1]} == "3 jobs: 3 built" ]]
}

@test "a series is planned as the release that it is, and a job is of the build that was planned" {
	rm bin/kpatch-build
	# What "the archive" has is in a file; each run tells what it built for.
	cat >bin/kpatch-build <<-'END'
		#!/bin/sh
		here=$(dirname "$0")/..
		case " $* " in
		*" --list-targets -a 6.12 "*) [ ! -e "$here/archive" ] || grep '^6\.12\.[0-9]*-amd64 ' "$here/archive" | head -n 1; exit ;;
		*" --list-targets "*) [ ! -e "$here/archive" ] || cat "$here/archive"; exit ;;
		*" --version "*) echo "kpatch-build 0"; exit ;;
		esac
		while [ "$1" != -- ] && [ $# -gt 0 ]; do
			case $1 in --json) json=$2 ;; -a) release=$2 ;; --prepare) prepare=1 ;; -o) out=$2 ;; esac
			shift
		done
		[ "$prepare" ] || echo module >"$out/x.ko"
		printf '{"exit":{"status":0},"modules":[{"file":"x.ko"}],"target":{"release":"%s","package_version":"%s"}}' "$release" "$(sed -n "s/^$release //p" "$here/${prepare:+prepared-}archive")" >"$json"
	END
	chmod +x bin/kpatch-build
	printf '%s\n' '6.12.3-amd64 6.12.3-1' '6.12.2-amd64 6.12.2-1' | tee archive >prepared-archive
	printf '6.12\n6.12.2-amd64\n' >kernels
	"$FARM" plan -k kernels -p p
	[[ $(jq -c '[.kernels[] | [.name, .options[1], .target]]' farm/manifest.json) == '[["6.12","6.12.3-amd64","6.12.3-amd64 6.12.3-1"],["6.12.2-amd64","6.12.2-amd64","6.12.2-amd64 6.12.2-1"]]' ]]
	[[ $(job 6.12 a .command[2]) == '"6.12.3-amd64"' ]]
	# Another build of the release, which the preparation sees: none of its jobs is run.
	sed -i 's/6.12.3-1/6.12.3-2/' prepared-archive
	run -1 "$FARM" run
	[[ $output == *"6.12 can't be prepared, so none of its jobs is run"*$'\n    it was planned as 6.12.3-amd64 6.12.3-1, but is 6.12.3-amd64 6.12.3-2 now; plan again (results are kept)\n'* ]]
	[[ ${lines[-1]} == "6 jobs: 3 built, 3 without a result" ]]
	# And one that comes later.
	cp archive prepared-archive
	sed -i 's/6.12.3-1/6.12.3-2/' archive
	run -1 "$FARM" run
	[[ $(grep -c '^kpatch-farm: error: [abc] on 6.12: the kernel has changed since it was planned; plan again (results are kept)$' <<<"$output") == 3 ]]
	[[ ${lines[-1]} == "6 jobs: 3 built, 3 without a result" && -z $(find farm/work -name '*-*-*') ]]
	cp archive prepared-archive
	"$FARM" plan -k kernels -p p
	run -0 "$FARM" run
	[[ ${lines[-1]} == "6 jobs: 6 built" ]]
	# Other kernels of the series are nothing to it; a newer one is.
	echo '6.12.3-rt-amd64 6.12.3-2' >>archive
	run -0 "$FARM" plan -k kernels -p p
	[[ ${lines[0]} == *"; 6 have a result" ]]
	sed -i '1i6.12.4-amd64 6.12.4-1' archive
	run -0 "$FARM" plan -k kernels -p p
	[[ ${lines[0]} == *"; 3 have a result" ]]
	# The series and its release are one kernel.
	printf '6.12\n6.12.4-amd64\n' >kernels
	wrong 'kernels: line 2: "6.12.4-amd64" is the same as "6.12" (kernels: line 1)' plan -k kernels -p p
	# Without a network nothing is known, and nothing is compared.
	rm archive
	"$FARM" plan -k 6.12 -p p -o other
	[[ $(jq -c '[.kernels[] | [.options[1], .target]]' other/manifest.json) == '[["6.12",null]]' ]]
}

@test "patches are as they were planned" {
	"$FARM" plan -k kernels -p p
	cp p/b.patch planned
	echo edited >>p/b.patch
	run -1 "$FARM" run
	[[ $output == "kpatch-farm: error: the patch 'b' has changed since it was planned; plan again (results are kept)" && $(builds) == 0 ]]
	rm p/b.patch
	run -1 "$FARM" run
	[[ $output == "kpatch-farm: error: '$T/p/b.patch', of the patch 'b', is no longer a readable file; plan again (results are kept)" && $(builds) == 0 ]]
	mv planned p/b.patch
	run -0 "$FARM" run
	[[ ${lines[-1]} == "6 jobs: 6 built" ]]
	run -0 cat farm/results/"$(jq -r .id farm/jobs/6.12.3-amd64/b/job.json)"/patches
	[[ $output == "patch b" ]]
}

@test "what changes while jobs run gets no result: a kernel's files, kpatch-build, a file that an option names, a patch" {
	mkdir src
	echo a >src/Makefile
	echo CONFIG_A=y >config
	echo key >key
	echo "-s src -c config" >own
	local what whose
	while IFS='|' read -r what whose; do
		rm -rf farm hook
		"$FARM" plan -k own -p p -- --sign key,key
		# (It is as long as before, and as planned again when the run has ended.)
		echo "cp -p $what '$T/before'; echo CONFIG_B=y >$what; rm '$T/hook'" >hook
		run -1 "$FARM" run -j 1
		[[ $(grep -c "^kpatch-farm: error: [abc] on -s src -c config: $whose has changed since it was planned; plan again (results are kept)$" <<<"$output") -ge 1 ]] || { echo "$what: $output"; return 1; }
		cp -p before "${what//\'/}"
		run -0 "$FARM" run
		[[ ${lines[-1]} == "3 jobs: 3 built" ]]
	done <<-EOF
		'$T/config'|the kernel
		'$T/src/Makefile'|the kernel
		'$KPATCH_BUILD'|kpatch-build, or a file that its options name,
		'$T/key'|kpatch-build, or a file that its options name,
		'$T/p/a.patch'|the patch
	EOF
}

@test "one job by itself, before a run and behind it" {
	mkdir src
	echo a >src/Makefile
	echo "-s src" >own
	"$FARM" plan -k own -p p
	run -0 farm/jobs/s-src/a/run
	[[ $output =~ ^-s\ src:\ a:\ built\ \([0-9.]+\ s\)$ ]]
	echo "something else" >src/Makefile
	run -1 farm/jobs/s-src/b/run
	[[ $output == "kpatch-farm: error: b on -s src: the kernel '-s src' has changed since it was planned; plan again (results are kept)" ]]
	"$FARM" plan -k own -p p
	"$FARM" run
	echo edited >>p/b.patch
	run -1 farm/jobs/s-src/b/run
	[[ $output == "kpatch-farm: error: b on -s src: the patch has changed since it was planned; plan again (results are kept)" ]]
	"$FARM" plan -k own -p p
	run -0 farm/jobs/s-src/b/run
}

@test "options for kpatch-build: files that they name are found from everywhere, and are inputs" {
	mkdir keys
	echo key >keys/key
	echo certificate >keys/cert
	echo test >keys/test
	cp p/a.patch keys/
	jq -n '[{name: "set", patches: ["a.patch"], options: ["--boot-test=test", "--boot-test-file", "cert", "--accept", "data-changed:--sign"]}]' >keys/patches
	"$FARM" plan -k 6.12.3-amd64 -p keys/patches -- --sign keys/key,keys/cert --per
	[[ $(job 6.12.3-amd64 set '.command[3:-3]') == "[\"--boot-test=$T/keys/test\",\"--boot-test-file\",\"$T/keys/cert\",\"--accept\",\"data-changed:--sign\",\"--sign\",\"$T/keys/key,$T/keys/cert\",\"--per-object\",\"-n\"]" ]] ||
		{ job 6.12.3-amd64 set .command; return 1; }
	run -0 "$FARM" run
	local file
	for file in key cert test; do
		echo more >>"keys/$file"
		run -0 "$FARM" plan -k 6.12.3-amd64 -p keys/patches -- --sign keys/key,keys/cert --per
		[[ ${lines[0]} == *"; 0 have a result" ]]
		run -0 "$FARM" run
	done
	run -0 "$FARM" plan -k 6.12.3-amd64 -p p -- --sign 'pkcs11:object=k,keys/cert'
	[[ $(job 6.12.3-amd64 a '.command[3:5]') == "[\"--sign\",\"pkcs11:object=k,$T/keys/cert\"]" ]]
	# Key and certificate as two words, as kpatch-build takes them
	printf -- '-----BEGIN CERTIFICATE-----\n' >keys/cert
	"$FARM" plan -k 6.12.3-amd64 -p p -- --sign keys/key keys/cert
	[[ $(job 6.12.3-amd64 a '.command[3:5]') == "[\"--sign\",\"$T/keys/key,$T/keys/cert\"]" ]]
	jq -n '[{name: "set", patches: ["a.patch"], options: ["--sign", "key", "cert"]}]' >keys/patches
	"$FARM" plan -k 6.12.3-amd64 -p keys/patches
	[[ $(job 6.12.3-amd64 set '.command[3:5]') == "[\"--sign\",\"$T/keys/key,$T/keys/cert\"]" ]]
	jq -n '[{name: "x", patches: ["a.patch"], options: ["--fuzz="]}]' >keys/patches
	rm -rf farm
	wrong "keys/patches: entry 1: --fuzz: the value is empty" plan -k kernels -p keys/patches
	wrong "behind --: -e describes a kernel, and belongs to its entry in the list of kernels" plan -k kernels -p p -- -e x
	wrong "behind --: '$T/nowhere' is not a readable file" plan -k kernels -p p -- --sign nowhere
	wrong "behind --: -a describes a kernel, and belongs to its entry in the list of kernels" plan -k kernels -p p -- -a 6.1
	wrong "behind --: --config describes a kernel, and belongs to its entry in the list of kernels" plan -k kernels -p p -- --conf=x
	wrong "behind --: -o is not for the jobs of a farm, which build livepatches" plan -k kernels -p p -- -ox
	wrong "behind --: --dry-run is not for the jobs of a farm, which build livepatches" plan -k kernels -p p -- --dry
	wrong "behind --: --name would give all livepatches the same" plan -k kernels -p p -- --name x
	wrong "behind --: --state would give all livepatches the same" cumulative -k kernels -p p -- --state 1:1
	wrong "behind --: unknown word 'x.patch'" plan -k kernels -p p -- --fuzz 1 x.patch
	jq -n '[{name: "x", patches: ["a.patch"], options: ["--modules", "x"]}]' >keys/patches
	wrong "keys/patches: entry 1: --modules describes a kernel, and belongs to its entry in the list of kernels" plan -k kernels -p keys/patches
	jq -n '[{name: "x", patches: ["a.patch"], options: ["--moon"]}]' >keys/patches
	wrong "keys/patches: entry 1: unrecognized option '--moon'" plan -k kernels -p keys/patches
	[[ ! -e farm ]]
}

@test "livepatches of a kernel have names of their own, as the kernel sees them" {
	local long=0001-net-sched-sch_qfq-Fix-race-condition-on-qfq_aggregate-of
	rm p/*
	echo 1 >"p/$long-one.patch"
	echo 2 >"p/$long-two.patch"
	echo 3 >p/x-y.patch
	echo 4 >p/x_y.patch
	echo 5 >p/x.z.patch
	"$FARM" plan -k 6.12.3-amd64 -p p
	run -0 "$FARM" run
	ls farm/results/*/modules | sed -n 's/\.ko$//p' | sort >names
	[[ $(wc -l <names) == 5 && $(tr - _ <names | sort -u | wc -l) == 5 && $(awk '{ print length($0) }' names | sort -n | tail -n 1) == 55 ]]
	[[ $(grep -cxE "livepatch-0001-net-sched-sch_qfq-Fix-race-cond-[0-9a-f]{8}" names) == 2 && $(grep -cxE 'livepatch-x[-_]y-[0-9a-f]{8}' names) == 2 ]]
	grep -qx livepatch-x-z names
}

@test "names with blanks, quotes and line feeds" {
	local odd=$'an "odd" \'one\'\nhere $x %.patch'
	mkdir "tree 'x'"
	touch "con\"fig" image
	cp p/a.patch "$odd"
	echo more >>"$odd"
	cp p/b.patch " b 'quoted\".patch"
	jq -n --arg odd "$odd" '[$odd, " b '\''quoted\".patch", {name: "a set\nof two", patches: ["p/a.patch", $odd], options: ["--fuzz", "2"]}]' >patches
	mkdir "root of 'mine'"
	printf '%s\n' "-s \"tree 'x'\" -c con\\\"fig -v 'ima'ge --build-root \"root of 'mine'\"" >kernels
	run -0 "$FARM" plan -k kernels -p patches
	[[ $(jq -c '.kernels[0].options' farm/manifest.json) == "[\"-s\",\"$T/tree 'x'\",\"-c\",\"$T/con\\\"fig\",\"-v\",\"$T/image\",\"--build-root\",\"$T/root of 'mine'\"]" ]]
	[[ $(cd farm && echo jobs/*/*) == "jobs/s-tree-x-c-con-fig-v-ima-ge-build-root-root-of-mine/a-set-of-two jobs/s-tree-x-c-con-fig-v-ima-ge-build-root-root-of-mine/an-odd-one-here-x jobs/s-tree-x-c-con-fig-v-ima-ge-build-root-root-of-mine/b-quoted" ]]
	run -0 "$FARM" run
	[[ $(jq -s -c 'map(.patch) | sort' farm/results/*/result.json) == "$(jq -n -c --arg odd "${odd%.patch}" '["a set\nof two", " b '\''quoted\"", $odd] | sort')" ]]
	cat p/a.patch "$odd" | cmp - "farm/results/$(jq -r .id farm/jobs/*/a-set-of-two/job.json)/patches"
	[[ $(jq -c '.command[-7:-1]' farm/jobs/*/a-set-of-two/job.json) == '["--fuzz","2","-n","livepatch-a-set-of-two","--","'"$T"'/p/a.patch"]' ]]
}

@test "ordered sets: a directory with a series, or in the order of names" {
	mkdir set
	cp p/a.patch set/2.patch
	cp p/b.patch set/1.patch
	echo set >patches
	"$FARM" plan -k 6.12.3-amd64 -p patches
	[[ $(job 6.12.3-amd64 set '.command[-2:]') == "[\"$T/set/1.patch\",\"$T/set/2.patch\"]" ]]
	# As some editors write it
	printf '\xef\xbb\xbfset\r\n' >patches
	printf '# order\n2.patch -p1\n1.patch\n' >set/series
	"$FARM" plan -k 6.12.3-amd64 -p patches
	[[ $(job 6.12.3-amd64 set '.command[-2:]') == "[\"$T/set/2.patch\",\"$T/set/1.patch\"]" ]]
	# As quilt writes it, or not
	cp p/c.patch 'set/[PATCH] # of mine.patch'
	printf '\xef\xbb\xbf[PATCH] # of mine.patch -pab\r\n2.patch -p0  # -R\r\n 1.patch #2.patch' >set/series
	"$FARM" plan -k 6.12.3-amd64 -p patches
	[[ $(job 6.12.3-amd64 set '.command[-3:]') == "[\"$T/set/[PATCH] # of mine.patch\",\"$T/set/2.patch\",\"$T/set/1.patch\"]" ]]
	printf '1.patch\n2.patch -R\n' >set/series
	wrong "$T/set/series: line 2: -R is not supported; -p0, -p1, -p2 and -pab are" plan -k 6.12.3-amd64 -p patches
	printf '1.patch\n2.patch -p1 1.patch\n' >set/series
	wrong "set/series: line 2: there is no readable file '2.patch -p1 1.patch'" plan -k 6.12.3-amd64 -p set
	printf '1.\0patch\n' >set/series
	wrong "set/series: line 1: a NUL, or characters that are not UTF-8" plan -k 6.12.3-amd64 -p set
	printf '# nothing\n' >set/series
	wrong "there is no patch (*.patch, *.diff) in the directory 'set'" plan -k 6.12.3-amd64 -p set
	rm set/series
	mkdir set/series
	wrong "'set'/series is not a readable file" plan -k 6.12.3-amd64 -p set
	# All in the order of names
	rm -r set/series "set/[PATCH] # of mine.patch"
	mv set/1.patch set/1.diff
	"$FARM" plan -k 6.12.3-amd64 -p patches
	[[ $(job 6.12.3-amd64 set '.command[-2:]') == "[\"$T/set/1.diff\",\"$T/set/2.patch\"]" ]]
}

@test "each outcome, and the exit status; an error is tried again" {
	echo "outcome 2" >>p/a.patch
	run -0 "$FARM" plan -k 6.12.3-amd64 -p p
	run -2 "$FARM" run
	[[ ${lines[-1]} == "3 jobs: 2 built, 1 refused" ]]
	echo "outcome 1" >>p/b.patch
	echo "outcome 3" >>p/c.patch
	run -0 "$FARM" plan -k 6.12.3-amd64 -p p
	run -1 "$FARM" run
	[[ ${lines[-1]} == "3 jobs: 1 error, 1 refused, 1 unchanged" && $(builds) == 5 ]]
	run -1 "$FARM" run
	[[ $(builds) == 6 && $(results | wc -l) == 5 ]]
}

@test "what has no whole report, or not all that it built, is an error, whatever the status" {
	local what ends
	"$FARM" plan -k 6.12.3-amd64 -p p/a.patch
	for ends in 0 2; do
		sed -i "1s/.*/outcome $ends/" p/a.patch
		"$FARM" plan -k 6.12.3-amd64 -p p/a.patch
		while read -r what; do
			if [[ ! $what ]]; then continue; fi
			echo "$what" >behind
			run -1 "$FARM" run
			[[ ${lines[0]} == "6.12.3-amd64: a: error ("* && ${lines[-1]} == "1 jobs: 1 error" ]] || { echo "$ends: $what: $output"; return 1; }
			run -0 "$FARM" report
			[[ $(jq -c '.jobs[0] | [.status, .result, .message]' farm/results.json) == "[1,\"error\",\"kpatch-build ended with $ends, but its report (build.json) or what it built is not all there; see the log\"]" ]]
			# The same for the livepatch of all
			rm -rf cumulative
			run -1 "$FARM" cumulative -k 6.12.3-amd64 -p p/a.patch
			[[ $output == *"kpatch-farm: error: 6.12.3-amd64: kpatch-build failed; nothing was made:"* && ! -e cumulative/6.12.3-amd64/1 ]]
		done <<-EOF
			rm "\$json"
			: >"\$json"
			truncate -s -3 "\$json"
			echo "{}" >>"\$json"
			sed -i 's/"status":$ends/"status":3/' "\$json"
			$([[ $ends == 2 ]] || printf '%s\n' 'rm "$out"/*' ': >"$out/$name.ko"' 'sed -i "s/{.file.*}/{}/" "$json"' | sed '3s/.*/sed -i "s,modules,others," "$json"/')
		EOF
		rm behind
		run "$FARM" run
		[[ $status == "$ends" ]]
	done
}

@test "a kernel that can't be prepared: its jobs are not run, and it is said once" {
	run -0 "$FARM" plan -k 6.0-none -k 6.12.3-amd64 -p p
	run -1 "$FARM" run
	[[ $(grep -c "6.0-none can't be prepared" <<<"$output") == 1 && ${lines[-1]} == "6 jobs: 3 built, 3 without a result" ]]
	# The message fits the terminal.
	COLUMNS=60 run -1 "$FARM" run
	[[ $output == *$'kpatch-farm: error: 6.0-none can\'t be prepared, so none of\n    its jobs is run; see'* ]]
}

@test "killed and interrupted runs go on where they were; two runs in one directory" {
	echo sleep >>p/c.patch
	"$FARM" plan -k 6.12.3-amd64 -p p
	"$FARM" run -j 1 >log 2>&1 3>&- &
	local pid=$! status=0
	for ((i = 0; i < 100; i++)); do
		if [[ $(results | wc -l) == 2 && $(builds) == 3 ]]; then break; fi
		sleep 0.1
	done
	run -1 "$FARM" run
	[[ $output == "kpatch-farm: error: another kpatch-farm works in $T/farm; wait for its end, or use another directory" ]]
	run -1 "$FARM" plan -k 6.12.3-amd64 -p p
	[[ $output == *"another kpatch-farm works in"* ]]
	# A report shows what is there by now.
	run -0 "$FARM" report
	[[ ${lines[0]} == "3 jobs: 2 built, 1 without a result" && -z $(find farm -maxdepth 1 -name 'report.*') ]]
	kill -TERM "$pid"
	wait "$pid" || status=$?
	[[ $status == 143 && $(results | wc -l) == 2 ]]
	grep -q '^kpatch-farm: interrupted; what is done is kept' log
	# Nobody of it is left.
	for ((i = 0; i < 50; i++)); do if ! pgrep -f "$T/bin/kpatch-build" >/dev/null; then break; fi; sleep 0.1; done
	run ! pgrep -f "$T/bin/kpatch-build"
	[[ -z $(find farm/work -mindepth 1 -name '*-*-*') ]]
	: >awake
	run -0 "$FARM" run
	[[ ${lines[-1]} == "3 jobs: 3 built" && $(builds) == 4 ]]
	# Killed in the middle of planning: all of it is planned anew.
	: >farm/planning
	rm -r farm/jobs/6.12.3-amd64/b
	run -4 "$FARM" run
	[[ $output == *"farm: its plan was interrupted; plan again (results are kept)"* ]]
	run -0 "$FARM" plan -k 6.12.3-amd64 -p p
	[[ ${lines[0]} == "3 jobs: 1 kernel(s), 3 patch(es); 3 have a result" ]]
}

@test "killed without a word: all that it started ends, and nobody is said to be at work" {
	local command pid i
	sed -i "s,^\t\tif \[ \"\${dry:-}\" \],while [ ! -e '$T/awake' ]; do sleep 0.2; done\n&," bin/kpatch-build
	grep -q 'sleep 0.2; done$' bin/kpatch-build
	"$FARM" plan -k 6.12.3-amd64 -p p/a.patch
	for command in run cumulative scan; do
		if [[ $command == run ]]; then set --; else set -- -k 6.12.3-amd64 -p p/a.patch; fi
		"$FARM" "$command" "$@" >log 2>&1 3>&- &
		pid=$!
		for ((i = 0; i < 100; i++)); do if pgrep -f "^/bin/sh $T/bin/kpatch-build .*a.patch" >/dev/null; then break; fi; sleep 0.1; done
		kill -KILL "$pid"
		wait "$pid" || true
		if [[ $command != scan ]]; then
			: >awake
			run timeout 20 "$FARM" "$command" "$@"
			[[ $status == 0 ]] || { echo "$command: $output"; return 1; }
			rm awake
		fi
		for ((i = 0; i < 50; i++)); do if ! pgrep -f "$T/bin/kpatch-build" >/dev/null; then break; fi; sleep 0.1; done
		run ! pgrep -f "$T/bin/kpatch-build"
	done
	# Of a program that can't be reached
	exec 9>>farm/.lock
	flock 9
	echo "999999999 $HOSTNAME" >farm/.lock
	run -1 "$FARM" run
	[[ $output == "kpatch-farm: error: a kpatch-farm in $T/farm was killed, but something that it had started is still at work there; wait for its end, or end it (fuser '$T/farm/.lock' tells who it is)" ]]
	exec 9>&-
}

@test "a job directory that was edited by hand; a directory of another version; one that is none" {
	"$FARM" plan -k kernels -p p
	echo '{}' >>farm/jobs/6.12.3-amd64/b/job.json
	for command in run "plan -k kernels -p p"; do
		# shellcheck disable=SC2086
		run -1 "$FARM" $command
		[[ $output == *"error: 1 job(s) are not as planned"*"plan again with --force:"*"    jobs/6.12.3-amd64/b" ]]
	done
	run -0 "$FARM" plan -k kernels -p p --force
	rm -r farm/jobs/6.12.3-amd64/c
	echo note >farm/jobs/6.12.3-amd64/a/notes
	run -1 "$FARM" run
	[[ $output == *"error: 2 job(s) are not as planned"* && -e farm/jobs/6.12.3-amd64/a/notes ]]
	echo 2 >farm/format
	run -1 "$FARM" run
	[[ $output == *"is of another version of kpatch-farm (format '2', this one has 1)"*"Nothing was changed" ]]
	run -4 "$FARM" run -o nowhere
	[[ $output == "kpatch-farm: error: there is no directory 'nowhere'; kpatch-farm plan -o 'nowhere' makes it; see kpatch-farm --help" ]]
	mkdir "with 'blanks"
	wrong "$T/with 'blanks has no manifest.json, so it is no farm directory; kpatch-farm plan -o 'with '\\''blanks' makes one" report -o "with 'blanks"
	run -4 "$FARM" plan -k kernels -p p -o p
	[[ $output == *"p is a directory with other things in it; give a new one with -o"* ]]
}

@test "files of a farm directory that were edited, or cut off when the power failed" {
	local what first results
	"$FARM" plan -k kernels -p p
	"$FARM" run
	results=$(results)
	first=$(head -n 1 <<<"$results")
	cp "farm/results/$first/result.json" whole
	# Results: one is not what a job wrote.
	while read -r what; do
		rm -rf farm/damaged
		eval "$what"
		run -0 "$FARM" report
		[[ ${lines[-2]} == "6 jobs: 5 built, 1 without a result" && $output == *"warning: 1 result(s) are not as they were written"*"the next run makes them again:"*"    '$first'"* ]] || { echo "$what: $output"; return 1; }
		run -0 "$FARM" run
		[[ ${lines[-1]} == "6 jobs: 6 built" && $output == *"warning: 1 result(s) are not as they were written"*"they are in $T/farm/damaged now:"*"    '$first'"* && -d farm/damaged/$first ]] || { echo "$what: $output"; return 1; }
		[[ $(results) == "$results" ]]
	done <<-'EOF'
		: >farm/results/$first/result.json
		head -c 100 whole >farm/results/$first/result.json
		echo more >>farm/results/$first/result.json
		jq . whole >farm/results/$first/result.json
		jq -c '.result = "fine"' whole >farm/results/$first/result.json
		jq -c '.result = "refused"' whole >farm/results/$first/result.json
		jq -c '.status = 2' whole >farm/results/$first/result.json
		jq -c '.modules = []' whole >farm/results/$first/result.json
		jq -c 'del(.files)' whole >farm/results/$first/result.json
		: >"$(echo farm/results/$first/modules/*)"
		echo more >>"$(echo farm/results/$first/modules/*)"
		rm farm/results/$first/modules/*
		rm -r farm/results/$first/modules
		jq -c '.id = 5' whole >farm/results/$first/result.json
		jq -c '.stages = [1]' whole >farm/results/$first/result.json
		jq -c '.format = 2' whole >farm/results/$first/result.json
		echo '[]' >farm/results/$first/result.json
		rm farm/results/$first/result.json
		rm farm/results/$first/result.json; mkfifo farm/results/$first/result.json
		cp farm/results/"$(sed -n '2p' <<<"$results")"/result.json farm/results/$first/
	EOF
	mkdir farm/results/$'odd\nname'
	run -0 "$FARM" run
	[[ -d farm/damaged/$'odd\nname' && $output == *$'\n    $\'odd\\nname\'\n'* ]]
	# What came of preparing
	for what in farm/targets/*/status; do echo 'a[$(touch prepared)] 1 2' >"$what"; done
	run -0 "$FARM" report
	[[ ${lines[0]} == "6 jobs: 6 built" && ! -e prepared && ! -e farm/prepared ]]
	# Jobs
	while read -r what; do
		eval "$what"
		run -1 timeout 20 "$FARM" run
		[[ $output == *"error: 1 job(s) are not as planned"*"plan again with --force:"* ]] || { echo "$what: $output"; return 1; }
		"$FARM" plan -k kernels -p p --force
	done <<-'EOF'
		rm farm/jobs/6.12.3-amd64/a/job.json; mkfifo farm/jobs/6.12.3-amd64/a/job.json
		rm farm/jobs/6.12.3-amd64/a/job.json; mkdir farm/jobs/6.12.3-amd64/a/job.json
		: >farm/jobs/6.12.3-amd64/a/job.json
		rm farm/jobs/6.12.3-amd64/a/run; echo exit >farm/jobs/6.12.3-amd64/a/run
		mkfifo farm/jobs/6.12.3-amd64/a/pipe
		rm -r farm/jobs/6.12.3-amd64/a
		touch farm/jobs/file
	EOF
	# The plan
	cp farm/manifest.json whole
	while read -r what; do
		eval "$what"
		for command in run report "plan -k kernels -p p"; do
			# shellcheck disable=SC2086
			run -1 "$FARM" $command
			[[ $output == "kpatch-farm: error: $T/farm/manifest.json is not as kpatch-farm plan wrote it (edited, or cut off when the power failed); plan again with --force (results are kept)" ]] || { echo "$what: $output"; return 1; }
			# (The first command is enough for most.)
			if [[ $what != ": >"* ]]; then break; fi
		done
		run -0 "$FARM" plan -k kernels -p p --force
		[[ ${lines[0]} == *"; 6 have a result" ]]
	done <<-'EOF'
		: >farm/manifest.json
		head -c 200 whole >farm/manifest.json
		echo '{}' >farm/manifest.json
		cat whole whole >farm/manifest.json
		jq '.kernels[0].dir = "../.."' whole >farm/manifest.json
		jq 'del(.tool.id)' whole >farm/manifest.json
	EOF
	# What is a plan, but another one: its jobs are not those that are there.
	jq '.patches[0].patches[0].file = "/etc/passwd"' whole >farm/manifest.json
	run -1 "$FARM" run
	[[ $output == *"error: 2 job(s) are not as planned"* ]]
}

# wrong MESSAGE WORD...
wrong() {
	run -4 "$FARM" "${@:2}"
	[[ $output == "kpatch-farm: error: $1; see kpatch-farm --help" ]] || { echo "$output"; return 1; }
}
@test "each option is one of the commands that the help has it for" {
	"$FARM" --help | sed -nE 's/^  (-[a-z], |    )?(--[a-z]*)[^(]*\(([^)]*)\) .*/\2 \3/p' | sed 's/ --on slurm/,/; s/,//g' >help
	[[ $(wc -l <help) == 11 ]]
	local option command commands of value
	while read -r option commands; do
		of=""
		for command in plan run report scan cumulative; do
			value=x
			if [[ $option == --force ]]; then value=""; fi
			run "$FARM" "$command" "$option" ${value:+"$value"}
			if [[ $output != *" is for "*", not for $command; see kpatch-farm --help" && $output != *"(behind --) are for "* ]]; then of+=" $command"; fi
		done
		[[ "$(tr ' ' '\n' <<<"$commands" | sort)" == "$(tr ' ' '\n' <<<"${of# }" | sort)" ]] || { echo "$option: $commands:$of"; return 1; }
	done <help
}

@test "wrong words and lists: one message, with the place" {
	local words what command
	wrong "no command given"
	wrong "unknown command 'paint'" paint
	wrong "unknown word 'x'" run x
	wrong "unrecognized option '--odd'" run --odd
	wrong "no kernels given (-k)" plan -p p
	wrong "no patches given (-p)" plan -k kernels
	wrong "-k: 'nothing' is neither a file with a list nor a release such as 6.12 or 6.12.117+deb12-amd64" plan -k nothing -p p
	wrong "-p: there is no file or directory 'nothing'" plan -k kernels -p nothing
	wrong "--on takes local or slurm, not 'moon'" run --on moon
	wrong "-j takes a number of at least 1, not '0'" run -j 0
	KPATCH_FARM_JOBS=all wrong "KPATCH_FARM_JOBS is a number of at least 1, not 'all'" run
	# Options of other commands, and of the other engine
	wrong "--on is for run, not for plan" plan -k kernels -p p --on slurm
	wrong "-k is for plan, scan and cumulative, not for run" run -k kernels
	wrong "--output is for plan, run, report and cumulative, not for scan" scan -k kernels -p p --out x
	wrong "-j is for run, scan and cumulative, not for report" report -j2
	wrong "--force is for plan, not for cumulative" cumulative --force
	wrong "options for kpatch-build (behind --) are for plan, scan and cumulative, not for run" run -- --fuzz 1
	wrong "--memory is for run --on slurm" run --memory 4G
	wrong "--partition is for run --on slurm" run --on local --partition x
	for words in -k --patches -o --json; do
		command=plan
		if [[ $words == --json ]]; then command=scan; fi
		wrong "$words: the value is empty" "$command" -k kernels -p p "$words" ''
	done
	wrong "kpatch-build does not take the options behind --: kpatch-build: error: unrecognized option" plan -k kernels -p p -- --wrong
	echo "-x y" >list
	local hint="an entry is a release such as 6.12, or options of kpatch-build that describe a kernel (-s DIR -c FILE -v FILE)"
	wrong "list: line 1: invalid option -- 'x': $hint" plan -k list -p p
	while IFS='|' read -r words what; do
		printf '%s\n' "$words" >list
		wrong "list: line 1: $what" plan -k list -p p
	done <<-END
		-s|option requires an argument -- 's': $hint
		--source|option '--source' is ambiguous; possibilities: '--sourcerpm' '--sourcedir': $hint
		-sp x|unknown word 'x': $hint
		--sign=x|--sign does not describe a kernel: $hint
		--boot-test|--boot-test does not describe a kernel: $hint
		-s ""|-s: the value is empty
		--sourcedir=|--sourcedir: the value is empty
	END
	printf '6.12\n-s "open\n' >list
	wrong "list: line 2: a quote is not closed" plan -k list -p p
	echo "-s nowhere" >list
	wrong "list: line 1: -s: '$T/nowhere' is not a readable directory" plan -k list -p p
	printf '6.1\n6.1\n' >list
	wrong 'list: line 2: the name "6.1" is there twice (list: line 1)' plan -k list -p p
	printf 'p/a.patch\nnowhere.patch\n' >list
	wrong "list: line 2: '$T/nowhere.patch' is not a readable file" plan -k kernels -p list
	echo '[ "p/a.patch" ' >list
	wrong "list: not a list: it begins like JSON, and is none" plan -k kernels -p list
	echo '[{"name": "x", "patch": []}]' >list
	wrong "list: entry 1: unknown word patch" plan -k kernels -p list
	cp p/a.patch p/e.patch
	wrong 'p/e.patch: "e" is the same as "a" (p/a.patch)' plan -k kernels -p p
	for name in '# nothing' '' '[]'; do
		printf '%s\n' "$name" >list
		wrong "there is no entry in the list of kernels" plan -k list -p p
		wrong "there is no entry in the list of patches" scan -k kernels -p list
	done
	for name in '{"name":"x"}' '6.12.3-amd64 6.1' newest; do
		printf '6.1\n%s\n' "$name" >list
		wrong "list: line 2: '$name' is no release such as 6.12 or 6.12.117+deb12-amd64, nor options that describe a kernel (-s DIR -c FILE -v FILE)" plan -k list -p p
	done
	printf 'p/a.patch\0\n' >list
	wrong "list: line 1: a NUL, or characters that are not UTF-8" plan -k kernels -p list
	mkdir odd
	cp p/a.patch odd/$'\xe9.patch'
	printf 'odd/\xe9.patch\n' >list
	wrong "list: line 1: a NUL, or characters that are not UTF-8" plan -k kernels -p list
	wrong $'odd/\xef\xbf\xbd.patch: a name has characters that are not UTF-8' plan -k kernels -p odd
	KPATCH_BUILD=$T/nowhere wrong "there is no program $T/nowhere (KPATCH_BUILD)" plan -k kernels -p p
	[[ ! -e farm ]]
}

@test "no more room: what is done is kept" {
	if ! mkdir full || ! mount -t tmpfs -o size=200k none full 2>/dev/null; then skip "no file system can be mounted here"; fi
	"$FARM" plan -k kernels -p p -o full/farm || { umount full; return 1; }
	head -c 1M /dev/zero >full/fill 2>/dev/null || true
	run "$FARM" run -o full/farm
	local before="$status: $output"
	# While jobs are at work
	rm full/fill
	echo "head -c 1M /dev/zero >'$T/full/fill' 2>/dev/null" >hook
	run "$FARM" run -o full/farm -j 1
	umount full
	[[ $before == 1:* && $(grep -c "there is no space left in" <<<"$before") == 1 ]] || { echo "$before"; return 1; }
	[[ $status == 1 && $(grep -c "there is no space left in" <<<"$output") == 1 &&
		${lines[-1]} == "kpatch-farm: error: there is no space left in $T/full/farm "*"; free some space, then run again: what is done is kept" ]] || { echo "$output"; return 1; }
}

@test "no more room for a plan, a report, a cumulative livepatch: one message, nothing is lost" {
	if ! mkdir full || ! mount -t tmpfs -o size=300k none full 2>/dev/null; then skip "no file system can be mounted here"; fi
	"$FARM" plan -k 6.12.3-amd64 -p p -o full/farm
	"$FARM" run -o full/farm
	"$FARM" cumulative -k 6.12.3-amd64 -p p/a.patch -o full/cumulative
	cp full/farm/manifest.json before
	head -c 1M /dev/zero >full/fill 2>/dev/null || true
	echo d >p/d.patch
	local command failed="" at
	for command in "plan -k 6.12.3-amd64 -p p -o full/farm" "plan -k 6.12.3-amd64 -p p -o full/new" "report -o full/farm" "cumulative -k 6.12.3-amd64 -p p -o full/cumulative"; do
		# shellcheck disable=SC2086
		run "$FARM" $command
		at=${command##* }
		if [[ $status != 1 || $(grep -c 'kpatch-farm: error: ' <<<"$output") != 1 || $output != *"there is no space left in $T/$at"* ]]; then failed+="$command: $output"$'\n'; fi
	done
	cmp full/farm/manifest.json before || failed+="the manifest changed"
	rm full/fill
	for command in "plan -k 6.12.3-amd64 -p p -o full/farm" "plan -k 6.12.3-amd64 -p p -o full/new" "run -o full/farm" "report -o full/farm" "cumulative -k 6.12.3-amd64 -p p -o full/cumulative"; do
		# shellcheck disable=SC2086
		run "$FARM" $command
		if [[ $status != 0 ]]; then failed+="$command: $output"$'\n'; fi
	done
	at=$(jq -c .counts full/farm/results.json)$(<full/new/format)$(jq .version full/cumulative/*/current.json)
	umount full
	[[ ! $failed && $at == '{"built":4}12' && $(builds) == 6 ]] || { echo "$failed$at"; return 1; }
}

@test "a farm directory with blanks, quotes and a line feed, and such a patch, for all commands" {
	local at=$'out \'q\' "d" $x\nline\n' odd=$'p/an "odd" \'one\'\nhere $x %.patch'
	rm p/*
	echo x >"$odd"
	jq -n --arg odd "$odd" '[$odd]' >list
	"$FARM" plan -k 6.12.3-amd64 -p list -o "$at"
	run -0 "$FARM" run -o "$at"
	[[ ${lines[-1]} == "1 jobs: 1 built" ]]
	run -0 "$FARM" report -o "$at"
	[[ $output == $'1 jobs: 1 built\nwritten '"$T/$at/index.html" ]]
	[[ $(jq -r '.jobs[0].patch' "$at/results.json") == $'an "odd" \'one\'\nhere $x %' ]]
	run -0 "$FARM" scan -k 6.12.3-amd64 -p list
	[[ ${lines[1]} == $'an "odd" \'one\' here $x %  '* ]]
	run -0 "$FARM" cumulative -k 6.12.3-amd64 -p list -o "$at 2"
	[[ $(jq -r '.[0].fixes[0]' "$at 2/cumulative.json") == $'an "odd" \'one\'\nhere $x %' ]]
}

@test "the report: results.json, junit.xml and a page, before and after jobs have a result" {
	printf '%s\n' "outcome 2" >>p/a.patch
	mv p/b.patch "p/<script> & \"b\".patch"
	echo "outcome 1" >>p/c.patch
	"$FARM" plan -k 6.12.3-amd64 -k 6.0-none -p p
	run -0 "$FARM" report
	[[ $output == $'6 jobs: 6 without a result\nwritten '"$T/farm/index.html" ]]
	run -1 "$FARM" run
	run -0 "$FARM" report
	[[ ${lines[0]} == "6 jobs: 1 built, 1 error, 1 refused, 3 without a result" ]]
	[[ $(jq -c '[.jobs[] | [.kernel, .patch, .result]]' farm/results.json) == '[["6.12.3-amd64","<script> & \"b\"","built"],["6.12.3-amd64","a","refused"],["6.12.3-amd64","c","error"],["6.0-none","<script> & \"b\"","without a result"],["6.0-none","a","without a result"],["6.0-none","c","without a result"]]' ]]
	[[ $(jq -c '[.kernels[].prepared]' farm/results.json) == '[true,false]' ]]
	run -0 python3 -c 'import sys, xml.etree.ElementTree as t
for s in t.parse("farm/junit.xml").getroot():
    print(s.get("name"), s.get("tests"), s.get("failures"), s.get("errors"), s.get("skipped"))
    for c in s: print(c.get("name"), [x.tag for x in c], sep="|")'
	diff - <(echo "$output") <<-EOF
		6.12.3-amd64 3 1 1 0
		<script> & "b"|[]
		a|['failure']
		c|['error']
		6.0-none 3 0 0 3
		<script> & "b"|['skipped']
		a|['skipped']
		c|['skipped']
	EOF
	# The data stands between its tags, and nothing in it ends them.
	[[ $(grep -c '</script>' farm/index.html) == 2 ]]
	[[ $(sed -n '/^<script type="application.json"/{n;p}' farm/index.html | jq -c '[[.patches[].name], [.cells[][0]]]') == '[["<script> & \"b\"","a","c"],[0,2,5,6,6,6]]' ]]
	# Nothing comes from elsewhere.
	run ! grep -E '(src|href)="?(https?:)?//' farm/index.html
}

# answer STATUS JSON: of a dry run, for the patch NAME
answer() { printf 'outcome %s\njson %s\n' "$2" "$3" >"p/$1.patch"; }
@test "a scan: each answer, as a table and as JSON; nothing is built" {
	rm p/*
	answer 1 0 '{"patches":[{"applies":"exact"}]}'
	answer 2 0 '{"patches":[{"applies":"exact"},{"applies":"offset"}]}'
	answer 3 5 '{"patches":[{"applies":"already"}]}'
	answer 4 5 '{"patches":[{"applies":"absent"}]}'
	answer 5 5 '{"patches":[{"applies":"no"}]}'
	answer 6 2 '{"patches":[{"applies":"exact"}],"refusals":[{"rule":"not-built"}]}'
	answer 7 2 '{"patches":[{"applies":null}],"refusals":[{"rule":"file-kind"},{"rule":"not-built"}]}'
	answer 8 3 '{"patches":[{"applies":"exact"}]}'
	run -0 "$FARM" scan -k kernels -p p --json answers
	diff - <(echo "$output") <<-EOF
		patch  6.12.3-amd64          6.1.0-57-amd64
		1      applies               applies
		2      applies with offset   applies with offset
		3      has it already        has it already
		4      file not in source    file not in source
		5      does not apply        does not apply
		6      not in configuration  not in configuration
		7      can't be patched      can't be patched
		8      changes nothing       changes nothing
	EOF
	[[ $(jq -c '.pairs[14] | [.kernel, .patch, .answer, .rules]' answers) == '["6.1.0-57-amd64","7","can'"'"'t be patched",["file-kind","not-built"]]' ]]
	[[ $(grep -c -- --dry-run calls) == 16 && ! -e farm ]]
	run -1 "$FARM" scan -k 6.12.3-amd64 -p p/1.patch --json /dev/full
	[[ ${lines[1]} == "1      applies" && ${lines[-1]} == "kpatch-farm: error: --json: '/dev/full' can't be written" ]]
	: >calls
	wrong "--json: 'nowhere/answers' can't be written" scan -k kernels -p p --json nowhere/answers
	wrong "--json: 'p' can't be written" scan -k kernels -p p --json p
	[[ ! -s calls ]]
	answer 9 1 '{"exit":{"message":"no network"}}'
	run -1 --separate-stderr "$FARM" scan -k 6.12.3-amd64 -p p --json -
	[[ $(jq -r '.pairs[8].answer' <<<"$output") == error ]]
	run -1 "$FARM" scan -k 6.12.3-amd64 -p p
	[[ ${lines[-1]} == "kpatch-farm: error: 6.12.3-amd64: 9: no network" ]]
}

@test "a cumulative livepatch: all that can be built, who is left out and why, a new version for a new list" {
	local name
	rm p/*
	for name in a c e f; do echo "patch $name" >"p/$name.patch"; done
	answer b 2 '{"refusals":[{"rule":"init-code","file":"x.o","place":"f","message":"no"}]}'
	answer d 5 "{\"patches\":[{\"file\":\"$T/p/d.patch\",\"applies\":\"already\"}]}"
	mv p/f.patch .
	run -2 "$FARM" cumulative -k 6.12.3-amd64 -p p -j 1
	diff - <(echo "$output") <<-EOF
		6.12.3-amd64: livepatch-cumulative-1.ko holds 3 of 5 fixes; left out:
		    b: refused: f [init-code]
		    d: has it already
	EOF
	cd cumulative/6.12.3-amd64
	[[ $(jq -c '[.version, .module, .fixes, [.left_out[] | [.fix, .result]]]' current.json) == '[1,"livepatch-cumulative-1.ko",["a","c","e"],[["b","refused"],["d","has it already"]]]' ]]
	[[ $(<1/modules/livepatch-cumulative-1.ko) == module && $(ls 1/left-out) == $'b.log\nd.log' ]]
	cd "$T"
	grep -q -- '--state 1717662317:1 .* -- [^ ]*/a.patch [^ ]*/c.patch [^ ]*/e.patch$' calls
	# Five fixes, one of which is found by halves, and one told by name.
	(($(builds) <= 8))
	: >calls
	run -2 "$FARM" cumulative -k 6.12.3-amd64 -p p
	[[ $output == "6.12.3-amd64: livepatch-cumulative-1.ko is up to date" && $(builds) == 0 ]]
	mv f.patch p/
	rm p/b.patch
	run -0 "$FARM" cumulative -k 6.12.3-amd64 -p p
	[[ ${lines[0]} == "6.12.3-amd64: livepatch-cumulative-2.ko holds 4 of 5 fixes; left out:" ]]
	run -0 "$FARM" cumulative -k 6.12.3-amd64 -p p/d.patch -o none
	[[ $output == $'6.12.3-amd64: no fix can be built; left out:\n    d: has it already' ]]
	run -0 "$FARM" cumulative -k 6.12.3-amd64 -p p/d.patch -o none
	[[ $output == "6.12.3-amd64: no livepatch is up to date" ]]
	echo "outcome 1" >>p/a.patch
	run -1 "$FARM" cumulative -k 6.12.3-amd64 -p p
	[[ ${lines[0]} == "kpatch-farm: error: 6.12.3-amd64: kpatch-build failed; nothing was made:" && $(jq .version cumulative/6.12.3-amd64/current.json) == 2 ]]
	# A patch that is edited while it is built, and kpatch-build.
	sed -i '/outcome/d' p/a.patch
	local before
	before=$(<cumulative/6.12.3-amd64/current.json)
	sed -i 's,^\(.*\)cat "$@" >,\1[ -e '"$T"'/edited ] || { touch '"$T"'/edited; echo edited >>"$1"; }\n&,' bin/kpatch-build
	run -1 "$FARM" cumulative -k 6.12.3-amd64 -p p
	[[ $output == *$'kpatch-farm: error: 6.12.3-amd64: something changed while it was built; nothing was made, run again:\n    the patch \'a\' has changed since it was planned' ]]
	[[ $(<cumulative/6.12.3-amd64/current.json) == "$before" && ! -e cumulative/6.12.3-amd64/3 ]]
	run -0 "$FARM" cumulative -k 6.12.3-amd64 -p p
	[[ $(jq .version cumulative/6.12.3-amd64/current.json) == 3 ]]
	# What was edited or removed there is made again, as a new version.
	local what n=3
	for what in ': >cumulative/6.12.3-amd64/current.json' 'rm cumulative/6.12.3-amd64/$n/modules/*' ': >cumulative/6.12.3-amd64/$n/modules/livepatch-cumulative-$n.ko' 'rm -r cumulative/6.12.3-amd64' 'rm -r cumulative/6.12.3-amd64/$n' 'echo "{" >cumulative/cumulative.json; echo "[]" >cumulative/6.12.3-amd64/current.json'; do
		eval "$what"
		mkdir -p cumulative/6.12.3-amd64/{99.old,08}
		run -0 "$FARM" cumulative -k 6.12.3-amd64 -p p
		# (A version that is gone may be loaded somewhere.)
		n=$((n + 1))
		[[ ${lines[0]} == "6.12.3-amd64: livepatch-cumulative-$n.ko holds 4 of 5 fixes; left out:" && $(jq -c 'map(.version)' cumulative/cumulative.json) == "[$n]" ]] || { echo "$what: $output"; return 1; }
	done
	run -0 "$FARM" cumulative -k 6.12.3-amd64 -p p
	[[ $output == "6.12.3-amd64: livepatch-cumulative-$n.ko is up to date" ]]
	run -4 "$FARM" cumulative -k 6.12.3-amd64 -p p -o p
	[[ $output == *"p has other things in it; give a directory of its own with -o"* ]]
}

@test "the guide's cron job and CI job" {
	PATH=$TOP/kpatch-farm:$PATH
	echo "outcome 2" >>p/a.patch
	mv p fixes
	git -C fixes init -q
	git -C fixes add .
	git -C fixes -c user.name=x -c user.email=x@y commit -qm x
	git clone -q --bare fixes origin 2>/dev/null
	rm -r fixes
	git clone -q origin fixes 2>/dev/null
	guide_example farm cron | sed "s,/srv/farm,$T,g" >nightly
	run -0 sh nightly
	[[ -z $output && $(jq -c .counts farm/results.json) == '{"refused":2,"built":4}' && $(builds) == 6 ]]
	run -0 sh nightly
	[[ -z $output && $(builds) == 6 ]]
	echo "outcome 1" >>fixes/b.patch
	run -0 sh nightly
	[[ $output == *": b: error ("* ]]
	rm -rf farm
	guide_example farm gitlab | sed -n '/^  script:/,/^  [a-z]*:$/s/^    - //p' >script
	[[ $(wc -l <script) == 4 ]]
	run -1 bash -e script
	sed -i '/outcome 1/d' fixes/b.patch
	run -2 bash -e script
	[[ -s farm/junit.xml && -s farm/index.html ]]
}
