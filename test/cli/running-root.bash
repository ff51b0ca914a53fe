# shellcheck shell=bash
# A kernel that "runs" below R: the one of the unit tests, its modules, and the livepatch for it (good.ko), all in T.

export REL=6.99.0-test

# running_modules: in T
running_modules() {
	local name
	cd "$T" || return
	for name in linked-module kernel kernel-twin module-a module-b; do cc -c -o "$name.o" "$TOP/test/unit/data/$name.S"; done
	ld -Ttext=0xffffffff81000000 -e 0 --build-id=0x0102abcd -o vmlinux kernel.o kernel-twin.o
	ld -r --build-id=0x0a0a0a0a -o mod-a.ko module-a.o
	ld -r --build-id=0x0b0b0b0b -o mod_b.ko module-b.o
	objcopy --dump-section .modinfo=known linked-module.o
	{
		cat known
		printf '%s\0' "target_build_id=vmlinux 0102abcd" "target_build_id=mod_a 0a0a0a0a" "klp_object=mod_a"
	} >modinfo
	objcopy --update-section .modinfo=modinfo linked-module.o linked.ko
	"$TOP/build/bin/create-klp-module" linked.ko good.ko
	cp "$TOP/test/unit/data/Module.symvers" .
}

# running_root: R, as it is after boot
running_root() {
	export R=$T/root
	cd "$T" || return
	rm -rf "$R"
	mkdir -p "$R"/proc/sys/kernel "$R"/sys/kernel/livepatch "$R/sys/module/mod_a/notes" "$R"/{boot,run} "$R/lib/modules/$REL" "$R/var/lib"
	echo "$REL" >"$R/proc/sys/kernel/osrelease"
	echo "Linux version 6.99.0-test (someone@somewhere) #1 SMP" >"$R/proc/version"
	cp mod-a.ko mod_b.ko "$R/lib/modules/$REL"
	cp vmlinux "$R/boot/vmlinuz-$REL"
	objcopy -O binary --only-section=.note.gnu.build-id vmlinux "$R/sys/kernel/notes"
	note_of mod-a.ko "$R/sys/module/mod_a/notes/.note.gnu.build-id"
	echo "mod_a 16384 0 - Live 0x0000000000000000" >"$R/proc/modules"
	# As KASLR moves it, with exports, modules and what BPF has made behind it
	{
		nm -n vmlinux | sed 's/^ffffffff8/ffffffff9/'
		awk '$3 == "vmlinux" { print "ffffffff92000000 r __ksymtab_" $2 }' Module.symvers
		printf 'ffffffffc0000000 t hidden_fn\t[mod_a]\nffffffffc0100000 t twice\t[bpf]\n'
	} >"$R/proc/kallsyms"
}

# note_of MODULE FILE: its build ID, as sysfs has it
note_of() { objcopy -O binary --only-section=.note.gnu.build-id --set-section-flags .note.gnu.build-id=alloc "$1" "$2"; }

# ---- for kpatch: insmod and rmmod do to /sys and /proc below R what the kernel's would -------------------------------------

# running_programs: in T/bin; and aaaa.ko, zzzz.ko, mmmm.ko, livepatches as good.ko
running_programs() {
	mkdir -p bin
	cat >bin/insmod <<-'EOS'
		#!/bin/bash
		if [[ -e $R/refuses ]]; then echo "insmod: ERROR: could not insert module $1: Invalid parameters" >&2; exit 1; fi
		name=$(modinfo -F name "$1")
		echo "insmod $name" >>"$R/log"
		dir=$R/sys/kernel/livepatch/$name
		mkdir -p "$R/sys/module/$name" "$dir/vmlinux/patched_fn,1"
		echo OEK >"$R/sys/module/$name/taint"
		echo "$name 16384 1 - Live 0x0 (OEK)" | cat - "$R/proc/modules" >"$R/modules"
		mv "$R/modules" "$R/proc/modules"
		echo 1 >"$dir/enabled"
		echo 0 >"$dir/transition"
		if [[ -e $R/replaces ]]; then
			echo 1 >"$dir/replace"
			for other in "$R"/sys/kernel/livepatch/*; do if [[ $other != "$dir" ]]; then rm -r "$other"; fi; done
		fi
		if [[ -e $R/blocked ]]; then echo 1 >"$dir/transition"; fi
	EOS
	cat >bin/rmmod <<-'EOS'
		#!/bin/bash
		echo "rmmod $2" >>"$R/log"
		if [[ -e $R/permanent ]]; then echo "rmmod: ERROR: Module $2 is in use" >&2; exit 1; fi
		rm -r "$R/sys/module/$2"
		rm -rf "$R/sys/kernel/livepatch/$2"
		sed -i "/^$2 /d" "$R/proc/modules"
	EOS
	chmod +x bin/*
	# Livepatches of the same contents under other names. ("good" is four letters, as these names are: nothing moves.)
	local name
	for name in aaaa zzzz mmmm; do sed "s/name=good/name=$name/" good.ko >"$name.ko"; done
}

# running_kpatch: R, for kpatch
running_kpatch() {
	running_root
	export KPATCH_ROOT=$R PATH=$T/bin:$PATH
	STORE=$R/var/lib/kpatch/$REL
	KLP=$R/sys/kernel/livepatch
}

kpatch() { "$TOP/kpatch/kpatch" "$@"; }
# is FILTER: of the JSON in $output
is() { jq -e "$1" <<<"$output" >/dev/null || { echo "not so: $1"; echo "$output"; false; }; }
tells() { grep -qE -- "$1" <<<"$output" || { echo "no line matches $1"; echo "$output"; false; }; }

# task PID NAME STATE FLAGS PATCH_STATE FRAME...
task() {
	local dir=$R/proc/$1/task/$1
	mkdir -p "$dir"
	echo "$1 ($2) $3 1 1 1 0 -1 $4 0 0" >"$dir/stat"
	echo "$5" >"$dir/patch_state"
	printf '[<0>] %s+0x10/0x20\n' "${@:6}" >"$dir/stack"
}
