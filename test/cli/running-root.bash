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
