#!/usr/bin/env bats
# One livepatch module for all objects, or one for each: what goes where, and what can't.
# Code for later:
# shellcheck disable=SC2016,SC2030,SC2031

load common

setup() {
	common_setup
	export T
	mkdir -p "$T/work"/{3-affected/modules,6-diff,7-link}
	printf '%s\t%s\t%s\t%s\n' k.o vmlinux vmlinux k.o a.o drivers/a-mod a_mod a.o b.o drivers/b b b.o >"$T/work/3-affected/objects"
	printf '0x1\tprintk\tvmlinux\tEXPORT_SYMBOL\t\n0x1\tspaced\tvmlinux\tEXPORT_SYMBOL\tSPACE\n' >"$T/symvers"
	printf '%s\n' 'ffffffff81000000 T find_module' 'ffffffff81000008 T is_module_address' 'ffffffff81000010 T clear_relocate_add' >"$T/kallsyms"
	object k ''
	object a 'extern void printk(void); void a(void) { printk(); }'
	object b 'extern void spaced(void); void b(void) { spaced(); }'
	export SETUP='source "$LIB_DIR/module.sh"
		MODULE_NAME=livepatch-fix OPT_PER_OBJECT=1 TARGET_SYMVERS=$T/symvers TARGET_KALLSYMS=$T/kallsyms
		TARGET_RELEASE=6.12.3 BASE_DIFFERS=()
		MODULE=([k.o]=vmlinux [a.o]=a_mod [b.o]=b)
		objects() { printf "%s\n" "$WORK"/6-diff/*.o; }
		make_list() { module_list $(objects); }
		list() { make_list; printf "%s\n" "${MODULES_MADE[@]}"; }
		info() { make_list; module_dir "$1"; mkdir -p "$REPLY"; module_check_symbols "$1" $(objects); module_write_info "$1"
			module_write_modinfo "$1"; cat "$REPLY"/{klp-info.h,modinfo}; }
		config() { make_list; module_write_config; }'
}

object() { printf '%s\n' "$2" | gcc -x c -O2 -fno-pic -fno-pie -c -o "$T/work/6-diff/$1.o" -; }

@test "one module for the kernel, one for each module" {
	run -0 lib list
	[[ ${lines[*]} == "livepatch-fix livepatch-fix--a_mod livepatch-fix--b" ]]
	SETUP+='; OPT_PER_OBJECT=0'
	run -0 lib list
	[[ $output == livepatch-fix ]]
}

@test "without a change in the kernel there is no module for it" {
	rm "$T/work/6-diff/k.o"
	run -0 lib list
	[[ ${lines[*]} == "livepatch-fix--a_mod livepatch-fix--b" ]]
}

@test "the kernel's part knows the others, each part its module" {
	run -0 lib info livepatch-fix
	[[ $output == *'#define KLP_PARTS { "a_mod", "livepatch-fix--a_mod" }, { "b", "livepatch-fix--b" }'* ]]
	[[ $output == *$'\nklp_object=vmlinux'* && $output != *SPACE* && $output != *klp_part_of* ]]
	run -0 lib info livepatch-fix--b
	[[ $output == *'#define KLP_PART_OF "b"'* && $output == *$'\nimport_ns=SPACE\nklp_object=b\nklp_part_of=b'* ]]
	[[ $output != *KLP_PARTS* ]]
}

@test "refused: what one object has new from another" {
	object k 'void fresh(void) { }'
	object a 'extern void fresh(void); void a(void) { fresh(); }'
	run -2 lib info livepatch-fix--a_mod
	[[ $output == *"a.o needs fresh, which the patch adds to another object; "*"without --per-object"* ]]
	SETUP+='; OPT_PER_OBJECT=0'
	run -0 lib info livepatch-fix
}

# depends NAME [MODULE]: the file of a module that needs another
depends() {
	mkdir -p "$T/modules"
	printf '.section .modinfo, "a"\n.asciz "name=%s"\n.asciz "depends=%s"\n' "$1" "${2:-}" | as -o "$T/modules/$1.ko" -
}

@test "refused: what the patch adds to a module, used where that module need not be" {
	SETUP+='; OPT_PER_OBJECT=0 TARGET_MODULES_DIR=$T/modules'
	object b 'void fresh(void) { }'
	object a 'extern void fresh(void); void a(void) { fresh(); }'
	depends b
	depends a-mod
	run -2 lib info livepatch-fix
	[[ $output == *"a.o needs fresh, which the patch adds to module b; a_mod does not depend on that module, and would use the symbol without it"* ]]
	# What it depends on is there before it, however long the way.
	depends between b
	depends a-mod between
	run -0 lib info livepatch-fix
	# The kernel depends on no module.
	object a ''
	object k 'extern void fresh(void); void k(void) { fresh(); }'
	run -2 lib info livepatch-fix
	[[ $output == *"k.o needs fresh, which the patch adds to module b; vmlinux does not depend on that module"* ]]
}

@test "refused: a new name in a module that the kernel has too" {
	object a 'void twin(void) { } extern void k(void) asm("\".klp.sym.vmlinux.twin,0\"") __attribute__((weak)); void a(void) { k(); }'
	run -2 lib info livepatch-fix--a_mod
	[[ $output == *"a.o needs twin, which the patch adds to a module and 6.12.3 has too; give it another name"* ]]
}

@test "refused: a name that is too long, a kernel without find_module()" {
	SETUP+='; MODULE_NAME=livepatch-$(printf "%045d" 0)'
	run -4 lib list
	[[ $output == *"--a_mod is longer than the 55 characters"*"-n"* ]]
	SETUP+='; MODULE_NAME=livepatch-fix'
	local name
	for name in find_module is_module_address; do
		echo "ffffffff81000000 T $name" >"$T/kallsyms"
		run -1 lib list
		[[ $output == *"lacks find_module() or is_module_address()"* ]]
	done
}

@test "modprobe.d: the part after the module, beside what the module itself asks for" {
	local name
	for name in a_mod b; do
		printf '.section .modinfo, "a"\n.asciz "name=%s"\n' "$name" >"$T/$name.S"
		if [[ $name == b ]]; then printf '.asciz "softdep=pre: first second post: third"\n' >>"$T/b.S"; fi
		cc -c -o "$T/work/3-affected/modules/$name.ko" "$T/$name.S"
	done
	run -0 lib config
	[[ ${lines[*]} == *" softdep a_mod post: livepatch-fix--a_mod softdep b pre: first second post: third livepatch-fix--b" ]]
}
