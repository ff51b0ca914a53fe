#!/usr/bin/env bats
# What kpatch-build tells programs (--json), by its schema, for each outcome; and --quiet, --version.
# Each test is a subshell:
# shellcheck disable=SC2030,SC2031

load common

setup_file() { describe_kernels; }

setup() {
	T=$BATS_TEST_TMPDIR
	mkdir "$T/out"
	cd "$T" || return
}

use() {
	if [[ ! -s $KERNELS_DIR/$1.sh ]]; then skip "no kernel of series $1 can be built"; fi
	# shellcheck source=/dev/null
	source "$KERNELS_DIR/$1.sh"
}
# change FILE SCRIPT: a patch of this file by sed, added to change.patch
change() {
	sed "$2" "$TARGET_SOURCE/$1" >new
	diff_patch "$TARGET_SOURCE/$1" new "$1" >>change.patch
}
# build STATUS [OPTION...]: its result is in out/result, and as the schema says
build() {
	run "-$1" --separate-stderr "$DRIVER" -a "$TARGET_RELEASE" -o out --json out/result "${@:2}" change.patch
	is_valid out/result
	[[ $(jq .exit.status out/result) == "$1" ]]
}
is_valid() {
	local faults
	faults=$(jq -rn --slurpfile schema "$TOP/doc/kpatch-build.schema.json" --slurpfile value "$1" -f "$TOP/test/cli/schema.jq")
	[[ -z $faults ]] || { echo "$faults"; return 1; }
}
# says FILTER EXPECTED: of the result
says() {
	local is
	is=$(jq -c "$1" out/result)
	[[ $is == "$2" ]] || { echo "$1 is $is"; return 1; }
}

@test "a good run: target, patch, objects, functions, verification, times, module; on request nothing else is printed" {
	use 6.12
	change fs/proc/cmdline.c '/seq_putc(m, /i\	seq_putc(m, 32);'
	build 0 -q -n livepatch-json
	[[ $output == "$T/out/livepatch-json.ko" && -z $stderr ]]
	says .exit '{"status":0,"result":"built","stage":null,"message":null}'
	says '[.target.release, .target.package_version]' "[\"$TARGET_RELEASE\",\"$TARGET_VERSION\"]"
	says .target.image.sha256 "\"$(sha256sum <"$TARGET_IMAGE" | cut -d ' ' -f 1)\""
	says .patches "[{\"file\":\"$T/change.patch\",\"sha256\":\"$(sha256sum <change.patch | cut -d ' ' -f 1)\",\"applies\":\"exact\"}]"
	says .objects '[{"object":"fs/proc/cmdline.o","parent":"vmlinux","module":"vmlinux","base":"same","functions_matched":2,"status":"written"}]'
	says .functions '[{"object":"fs/proc/cmdline.o","name":"cmdline_proc_show","kind":"changed","why":"size","by":null}]'
	says '[.verification[] | [.module, .verdict, .findings, .functions, [.symbols[].name]]]' \
		'[["livepatch-json.ko","pass",[],[{"object":"vmlinux","name":"cmdline_proc_show","sympos":0}],["saved_command_line"]]]'
	says '[.refusals, .messages, .boot_test]' '[[],[],null]'
	says '[.stages[].name]' '["target","patch","tree","affected","compile","base","diff","link","post-link","verify"]'
	[[ $(jq '[.stages[].seconds] | add > 0.1' out/result) == true ]]
	says .modules "[{\"name\":\"livepatch-json\",\"for\":null,\"file\":\"$T/out/livepatch-json.ko\",\"sha256\":\"$(sha256sum <out/livepatch-json.ko | cut -d ' ' -f 1)\"}]"
	# The module itself says from what it was made.
	[[ $(modinfo -F patch out/livepatch-json.ko) == "change.patch $(sha256sum <change.patch | cut -d ' ' -f 1)" ]]
	[[ $(modinfo -F target_package out/livepatch-json.ko) == "$TARGET_VERSION" && $(modinfo -F kpatch_build out/livepatch-json.ko) == [0-9]*.[0-9]*.[0-9]* ]]
	# To standard output: all else goes to the other one. The last line of that is the module's path.
	run -0 --separate-stderr "$DRIVER" -a "$TARGET_RELEASE" -o out -n livepatch-json --json - change.patch
	diff <(jq -S 'del(.stages, .arguments)' <<<"$output") <(jq -S 'del(.stages, .arguments)' out/result)
	[[ ${stderr_lines[-1]} == "written   $T/out/livepatch-json.ko" ]]
}

@test "what create-diff-object refuses, with the hunks; and what is warned of" {
	use 6.12
	change fs/coredump.c 's/core_pattern\[CORENAME_MAX_SIZE\] = "core"/core_pattern[CORENAME_MAX_SIZE] = "crash.core"/'
	build 2
	says '[.refusals[] | [.rule, .file, .place, [.hunks[].file]]]' '[["data-changed","fs/coredump.o","core_pattern",["fs/coredump.c"]]]'
	[[ $(jq -r '.refusals[0].hunks[0].hunk' out/result) =~ ^@@\ -[0-9,]+\ \+[0-9,]+\ @@$ ]]
	says '[.refusals[] | .lines, (.message | contains("hunk"))]' '[[],false]'
	says '[.exit.result, .exit.stage, .modules, .objects[0].status]' '["refused","diff",[],"refused"]'
	rm change.patch
	change fs/proc/cmdline.c '/^static int cmdline_proc_show/i\#include "kpatch-macros.h"\nKPATCH_FORCE_UNSAFE(cmdline_proc_show)
		/seq_putc(m, /i\	seq_putc(m, 32);'
	build 0
	says '[.refusals, [.messages[] | [.kind, .rule, .file, .place]]]' '[[],[["note","force-unsafe","fs/proc/cmdline.o","cmdline_proc_show"]]]'
}

@test "names of any kind, of the patch, the result, and the directory that it is for" {
	local odd=$'o "d\'\n $(x)\t;'
	use 6.12
	change fs/proc/cmdline.c '/seq_putc(m, /i\	seq_putc(m, 32);'
	mkdir "$odd"
	mv change.patch "$odd.patch"
	run -0 "$DRIVER" -q -a "$TARGET_RELEASE" -n livepatch-odd -o "$odd" --json "$odd/$odd" --package deb "$odd.patch"
	mv "$odd/$odd" out/result
	is_valid out/result
	[[ $(jq -j '.patches[0].file, .modules[].file, .packages[].file' out/result) == "$T/$odd.patch$T/$odd/livepatch-odd.ko$T/$odd/$(cd "$odd" && echo *.deb)" ]]
	[[ $(modinfo -F patch "$odd/livepatch-odd.ko") == "o__d_____x___.patch "* ]]
}

@test "a callback for a module in which nothing changes, beside a function of the kernel that does" {
	use 6.12
	change drivers/net/dummy.c '$a\#include "kpatch-macros.h"\nstatic void dummy_called(patch_object *obj)\n{\n\tpr_info("called\\n");\n}\nKPATCH_POST_PATCH_CALLBACK(dummy_called);'
	# (By itself it is what the patch was written for.)
	build 0 -n livepatch-alone
	says '[.messages[].text]' '["dummy: the livepatch has callbacks for it, and changes no function"]'
	[[ -z $(modinfo -F accepted out/livepatch-alone.ko) ]]
	change fs/proc/cmdline.c '/seq_putc(m, /i\	seq_putc(m, 32);'
	build 2 -n livepatch-beside
	says '[.refusals[] | [.rule, (.message | startswith("dummy: the patch changes no function of it, but has callbacks for it: post_patch callback dummy_called"))]]' '[["callback-alone",true]]'
	build 0 -n livepatch-beside --accept callback-alone:dummy
	[[ $(modinfo -F accepted out/livepatch-beside.ko) == callback-alone:dummy ]]
}

@test "what the driver refuses, one by one; patches that do not apply, change nothing, do not compile" {
	use 6.1
	change arch/x86/entry/entry_64.S '1i\/* x */'
	change scripts/mod/modpost.c '1i\/* x */'
	build 2
	says '[.refusals[] | [.rule, .file]]' '[["file-kind","arch/x86/entry/entry_64.S"],["build-changed","scripts/mod/modpost.c"]]'
	says '[.exit.stage, (.exit.message | startswith("refused: the patch can'"'"'t be livepatched:"))]' '["patch",true]'
	rm change.patch
	change fs/proc/cmdline.c '/seq_putc(m, /i\	/* a comment */'
	build 3
	says '[.exit.result, .functions]' '["unchanged",[]]'
	sed -i 's/^ \tseq_putc/ \tseq_puts/' change.patch
	build 5
	says '[.exit.result, .exit.stage, .objects]' '["not-applied","patch",[]]'
	rm change.patch
	change fs/proc/cmdline.c '/seq_putc(m, /i\	nonsense(m);'
	build 6
	says '[.exit.result, .exit.stage]' '["not-compiled","compile"]'
	[[ $(jq -r '.messages[] | select(.kind == "error") | .text' out/result) == fs/proc/cmdline.c:*": error: "* ]]
	rm change.patch
	change fs/proc/cmdline.c '/seq_putc(m, /i\	int unused_here; seq_putc(m, 32);'
	build 0
	[[ $(jq -r '.messages[] | select(.kind == "warning") | .text' out/result) == "fs/proc/cmdline.c: unused variable 'unused_here' [-Wunused-variable]" ]]
}

@test "how a patch applies; --dry-run ends before anything is compiled, --prepare before there is a patch" {
	use 6.1
	change fs/proc/cmdline.c '/seq_putc(m, /i\	seq_putc(m, 32);'
	build 0 --dry-run
	says '[.exit.result, .patches[].applies, [.objects[].object], .modules, [.stages[].name]]' '["done","exact",["fs/proc/cmdline.o"],[],["target","patch","tree","affected"]]'
	says '[.estimate.objects, (.estimate.seconds > 0 and .estimate.seconds < 600)]' '[1,true]'
	[[ ${output//$'\n'/ } == *"To compile: 1 object(s) of vmlinux; a build takes about "*" with "*" job(s)"* ]]
	[[ $(ls out) == result ]]
	build 0 --check
	says '[.exit.result, .modules]' '["done",[]]'
	sed -E 's/^@@ -[0-9]+(.*) \+[0-9]+/@@ -3\1 +3/' change.patch >moved && mv moved change.patch
	build 0 --dry-run
	says '[.patches[].applies]' '["offset"]'
	sed -n '/^[-+ @]/p' change.patch | sed 's,fs/proc/cmdline.c,fs/proc/nothing.c,' >absent && mv absent change.patch
	build 5 --dry-run
	says '[.patches[].applies]' '["absent"]'
	rm change.patch
	sed '/seq_putc(m, /d' "$TARGET_SOURCE/fs/proc/cmdline.c" >old
	diff_patch old "$TARGET_SOURCE/fs/proc/cmdline.c" fs/proc/cmdline.c >change.patch
	build 5 --dry-run
	says '[.patches[].applies]' '["already"]'
	sed -i 's/^ .*single_open/ &x/' change.patch
	sed -i 's/^+.*/&x/; s/^ .*seq_file.*/&x/' change.patch
	build 5 --dry-run
	says '[.patches[].applies]' '["no"]'
	run -0 "$DRIVER" -a "$TARGET_RELEASE" --json out/result --prepare
	[[ $output =~ ^target\ .*tree\  ]]
	is_valid out/result
	says '[.exit.result, .modules]' '["done",[]]'
}

@test "a wrong command line and an interruption have a result, too" {
	use 6.1
	change fs/proc/cmdline.c '/seq_putc(m, /i\	seq_putc(m, 32);'
	build 4 --fuzz x
	says '[.exit.result, .target, .stages]' '["usage",null,[]]'
	build 4 -n --json -q --no-such-option
	says '[.exit.result, .exit.message, (.arguments | length)]' '["usage","error: unrecognized option '"'--no-such-option'"'; see kpatch-build --help",11]'
	mkdir out/directory
	run -4 "$DRIVER" -a "$TARGET_RELEASE" -o out --json out/directory change.patch
	[[ $output == *"error: --json: $T/out is no directory that can be written to, or has a directory of that name; see kpatch-build --help" ]]
	run -4 "$DRIVER" -a "$TARGET_RELEASE" -o out --json nowhere/result change.patch
	[[ $output == *"error: --json: $T/nowhere is no directory"* ]]
	# (A patch from a pipe that nobody closes: it waits there.)
	mkfifo pipe
	"$DRIVER" -a "$TARGET_RELEASE" -o out --json out/result - <>pipe 3>&- &
	local pid=$! status=0
	sleep 1
	kill -TERM "$pid"
	wait "$pid" || status=$?
	[[ $status == 143 ]]
	is_valid out/result
	says '[.exit.status, .exit.result, .exit.message]' '[143,"interrupted","interrupted"]'
}

@test "a failure that nobody expected, and a disk that is full" {
	export T TOP SETUP
	mkdir -p bin
	ln -s "$TOP"/build/bin/* bin/
	SETUP='OPT_JSON=$T/out/result; json_begin; fails() { STAGE_NAME=compile; false; }; dies() { die "no more"; }'
	run -1 lib fails
	is_valid out/result
	says '[.exit.status, .exit.result, .exit.stage, (.exit.message | startswith("error: internal: "))]' '[1,"error","compile",true]'
	SETUP+='; disk_full() { REPLY="there is no space left in /x (0 MB and 9 files are free)"; }'
	run -1 lib dies
	is_valid out/result
	says '[.exit.status, .exit.message, .messages[0].text[:34]]' '[1,"error: no more","there is no space left in /x (0 MB"]'
	# The disk that the result is to be written to
	if ! unshare -m true 2>/dev/null; then skip "no file system can be mounted here"; fi
	run -1 bash -c 'SETUP=${SETUP/out\/result/full\/result}; mkdir "$T/full" && unshare -m bash -c "mount -t tmpfs -o size=4k none $T/full 2>/dev/null || exit 99; head -c 9000 /dev/zero >$T/full/x 2>/dev/null; lib dies; s=\$?; ls $T/full; exit \$s"'
	[[ $output == *"error: --json: $T/full/result can't be written; if there was one of an earlier run, it was removed"* ]]
	[[ ${lines[-1]} == x ]]
}

@test "the version" {
	run -0 "$DRIVER" --version
	[[ $output =~ ^kpatch-build\ [0-9]+\.[0-9]+\.[0-9]+(\ \([0-9a-f]+(-dirty)?\))?$ ]]
}
