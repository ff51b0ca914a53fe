#!/usr/bin/env bats
# kpatch, with a kernel of files (running-root.bash).

load common
load running-root

setup_file() {
	export T=$BATS_FILE_TMPDIR
	running_modules
	running_programs
	sed "s/vermagic=6.99.0/vermagic=6.98.0/" good.ko >other-release.ko
	sed "s/livepatch=Y/lovepatch=Y/" good.ko >no-livepatch.ko
	"$TOP/build/test/integration/relocation-rules/mutate" good.ko wrong.ko symbol .klp.sym.vmlinux.hidden_fn,0 .klp.sym.vmlinux.gone,0
}

setup() { running_kpatch; }

@test "load, list, info, status, unload" {
	run -0 kpatch load good.ko
	[[ $output == "good is loaded" && $(cat "$R/log") == "insmod good" ]]
	run -0 kpatch load ./good.ko
	[[ $output == "good is loaded already" && $(cat "$R/log") == "insmod good" ]]
	run -0 kpatch list
	tells '^    good +enabled$'
	run -0 kpatch info good
	tells '^patched: +vmlinux: patched_fn,1$'
	run -0 kpatch status
	tells '^no transition is in progress$'
	run -0 kpatch unload good.ko
	[[ $output == "good is unloaded" && ! -e $KLP/good ]]
	run -1 kpatch unload good
	[[ $output == "kpatch: error: good is not loaded" ]]
	run -1 kpatch info good
	run -1 kpatch load good
	[[ $output == "kpatch: error: good is not installed for $REL" ]]
}

@test "another build of what is loaded is not taken for it" {
	local note=$R/sys/module/good/notes/.note.gnu.build-id
	mkdir -p "$T/with-id"
	# (As the linker makes it: size of the name, size of the ID, type, "GNU", ID)
	printf '\4\0\0\0\24\0\0\0\3\0\0\0GNU\0abcdefghij\nlmnopqrst' >"$T/with-id/note"
	cat good.ko "$T/with-id/note" >"$T/with-id/good.ko"
	run -0 kpatch load "$T/with-id/good.ko"
	mkdir -p "${note%/*}"
	cp "$T/with-id/note" "$note"
	run -0 kpatch load "$T/with-id/good.ko"
	[[ $output == "good is loaded already" ]]
	run -1 kpatch load good.ko
	[[ $output == "kpatch: error: another build of good is loaded than "*"good.ko; unload it first" ]]
	printf x | dd of="$note" bs=1 seek=30 conv=notrunc status=none
	run -1 kpatch load "$T/with-id/good.ko"
	[[ $output == "kpatch: error: another build of good is loaded than "*"good.ko; unload it first" ]]
	echo 0 >"$KLP/good/enabled"
	run -1 kpatch load good.ko
	[[ $output == "kpatch: error: another build of good is loaded than "*"good.ko; unload it first" && $(<"$KLP/good/enabled") == 0 ]]
}

@test "what is not for the kernel that runs is not loaded, and not installed" {
	local command
	for command in load install verify; do
		run -2 kpatch "$command" ./other-release.ko
		tells 'good is for the kernel 6.98.0-test, not for 6.99.0-test|other-release.ko is for the kernel'
		run -2 kpatch "$command" ./no-livepatch.ko
		tells 'is no livepatch'
		run -2 kpatch "$command" ./wrong.ko
		tells 'vmlinux has no symbol gone'
		tells 'error: wrong.ko is not for the kernel that runs, or violates'
	done
	[[ ! -e $R/log && ! -e $STORE/good.ko ]]
	# A build of the same release
	rm "$R/boot/vmlinuz-$REL"
	ld -Ttext=0xffffffff81000000 -e 0 --build-id=0x0102abce -o other kernel.o
	objcopy -O binary --only-section=.note.gnu.build-id other "$R/sys/kernel/notes"
	run -2 kpatch load ./good.ko
	tells 'it is for build 0102abcd of'
	run -0 kpatch install -k 6.98.0-test ./other-release.ko
	[[ -f $R/var/lib/kpatch/6.98.0-test/good.ko ]]
	run -2 kpatch install -k 6.98.0-test ./good.ko
}

@test "without klp-verify, or with one that can't read the kernel's symbols, nothing is loaded" {
	run -1 env KPATCH_BIN=/nowhere "$TOP/kpatch/kpatch" load ./good.ko
	tells 'klp-verify is missing'
	rm "$R/proc/kallsyms" "$R/boot/vmlinuz-$REL"
	run -1 kpatch load ./good.ko
	tells 'could not be checked'
	[[ ! -e $R/log ]]
}

@test "what the kernel refuses is told, with its reason" {
	touch "$R/refuses"
	run -1 kpatch load ./good.ko
	[[ ${lines[0]} == "kpatch: error: the kernel does not load good: Invalid parameters; its log tells"* ]]
	[[ ! -e $KLP/good ]]
}

@test "a transition that takes too long is reversed, and those who held it up are named" {
	touch "$R/blocked"
	task 12 "a) b" S 4194560 0 do_nanosleep patched_fn ksys_read
	task 13 kworker/0:1 R 2129984 0
	task 14 there S 0 1 patched_fn
	task 15 stuck D 0 0 io_schedule
	# The reversal ends at once.
	(until [[ $(cat "$KLP/good/enabled" 2>/dev/null) == 0 ]]; do sleep 0.05; done; rm -r "$KLP/good") 3>&- &
	run -3 --separate-stderr kpatch load --json --timeout 1 ./good.ko
	is '.exit == {status: 3, result: "reversed"} and .modules[0].result == "reversed" and .modules[0].state == null'
	is '[.tasks[] | [.pid, .name, .kind, .state, .patched_function, .stack]] == [
		[12, "a) b", "user", "S", "patched_fn", ["do_nanosleep", "patched_fn", "ksys_read"]],
		[13, "kworker/0:1", "kernel", "R", null, []], [15, "stuck", "user", "D", null, ["io_schedule"]]]'
	output=$stderr
	tells '^    12 a\) b: sleeps in do_nanosleep, called by patched_fn, which is patched$'
	tells '^    13 kworker/0:1 \(of the kernel\): runs$'
	tells "^    15 stuck: waits, and can't be woken by a signal, in io_schedule$"
	tells '^kpatch: error: good is not loaded: the transition took more than 1 s and was reversed$'
	[[ $(cat "$R/log") == $'insmod good\nrmmod good' && ! -e $KLP/good ]]
}

@test "an interruption is told, at whatever kpatch was looking" {
	local fifo pid status=0
	touch "$R/blocked"
	task 12 sleeper S 0 0 patched_fn
	rm "$R/proc/12/task/12/patch_state"
	mkfifo "$R/proc/12/task/12/patch_state"
	# Its state is never read to the end, and what went wrong while it was read nobody wants to know.
	exec {fifo}<>"$R/proc/12/task/12/patch_state"
	env --default-signal=TERM "$TOP/kpatch/kpatch" load ./good.ko >told 2>&1 3>&- &
	pid=$!
	until [[ $(cat "$KLP/good/transition" 2>/dev/null) == 1 ]]; do sleep 0.05; done
	sleep 1
	kill "$pid"
	wait "$pid" || status=$?
	exec {fifo}>&-
	[[ $status == 143 ]]
	output=$(<told)
	tells '^kpatch: interrupted; the transition of good goes on in the kernel, see kpatch status$'
}

@test "a reversal that does not end either has a status of its own" {
	touch "$R/blocked"
	task 12 sleeper S 0 0 patched_fn
	run -5 env KPATCH_REVERSAL_SECONDS=1 "$TOP/kpatch/kpatch" load --timeout 1 ./good.ko
	tells 'the reversal has not ended'
	[[ $(cat "$KLP/good/enabled") == 0 && $(cat "$R/log") == "insmod good" ]]
}

@test "an unload that takes too long leaves the livepatch enabled" {
	kpatch load ./good.ko
	task 12 sleeper S 0 1 patched_fn
	echo 1 >"$KLP/good/transition"
	(until [[ $(cat "$KLP/good/enabled") == 0 ]]; do sleep 0.05; done; until [[ $(cat "$KLP/good/enabled") == 1 ]]; do sleep 0.05; done; echo 0 >"$KLP/good/transition") 3>&- &
	run -3 kpatch unload --timeout 1 good
	tells '^    12 sleeper: sleeps in patched_fn, which is patched$'
	tells 'good is still loaded'
	[[ $(cat "$KLP/good/enabled") == 1 ]]
}

@test "status names a transition and its tasks, and ends with 6; signal wakes them" {
	touch "$R/blocked"
	(KPATCH_REVERSAL_SECONDS=1 kpatch load --timeout 1 ./good.ko || true) >/dev/null 2>&1
	echo 1 >"$KLP/good/enabled"
	sleep 1000 3>&- &
	task $! $'sl\e[31m\nep' S 0 0 hrtimer_nanosleep
	task 13 kworker R 2129984 0
	run -6 kpatch status
	tells "^    $! sl\?\[31m\?ep: sleeps in hrtimer_nanosleep$"
	tells '^The transition of good is in progress'
	# What insmod is about to enable is not being disabled.
	echo 0 >"$KLP/good/enabled"
	echo coming >"$R/sys/module/good/initstate"
	run -6 kpatch status
	tells '^good +enabling$'
	echo live >"$R/sys/module/good/initstate"
	run -6 kpatch status
	tells '^good +disabling$'
	echo 1 >"$KLP/good/enabled"
	run -0 kpatch signal
	tells '^woke 1 process, for 2 tasks '
	[[ $(awk '/^State/ { print $2 }' "/proc/$!/status") == S ]]
	# One that is stopped stays so.
	task $! sleep T 0 0 hrtimer_nanosleep
	run -0 kpatch signal
	tells '^woke 0 processes, for 2 tasks '
	kill $!
	# Old kernels do it when they are asked.
	echo 0 >"$KLP/good/signal"
	run -0 kpatch signal
	[[ $(cat "$KLP/good/signal") == 1 ]]
	# Another livepatch has to wait.
	run -1 kpatch load ./zzzz.ko
	tells 'the transition of good is in progress'
}

@test "a livepatch that replaces others: they are removed, and load --all does not undo it" {
	kpatch install ./zzzz.ko ./aaaa.ko ./mmmm.ko
	kpatch load ./zzzz.ko
	touch "$R/replaces"
	run -0 kpatch load ./aaaa.ko
	[[ ${lines[1]} == "aaaa replaces zzzz, which is removed" && ! -e $R/sys/module/zzzz ]]
	rm "$R/replaces"
	run -0 kpatch load --all
	[[ ${lines[0]} == "zzzz is left out: aaaa replaces it" && ${lines[1]} == "aaaa is loaded already" && ${lines[2]} == "mmmm is loaded" ]]
	run -0 kpatch unload --all
	[[ ${lines[0]} == "mmmm is unloaded" && ${lines[1]} == "aaaa is unloaded" ]]
	run -0 kpatch unload --all
	[[ $output == "no livepatch is loaded" ]]
}

@test "a module that can't be removed is disabled, and that is told" {
	kpatch load ./good.ko
	touch "$R/permanent"
	(until [[ $(cat "$KLP/good/enabled") == 0 ]]; do sleep 0.05; done; rm -r "$KLP/good") 3>&- &
	run -0 kpatch unload good
	tells 'warning: good is disabled, but its module stays in memory: '
	run -0 kpatch list
	tells '^    good +inactive$'
}

@test "install keeps the order; what a package put there comes behind it" {
	kpatch install ./zzzz.ko ./aaaa.ko
	[[ $(cat "$STORE/order") == $'zzzz\naaaa' ]]
	cp mmmm.ko "$STORE/from-a-package.ko"
	run -0 kpatch load --all
	[[ ${lines[0]} == "zzzz is loaded" && ${lines[1]} == "aaaa is loaded" && ${lines[2]} == "mmmm is loaded" ]]
	kpatch install ./good.ko
	[[ $(cat "$STORE/order") == $'zzzz\naaaa\nmmmm\ngood' ]]
	run -0 kpatch install ./zzzz.ko
	[[ $output == "zzzz is installed for $REL already" ]]
	cp zzzz.ko changed.ko
	echo >>changed.ko
	run -0 kpatch install ./changed.ko
	[[ $output == "zzzz is installed for $REL, in place of another of that name" ]]
	cmp changed.ko "$STORE/zzzz.ko"
	[[ $(cat "$STORE/order") == $'zzzz\naaaa\nmmmm\ngood' ]]
	run -0 kpatch uninstall aaaa.ko mmmm
	[[ $(cat "$STORE/order") == $'zzzz\ngood' && ! -e $STORE/aaaa.ko && ! -e $STORE/from-a-package.ko ]]
	run -1 kpatch uninstall aaaa
	[[ $output == "kpatch: error: aaaa is not installed for $REL" ]]
	run -0 kpatch list --json
	is '[.modules[] | [.name, .state, .place]] == [["mmmm", "enabled", null], ["aaaa", "enabled", null], ["zzzz", "enabled", 1], ["good", null, 2]]'
}

@test "each module is read once, and what changes is read again" {
	local modinfo
	kpatch install ./zzzz.ko ./aaaa.ko
	modinfo=$(PATH=${PATH#"$T/bin:"} command -v modinfo)
	printf '#!/bin/bash\necho "${@: -1}" >>"$R/read"\nexec %q "$@"\n' "$modinfo" >bin/modinfo
	chmod +x bin/modinfo
	run -0 kpatch list
	[[ $(sort "$R/read") == "$STORE/aaaa.ko"$'\n'"$STORE/zzzz.ko" ]]
	rm "$R/read"
	run -0 kpatch load --all
	# (The pretended insmod asks, too.)
	[[ $(wc -l <"$R/read") == 4 ]]
	rm "$R/read"
	# (Each store that is written to is read before and after.)
	cp zzzz.ko changed.ko
	echo >>changed.ko
	run -0 kpatch install ./changed.ko
	rm bin/modinfo
	[[ $(grep -c zzzz.ko "$R/read") == 2 ]]
}

@test "an install that is killed at any place, or has no room, leaves what was there" {
	local program
	kpatch install ./zzzz.ko
	cp zzzz.ko changed.ko
	echo >>changed.ko
	for program in cp chmod sync mv; do
		printf '#!/bin/bash\nkill -9 $PPID\nsleep 1\n' >"bin/$program"
		chmod +x "bin/$program"
		run -137 kpatch install ./aaaa.ko
		run -137 kpatch install ./changed.ko
		rm "bin/$program"
		cmp zzzz.ko "$STORE/zzzz.ko"
		run -0 kpatch list --json
		is '[.modules[].name] == ["zzzz"]'
	done
	# What is left of them goes with the next one.
	cp aaaa.ko "$STORE/.aaaa.ko.new"
	run -0 kpatch install ./aaaa.ko
	[[ $(cd "$STORE" && echo .*.new) == '.*.new' && $(cat "$STORE/order") == $'zzzz\naaaa' ]]
	# A file that can't get larger
	run -1 env TOP="$TOP" bash -c 'ulimit -f 6; trap "" XFSZ; "$TOP/kpatch/kpatch" install ./mmmm.ko'
	tells 'mmmm could not be installed in .*, and what was there is as before'
	[[ $(cd "$STORE" && echo *.ko) == "aaaa.ko zzzz.ko" && ! -e $STORE/.mmmm.ko.new ]]
}

@test "load --all: one that fails does not keep the others; the first failure is the status" {
	kpatch install ./zzzz.ko ./good.ko ./aaaa.ko
	cp wrong.ko "$STORE/good.ko"
	head -c 100 zzzz.ko >"$STORE/zzzz.ko"
	run -1 --separate-stderr kpatch load --all
	[[ $output == "aaaa is loaded" ]]
	output=$stderr
	tells "error: zzzz.ko can't be read, or is no kernel module"
	tells 'error: good.ko is not for the kernel that runs'
	rm -r "$R/var/lib/kpatch"
	run -0 kpatch load --all
	[[ $output == "no livepatch is installed for $REL" ]]
}

@test "a livepatch that twice took the machine down is not loaded at boot" {
	kpatch install ./aaaa.ko ./zzzz.ko
	# As if the machine stopped: the kernel takes kpatch with it.
	printf '#!/bin/bash\nkill -9 $(awk "{ print \\$4 }" /proc/$PPID/stat) $PPID\n' >bin/insmod.new
	mv bin/insmod bin/insmod.old
	install -m 755 bin/insmod.new bin/insmod
	run -137 kpatch load --all
	[[ $(cat "$STORE/.loading") == "aaaa 1" ]]
	run -137 kpatch load --all
	[[ $(cat "$STORE/.loading") == "aaaa 2" ]]
	mv bin/insmod.old bin/insmod
	run -1 kpatch load --all
	tells 'aaaa is not loaded: twice the machine went down while it was'
	tells '^zzzz is loaded$'
	# Each other one has a count of its own; by name it is tried again.
	kpatch load aaaa
	[[ ! -e $STORE/.loading ]]
}

@test "what took the machine down is counted, also behind others that load" {
	kpatch install ./aaaa.ko ./good.ko ./zzzz.ko
	# As if the machine stopped when it got the second one
	mv bin/insmod bin/insmod.old
	printf '#!/bin/bash\nif [[ $1 != */good.ko ]]; then exec %q "$@"; fi\nkill -9 $(awk "{ print \\$4 }" /proc/$PPID/stat) $PPID\n' "$T/bin/insmod.old" >bin/insmod.new
	install -m 755 bin/insmod.new bin/insmod
	run -137 kpatch load --all
	for name in 1 2; do
		[[ $(cat "$STORE/.loading") == "good $name" ]]
		# Booted again
		rm -r "$R"/sys/kernel/livepatch/* "$R/sys/module/aaaa"
		sed -i '/^aaaa /d' "$R/proc/modules"
		if ((name == 1)); then run -137 kpatch load --all; fi
	done
	run -1 kpatch load --all
	mv bin/insmod.old bin/insmod
	tells 'good is not loaded: twice the machine went down while it was'
	tells '^aaaa is loaded$'
	tells '^zzzz is loaded$'
	[[ $(cat "$STORE/.loading") == "good 2" ]]
	run -0 kpatch load good
	[[ ! -e $STORE/.loading ]]
}

@test "a part for a module that is not loaded is left out" {
	objcopy --dump-section .modinfo=info zzzz.ko
	printf 'klp_part_of=mod_c\0' >>info
	cp zzzz.ko part.ko
	objcopy --update-section .modinfo=info part.ko
	mkdir -p "$STORE"
	cp part.ko "$STORE/"
	run -0 kpatch load --all
	[[ $output == "zzzz is left out: it is for the module mod_c, which is not loaded" ]]
}

@test "names with blanks, quotes and line feeds" {
	local name=$'a "b\'\n c.ko'
	cp good.ko "$name"
	cp good.ko ./-k.ko
	run -0 kpatch install "$name"
	[[ -f $STORE/good.ko && $(cat "$STORE/order") == good ]]
	run -0 kpatch load "./$name"
	run -0 kpatch unload good
	run -0 kpatch load --json -- -k.ko
	is '.modules[0].name == "good" and .modules[0].result == "done"'
	cp zzzz.ko "$STORE/$name"
	run -0 kpatch list
	tells '^        zzzz$'
	run -0 kpatch info zzzz
	run -0 kpatch uninstall zzzz
	[[ ! -e $STORE/$name ]]
	run -1 kpatch load $'no\n"such'
	[[ ${#lines[@]} == 1 && $output == "kpatch: error: there is no file 'no?\"such', and no module can have that name" ]]
}

@test "wrong command lines end with 4, and one message" {
	local args
	while read -r args; do
		eval "run -4 kpatch $args"
		[[ ${#lines[@]} -le 2 && $output == "kpatch: error: "*"kpatch"*"--help" ]] || { echo "$args: $output"; false; }
	done <<-'EOF'
		""
		frobnicate
		$'lo\nad'
		load
		load --all good
		load --what good
		load --timeout 0 good
		load --timeout x good
		load -k 6.1 good
		list good
		info
		info a b
		install
		install --all
		install -k ../x good.ko
		install -k "" good.ko
		install --kernel-version ../x good.ko
		install --kernel-version=../x good.ko
		uninstall --kernel-version ../../etc good
		uninstall --kernel-version . good
		status --all
		signal 1
		verify --timeout 3 good
	EOF
	run -4 kpatch
	run -0 kpatch --help
	[[ $output == "Usage: kpatch "* ]]
	run -0 kpatch --version
	[[ $output == "kpatch "[0-9]* ]]
}

@test "files that are not there, are no modules, can't be read" {
	run -1 kpatch load ./nowhere.ko
	[[ $output == "kpatch: error: ./nowhere.ko is not a readable file" ]]
	run -1 kpatch install nowhere.ko
	[[ $output == "kpatch: error: there is no file nowhere.ko" ]]
	run -1 kpatch load .
	run -1 kpatch load ./vmlinux
	tells 'is no kernel module'
	echo x >text.ko
	run -1 kpatch load ./text.ko
	run -1 kpatch install ./text.ko ./good.ko
	[[ ${lines[1]} == "good is installed for $REL" ]]
	rm "$R/proc/sys/kernel/osrelease"
	run -1 kpatch list
	tells "osrelease can't be read"
}

@test "JSON has one form for all, and lines of messages fit the terminal" {
	run --separate-stderr -1 kpatch load --json ./nowhere.ko
	is '(keys == ["command", "exit", "format", "messages", "modules", "release", "tasks"]) and .format == 1 and .command == "load"'
	is '.exit == {status: 1, result: "error"} and .messages == [{kind: "error", text: "./nowhere.ko is not a readable file"}]'
	run --separate-stderr -2 kpatch verify --json ./wrong.ko
	is '.modules[0].verification.verdict == "violation" and (.modules[0].verification.findings | length) > 0 and .exit.result == "refused"'
	run --separate-stderr -4 kpatch load --json
	is '.exit.status == 4 and .release == null'
	run -2 env COLUMNS=60 "$TOP/kpatch/kpatch" verify ./wrong.ko
	run ! grep -E '.{61}' <<<"$output"
	run --separate-stderr -0 kpatch verify ./good.ko
	[[ ${lines[0]} == "good may be loaded into $REL:" ]]
}
