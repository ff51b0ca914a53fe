#!/usr/bin/env bats
# klp-verify --running: the target is the kernel that runs, as /proc, /sys, /boot and /lib/modules show it; here, files below ROOT. The
# kernel, its modules and the livepatch are those of the unit tests.

load common
load running-root

setup_file() {
	export T=$BATS_FILE_TMPDIR
	running_modules
}

setup() { running_root; }

verify() { "$TOP/build/bin/klp-verify" "$1" --running="$R" --json "${@:2}"; }
# judge STATUS KO [OPTION...]: $output is the JSON
judge() { run "-$1" verify "${@:2}"; }
# is FILTER: of the JSON
is() { jq -e "$1" <<<"$output" >/dev/null || { echo "not so: $1"; echo "$output"; false; }; }

@test "with the image of what runs, all rules are checked" {
	judge 0 good.ko --symvers Module.symvers
	is '.verdict == "pass" and .not_checked == []'
}

@test "without it, release, build, positions and names of exports are" {
	rm "$R/boot/vmlinuz-$REL"
	judge 0 good.ko
	is '[.not_checked[] | .rule] | unique == ["L10", "L12", "L3", "L8"]'
	is '[.not_checked[].reason] | any(. == "the image of 6.99.0-test was not found") and any(startswith("CRCs and namespaces"))'
	"$TOP/build/test/integration/relocation-rules/mutate" good.ko bad.ko symbol .klp.sym.vmlinux.hidden_fn,0 .klp.sym.vmlinux.gone,0
	judge 2 bad.ko
	is '[.findings[] | .rule + .what] | unique == ["L4vmlinux has no symbol gone"]'
	"$TOP/build/test/integration/relocation-rules/mutate" good.ko bad.ko symbol .klp.sym.vmlinux.hidden_fn,0 .klp.sym.vmlinux.hidden_fn,2
	judge 2 bad.ko
	is '[.findings[] | .what] | unique == ["vmlinux has 1 symbol of that name, and the sympos is 2"]'
}

@test "what is taken from the kernel is exported, where the symbols tell what is" {
	rm "$R/boot/vmlinuz-$REL"
	sed -i /__ksymtab_module_layout/d "$R/proc/kallsyms"
	judge 0 good.ko
	sed -i /__ksymtab_exported_fn/d "$R/proc/kallsyms"
	judge 2 good.ko
	is '[.findings[] | .rule + " " + .symbol] == ["L10 exported_fn"]'
	sed -i /__ksymtab_/d "$R/proc/kallsyms"
	judge 0 good.ko
	is '[.not_checked[].reason] | any(startswith("exports: "))'
}

@test "an image of another build is not taken" {
	ld -Ttext=0xffffffff81000000 -e 0 --build-id=0x0102abce -o "$R/boot/vmlinuz-$REL" kernel.o
	judge 0 good.ko
	is '[.not_checked[].reason] | any(endswith("vmlinuz-6.99.0-test is of another build than the kernel that runs"))'
	# Where the kernel has no build ID, its banner tells.
	cp vmlinux "$R/boot/vmlinuz-$REL"
	rm "$R/sys/kernel/notes"
	judge 0 good.ko --symvers Module.symvers
	is '.not_checked == []'
	echo "Linux version 6.99.0-test (someone@somewhere) #2 SMP" >"$R/proc/version"
	judge 0 good.ko
	is '[.not_checked[].reason] | any(endswith("is of another build than the kernel that runs"))'
}

@test "a module of another release, and of another build of the same release, is refused" {
	rm "$R/boot/vmlinuz-$REL"
	echo 6.99.0-tes >"$R/proc/sys/kernel/osrelease"
	judge 2 good.ko --modules "$R/lib/modules/$REL"
	is '[.findings[] | .rule + " " + .what] == ["L10 the module is for release 6.99.0-test, the kernel is 6.99.0-tes"]'
	echo "$REL" >"$R/proc/sys/kernel/osrelease"
	ld -Ttext=0xffffffff81000000 -e 0 --build-id=0x0102abce -o other kernel.o
	objcopy -O binary --only-section=.note.gnu.build-id other "$R/sys/kernel/notes"
	judge 2 good.ko
	is '[.findings[] | .rule + " " + .what] == ["L10 it is for build 0102abcd of vmlinux, this is build 0102abce"]'
}

@test "a module that is loaded is the one that the livepatch is for, and its file" {
	ld -r --build-id=0x0a0a0a0b -o other.ko module-a.o
	note_of other.ko "$R/sys/module/mod_a/notes/.note.gnu.build-id"
	judge 2 good.ko --symvers Module.symvers
	is '[.findings[].what] == ["it is for build 0a0a0a0a of mod_a, this is build 0a0a0a0b",
		"module mod_a is loaded, and its file '"$R"'/lib/modules/6.99.0-test/mod-a.ko is of another build"]'
	# Not loaded: the file is what will be.
	rm -r "$R/sys/module/mod_a"
	judge 0 good.ko --symvers Module.symvers
	mv other.ko "$R/lib/modules/$REL/mod-a.ko"
	judge 2 good.ko --symvers Module.symvers
	is '[.findings[].what] == ["it is for build 0a0a0a0a of mod_a, this is build 0a0a0a0b"]'
}

@test "what can't be read is an error" {
	rm "$R/proc/sys/kernel/osrelease"
	run -1 verify good.ko
	[[ $output == *"/proc/sys/kernel/osrelease: error: can't be read, so the release of the kernel that runs is not known" ]]
	echo "$REL" >"$R/proc/sys/kernel/osrelease"
	rm "$R/boot/vmlinuz-$REL" "$R/proc/kallsyms"
	run -1 verify good.ko
	run -1 verify good.ko --symbols x
	[[ $output == *"don't give --symbols; try --help" ]]
	run -1 "$TOP/build/bin/klp-verify" good.ko
	[[ $output == *"--vmlinux and --symvers are needed, or --running; try --help" ]]
}

@test "klp-place tells the build ID of images and modules" {
	run -0 "$TOP/build/bin/klp-place" facts vmlinux
	[[ $output == *$'build-id\t0102abcd'* ]]
	run -0 "$TOP/build/bin/klp-place" facts kernel.o
	[[ $output != *build-id* ]]
}
