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
	for name in one two; do objcopy --strip-debug "$SHARED/built/$name.ko"; done
}

setup() {
	common_setup
	if [[ ! -s $SHARED/target.sh ]]; then skip "no kernel of series 6.12 can be built"; fi
	export T
	M="$T/my module" KO="$T/it runs/one.ko"
	mkdir -p "$T/it runs" "$T/work/2-tree"
	module_source "$M"
	cp "$SHARED/built/one.ko" "$T/it runs/"
	export M KO
	export SETUP='source "$SHARED/target.sh"
		TARGET_SOURCE=$(sed -n "s,^include \(.*\)/Makefile\$,\1,p" "$TARGET_HEADERS/Makefile")
		CODE=oot MODULE_NAME=livepatch-fix OPT_JOBS=2 OPT_OOT_MODULE=$KO OPT_OOT_SOURCE=$M PATCHES=("$T/change.patch")
		reach() {
			oot_prepare; patch_apply; oot_tree; oot_affected
			echo "objects: ${OBJECTS[*]}"
		}
		prove() { reach; compile_objects; proof_of_base; echo "$STAGE_SUMMARY"; }'
}

# Two modules: one.ko of main.o and sub/part.o, two.ko; a header for all, one that make makes, and one that is found in include/.
module_source() {
	mkdir -p "$1"/{sub,include}
	cat >"$1/Makefile" <<-'MAKE'
		ifneq ($(KERNELRELEASE),)
		obj-m := one.o two.o
		one-y := main.o sub/part.o
		ccflags-y := -I$(src) -I$(src)/include -I$(obj) -DSTEP=2
		$(obj)/main.o: $(obj)/made.h
		$(obj)/made.h: $(src)/limit.h ; sed 's/LIMIT/MADE/' $< > $@
		else
		default: ; false
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
	run -2 lib prove
	[[ $output == *"kpatch-build: refused: what was compiled is not what 6.12."*" runs, see above: sub/part.o; "*"[base-differs]" ]]
}

@test "refused: other modules than the one that is given" {
	change all.h 's/$/\n#define OTHER 2/'
	run -2 lib reach
	[[ ${lines[-2]} == "kpatch-build: refused: the patch changes other modules than one, which is the only one that is given:" ]]
	[[ ${lines[-1]} == "    two.o (two.ko) [module-missing]" ]]
}

# bats test_tags=slow
@test "refused: a header that is made of a changed file" {
	change limit.h 's/7/8/'
	run -2 lib reach
	[[ ${lines[-2]} == "kpatch-build: refused: the build makes something else than an object of what the patch changes"* ]]
	[[ ${lines[-1]} == "    made.h [file-read]" ]]
}

@test "refused: other flags, and a new object; a Makefile may change otherwise" {
	change sub/part.c 's/n \* STEP/n + STEP/'
	cp "$T/change.patch" "$T/part.patch"
	change Makefile 's,^one-y.*,& sub/more.o,; s/STEP=2/STEP=3/'
	add sub/more.c 'int more;'
	run -2 lib reach
	[[ ${lines[-4]} == "kpatch-build: refused: how a module that runs was built can't be changed:" ]]
	[[ ${lines[-3]} == "    Makefile: sub/more.o would be built, too; put new code into a file that is there [build-changed]" ]]
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
	[[ ${lines[-1]} == "    fs/exec.c: not a file of the module's source, $M; code of the kernel, or of another module, is patched by a livepatch of its own [file-path]" ]]
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
	[[ ${lines[-1]} == "kpatch-build: refused: $KO was built for 6.13."*", the target is 6.12."*" [module-differs]" ]]
	rm -r "$T/work"
	sed -i 's/vermagic=6\.13\./vermagic=6.12./; s/SMP preempt/SMP Preempt/' "$KO"
	run -2 lib reach
	[[ ${lines[-1]} == "kpatch-build: refused: $KO was built for '6.12."*"Preempt"*"', the modules of the target are '6.12."*" [module-differs]" ]]
	rm -r "$T/work"
	echo text >"$KO"
	run -1 lib reach
	[[ ${lines[-1]} == "kpatch-build: error: $KO is no module of a kernel, or damaged" ]]
}

# bats test_tags=slow
@test "a source that does not build the module, or does not compile" {
	change sub/part.c 's/n \* STEP/n + STEP/'
	sed -i 's/^obj-m.*/obj-m := two.o/' "$M/Makefile"
	run -1 lib reach
	[[ ${lines[-1]} == "kpatch-build: error: $M does not build a module one (it builds: two)" ]]
	rm -r "$T/work"
	sed -i 's/^obj-m.*/obj-m := one.o/' "$M/Makefile"
	sed -i 's/int part(int n);/&\nnonsense/' "$M/sub/part.c"
	rm "$T/change.patch"
	change sub/part.c 's/n \* STEP/n + STEP/'
	run -1 lib reach
	[[ $output == *"these objects of one do not come out of its source"* && ${lines[-1]} == "    sub/part.o" ]]
}

# bats test_tags=slow
@test "a patched source that does not compile is told by the compiler" {
	change sub/part.c 's/n \* STEP/n + NONSENSE/'
	run -6 lib prove
	[[ $output == *"sub/part.c:6:"*"NONSENSE"* && ${lines[-1]} == "kpatch-build: error: the patched source does not compile: sub/part.o" ]]
}
