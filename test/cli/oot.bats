#!/usr/bin/env bats
# A module from outside the tree, with the headers of a stock kernel: which of its objects a patch reaches, and what is refused. (Built and
# booted whole: test/integration/oot.sh.)
# Makefiles and code for later:
# shellcheck disable=SC2016,SC2030,SC2031

load common

setup_file() {
	export SHARED=$BATS_FILE_TMPDIR
	describe_target 6.12 >"$SHARED/target.sh"
	if [[ ! -s $SHARED/target.sh ]]; then return; fi
	# shellcheck source=/dev/null
	source "$SHARED/target.sh"
	module_source "$SHARED/built"
	make -s -C "$TARGET_HEADERS" "M=$SHARED/built" CONFIG_DEBUG_INFO_BTF_MODULES= modules >"$SHARED/log" 2>&1
	for name in one two user; do objcopy --strip-debug "$SHARED/built/$name.ko"; done
}

setup() {
	common_setup
	if [[ ! -s $SHARED/target.sh ]]; then skip "no kernel of series 6.12 can be built"; fi
	export T TOP
	M="$T/my module" KO="$T/it runs/one.ko"
	mkdir -p "$T/it runs" "$T/work/2-tree"
	module_source "$M"
	cp "$SHARED/built/one.ko" "$T/it runs/"
	export M KO
	export SETUP='source "$SHARED/target.sh"
		TARGET_SOURCE=$(sed -n "s,^include \(.*\)/Makefile\$,\1,p" "$TARGET_HEADERS/Makefile")
		KMOD_DIR=$TOP/kmod/patch CODE=oot MODULE_NAME=livepatch-fix OPT_JOBS=2 OPT_OOT_MODULE=$KO OPT_OOT_SOURCE=$M PATCHES=("$T/change.patch")
		reach() {
			oot_prepare; patch_apply; oot_tree; oot_affected
			echo "objects: ${OBJECTS[*]}"
		}
		base() { reach; compile_objects; base_check; echo "$STAGE_SUMMARY"; }'
}

# Three modules: one.ko of main.o and sub/part.o, two.ko, user.ko, which calls it; a header for all, one that make makes, and one that is
# found in include/.
module_source() {
	mkdir -p "$1"/{sub,include}
	cat >"$1/Makefile" <<-'MAKE'
		ifneq ($(KERNELRELEASE),)
		obj-m := one.o two.o user.o
		one-y := main.o sub/part.o
		ccflags-y := -I$(src) -I$(src)/include -I$(obj) -DSTEP=2
		$(obj)/main.o: $(obj)/made.h
		$(obj)/made.h: $(src)/limit.h ; sed 's/LIMIT/MADE/' $< > $@
		else
		default: ; false
		own: ; $(MAKE) -C $(KDIR) M=$(CURDIR) modules
		endif
	MAKE
	echo '#define LIMIT 7' >"$1/limit.h"
	echo '#define ALL 1' >"$1/all.h"
	echo '#define FOUND 1' >"$1/include/found.h"
	printf '%s\n' '#include <linux/module.h>' '#include <made.h>' '#include "all.h"' 'int part(int n);' 'static int get(char *buffer, const struct kernel_param *kp)' '{' \
		'	return sprintf(buffer, "%d\n", part(MADE + ALL));' '}' 'static const struct kernel_param_ops ops = { .get = get };' \
		'module_param_cb(value, &ops, NULL, 0444);' 'MODULE_LICENSE("GPL");' 'MODULE_DESCRIPTION("one");' >"$1/main.c"
	printf '%s\n' '#include "all.h"' '#include "found.h"' 'int part(int n);' 'int part(int n)' '{' '	return n * STEP + FOUND + ALL;' '}' >"$1/sub/part.c"
	printf '%s\n' '#include <linux/module.h>' '#include "all.h"' 'int two(void);' 'int two(void)' '{' '#ifdef OTHER' '	return OTHER;' '#endif' '	return 1;' '}' \
		'EXPORT_SYMBOL_GPL(two);' 'MODULE_LICENSE("GPL");' 'MODULE_DESCRIPTION("two");' >"$1/two.c"
	printf '%s\n' '#include <linux/module.h>' 'int two(void);' 'int user(void);' 'int user(void)' '{' '	return two();' '}' 'EXPORT_SYMBOL_GPL(user);' \
		'MODULE_LICENSE("GPL");' 'MODULE_DESCRIPTION("user");' >"$1/user.c"
}

# change FILE SCRIPT: add to the patch what sed makes of FILE
change() {
	sed "$2" "$M/$1" >"$T/new"
	diff_patch "$M/$1" "$T/new" "$1" >>"$T/change.patch"
}
# add FILE TEXT: add a new file to the patch
add() { printf '%s\n' "--- /dev/null" "+++ b/$1" "@@ -0,0 +1 @@" "+$2" >>"$T/change.patch"; }

@test "a change reaches the objects of the module that read it; the source is only read" {
	(cd "$M" && find . -printf '%p %T@ %C@\n' | sort) >"$T/before"
	change sub/part.c 's/n \* STEP/n + STEP/'
	run -0 lib reach
	[[ ${lines[-1]} == "objects: sub/part.o" ]]
	(cd "$M" && find . -printf '%p %T@ %C@\n' | sort) | cmp "$T/before" -
	rm -r "$T/work"
	# Of two.ko, which reads it as well, nothing comes out otherwise.
	change all.h 's/1/3/'
	run -0 lib reach
	[[ ${lines[-1]} == "objects: main.o sub/part.o" ]]
}

# bats test_tags=slow
@test "a new header that hides another reaches who read that one" {
	add sub/found.h '#define FOUND 5'
	run -0 lib reach
	[[ ${lines[-1]} == "objects: sub/part.o" ]]
}

@test "what is compiled is held against the module that runs" {
	change sub/part.c 's/n \* STEP/n + STEP/'
	rm "$T/bin/klp-place"
	ln -s "$TOP/build/bin/klp-place" "$T/bin/"
	sed -i 's/n \* STEP/n * 3/' "$M/sub/part.c"
	rm "$T/change.patch"
	change sub/part.c 's/n \* 3/n + STEP/'
	run -2 lib base
	[[ $output == *"kpatch-build: refused: the compiled code is not what 6.12."*" runs, see above: sub/part.o; "*"[base-differs]" ]]
}

@test "refused: other modules than the one that is given" {
	change all.h 's/$/\n#define OTHER 2/'
	run -2 lib reach
	[[ ${lines[-2]} == "kpatch-build: refused: the patch changes modules other than one, the only one that was given:" ]]
	[[ ${lines[-1]} == "    two.o (two.ko) [module-missing]" ]]
}

# bats test_tags=slow
@test "refused: a header that is made of a changed file" {
	change limit.h 's/7/8/'
	run -2 lib reach
	[[ ${lines[-2]} == "kpatch-build: refused: the patch changes files that the build also uses for something other than an object"* ]]
	[[ ${lines[-1]} == "    made.h [file-read]" ]]
}

@test "a new source file becomes an object of the module, with the flags that its Makefile gives it" {
	change Makefile 's,^one-y.*,& sub/more.o,; s,^ccflags-y.*,&\nCFLAGS_sub/more.o := -DMORE=5,'
	change sub/part.c 's/n \* STEP/more(n)/; s/^int part(int n);/&\nint more(int n);/'
	add sub/more.c 'int more(int n); int more(int n) { return n + MORE; }'
	rm "$T/bin/klp-place"
	ln -s "$TOP/build/bin/klp-place" "$T/bin/"
	run -0 lib base
	[[ $output == *"objects: sub/part.o sub/more.o"* && $output != *"without effect"* ]]
	# (As text of the assembler it would be there as well: what is compiled is what counts.)
	objdump -d "$T/work/4-compile/patched/sub/more.o" | grep -q 'lea *0x5(%rdi),%eax'
	[[ -f $T/work/4-compile/orig/sub/more.o && -z $(nm --defined-only "$T/work/4-compile/orig/sub/more.o" | grep more) ]]
}

@test "refused: other flags, an object of a file that is there, an object of another module; a Makefile may change otherwise" {
	change sub/part.c 's/n \* STEP/n + STEP/'
	cp "$T/change.patch" "$T/part.patch"
	echo 'int more;' >"$M/sub/more.c"
	change Makefile 's,^one-y.*,& sub/more.o,; s/user\.o$/user.o three.o/; s/STEP=2/STEP=3/'
	add three.c 'int three;'
	run -2 lib reach
	[[ ${lines[-5]} == "kpatch-build: refused: a livepatch can't change how a running module was built:" ]]
	[[ ${lines[-4]} == "    Makefile: sub/more.o would be built too, although its source file is not new in the patch [build-changed]" ]]
	[[ ${lines[-3]} == "    Makefile: three.o would be built too, for three [build-changed]" ]]
	[[ ${lines[-2]} == "    main.o would be compiled with other options [build-changed]" ]]
	[[ ${lines[-1]} == "    sub/part.o would be compiled with other options [build-changed]" ]]
	rm -r "$T/work"
	cp "$T/part.patch" "$T/change.patch"
	change Makefile 's/^endif/&\n# the end/'
	run -0 lib reach
	[[ $output == *"note: without effect on what is built: Makefile"* && ${lines[-1]} == "objects: sub/part.o" ]]
}

@test "refused: files that are not of the module's source" {
	change sub/part.c 's/n \* STEP/n + STEP/'
	printf '%s\n' '--- a/fs/exec.c' '+++ b/fs/exec.c' '@@ -1 +1 @@' '-int a;' '+int b;' >>"$T/change.patch"
	run -2 lib reach
	[[ ${lines[-1]} == "    fs/exec.c: not a file of the module's source, $M; code of the kernel or of another module needs a livepatch of its own [file-path]" ]]
}

# bats test_tags=slow
@test "refused: a file that is not compiled" {
	change sub/part.c 's/n \* STEP/n + STEP/'
	printf 'int a;\n' >"$M/unused.c"
	change unused.c 's/a/b/'
	run -2 lib reach
	[[ ${lines[-2]} == *"these files are not compiled into one for 6.12."* && ${lines[-1]} == "    unused.c [not-built]" ]]
}

@test "refused: a module of another release, and what is no module" {
	change sub/part.c 's/n \* STEP/n + STEP/'
	sed -i 's/vermagic=6\.12\./vermagic=6.13./' "$KO"
	run -2 lib reach
	[[ ${lines[-1]} == "kpatch-build: refused: $KO was built for 6.13."*", but the target is 6.12."*" [module-differs]" ]]
	rm -r "$T/work"
	sed -i 's/vermagic=6\.13\./vermagic=6.12./; s/SMP preempt/SMP Preempt/' "$KO"
	run -2 lib reach
	[[ ${lines[-1]} == "kpatch-build: refused: $KO was built for '6.12."*"Preempt"*"', but the modules of the target for '6.12."*" [module-differs]" ]]
	rm -r "$T/work"
	echo text >"$KO"
	run -1 lib reach
	[[ ${lines[-1]} == "kpatch-build: error: $KO is not a kernel module, or damaged" ]]
}

@test "what a module takes of others is read from their files: beside it, beside what KBUILD_EXTRA_SYMBOLS names, or installed" {
	local how
	SETUP+='; prepare() { unset KBUILD_EXTRA_SYMBOLS; TARGET_MODULES_DIR=$T/modules; oot_prepare; echo "extra: ${OOT_EXTRA[*]}"; readlink "$TARGET_MODULES_DIR/updates/two.ko"; grep -c "	two	updates/two	EXPORT_SYMBOL_GPL" "$TARGET_SYMVERS"; }'
	mkdir -p "$T/modules" "$T/an other"
	rm "$KO"
	KO="$T/it runs/user.ko"
	cp "$SHARED/built/user.ko" "$KO"
	run -1 lib prepare
	[[ $output == *"warning: user needs the module two, which is not found: neither among the modules of 6.12."*", nor in $T/it runs, nor beside a file that KBUILD_EXTRA_SYMBOLS names"* ]]
	KBUILD_EXTRA_SYMBOLS=$T/none run -4 lib prepare
	[[ ${lines[-1]} == *"file of KBUILD_EXTRA_SYMBOLS $T/none is not a readable file"* ]]
	for how in beside environment Makefile installed; do
		rm -rf "$T/work" "$T/other" "$T/an other/"*
		mkdir -p "$T/other"
		cp "$SHARED/built/Module.symvers" "$T/other/"
		case $how in
		beside) cp "$SHARED/built/two.ko" "$T/it runs/" ;;
		environment) cp "$SHARED/built/two.ko" "$T/other/" ;;
		Makefile)
			cp "$SHARED/built/"{two.ko,Module.symvers} "$T/an other/"
			sed -i '1a KBUILD_EXTRA_SYMBOLS := $(src)/../other/Module.symvers' "$M/Makefile"
			mv "$T/an other/two.ko" "$T/other/"
			;;
		installed)
			sed -i '/EXTRA_SYMBOLS/d' "$M/Makefile"
			mkdir -p "$T/modules/updates/dkms"
			xz -c "$SHARED/built/two.ko" >"$T/modules/updates/dkms/two.ko.xz"
			;;
		esac
		if [[ $how == environment ]]; then export KBUILD_EXTRA_SYMBOLS=$T/other/Module.symvers; else unset KBUILD_EXTRA_SYMBOLS; fi
		run -0 lib prepare
		[[ $output != *warning* && ${lines[-2]} == "$T/work/1-target/two.ko" && ${lines[-1]} == 1 ]]
		if [[ $how == @(environment|Makefile) ]]; then [[ ${lines[0]} == "extra: $T/other/Module.symvers" ]]; else [[ ${lines[0]} == "extra: " ]]; fi
		cmp "$SHARED/built/two.ko" "$T/work/1-target/two.ko"
		rm -f "$T/it runs/two.ko"
	done
}

# bats test_tags=slow
@test "-t: a target of Kbuild, or one of the module's own Makefile" {
	local target
	change sub/part.c 's/n \* STEP/n + STEP/'
	for target in own one.ko; do
		rm -rf "$T/work"
		SETUP+="; OPT_TARGETS=($target)" run -0 lib reach
		[[ ${lines[-1]} == "objects: sub/part.o" ]]
	done
	# Of the others there is nothing.
	[[ -f $T/work/2-tree/place/module/main.o && ! -e $T/work/2-tree/place/module/two.o ]]
	rm -r "$T/work"
	SETUP+="; OPT_TARGETS=(nothing)" run -1 lib reach
	[[ $output == *"No rule to make target 'nothing'"* && ${lines[-1]} == *"the source of the module, $M, can't be built for 6.12."* ]]
}

@test "the whole way, for a module that exports what is changed, and takes what another exports" {
	change user.c 's/return two()/return two() + 1/'
	cp "$SHARED/built/"{two,user}.ko "$T/it runs/"
	run -0 env -u KPATCH_CACHE -u KPATCH_BIN "$DRIVER" -a 6.12 -m "$T/it runs/user.ko" --oot-module-src "$M" -o "$T/out" -n livepatch-user "$T/change.patch"
	[[ $output == *"user.o: changed function: user"* && $output == *"relocation rules: pass"* ]]
	KO=$T/out/livepatch-user.ko
	[[ $(modinfo -F klp_object "$KO") == user && -z $(modinfo -F depends "$KO") ]]
	run -0 readelf -rW "$KO"
	[[ $output == *"'.klp.rela.user..text.user'"*".klp.sym.two.two,0"* ]]
}

@test "what the source takes from beside its directory is there, and is only read" {
	mkdir -p "$T/common" "$T/other"
	rm "$T/bin/klp-place"
	ln -s "$TOP/build/bin/klp-place" "$T/bin/"
	echo '#define SHARED 0' >"$T/common/shared.h"
	: >"$T/common/left.o"
	sed -i 's,^ccflags-y := ,&-I$(src)/../common ,' "$M/Makefile"
	sed -i '1i #include "shared.h"' "$M/sub/part.c"
	(cd "$T/common" && find . -printf '%p %T@ %C@\n' | sort) >"$T/before"
	change sub/part.c 's/n \* STEP/n + STEP + SHARED/'
	run -0 lib base
	[[ $output == *"objects: sub/part.o"* ]]
	(cd "$T/common" && find . -printf '%p %T@ %C@\n' | sort) | diff "$T/before" -
	# Of that which it does not name there is no copy, nor of what is large.
	[[ -f $T/work/2-tree/place/common/shared.h && ! -e $T/work/2-tree/place/other && ! -e $T/work/2-tree/place/common/left.o ]]
	rm -r "$T/work"
	truncate -s 101M "$T/common/large"
	run -1 lib reach
	[[ $output == *"warning: the source of the module names $T/common, but this is larger than 100 MB and is not copied"* ]]
}

# bats test_tags=slow
@test "a source that does not build the module, or does not compile" {
	change sub/part.c 's/n \* STEP/n + STEP/'
	sed -i 's/^obj-m.*/obj-m := two.o user.o/' "$M/Makefile"
	run -1 lib reach
	[[ ${lines[-1]} == "kpatch-build: error: $M does not build a module one (it builds: two user)" ]]
	rm -r "$T/work"
	sed -i 's/^obj-m.*/obj-m := one.o/' "$M/Makefile"
	sed -i 's/int part(int n);/&\nnonsense/' "$M/sub/part.c"
	rm "$T/change.patch"
	change sub/part.c 's/n \* STEP/n + STEP/'
	run -1 lib reach
	[[ $output == *"does not make these objects of one"* && ${lines[-1]} == "    sub/part.o" ]]
}

# bats test_tags=slow
@test "a patched source that does not compile is told by the compiler" {
	rm "$T/bin/klp-place"
	ln -s "$TOP/build/bin/klp-place" "$T/bin/"
	change sub/part.c 's/n \* STEP/n + NONSENSE/'
	run -6 lib base
	[[ $output == *"sub/part.c:6:"*"NONSENSE"* && ${lines[-1]} == "kpatch-build: error: the patched source does not compile: sub/part.o" ]]
}
