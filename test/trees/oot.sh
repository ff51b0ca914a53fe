#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# test/trees/oot.sh [--cached] [NAME...]: a module from outside the tree (test/integration/oot) for kernels of one's own: one that was
# built in its source, which is all that kpatch-build gets, and one that was built elsewhere (O=). The module and the one that it
# needs are built as their author would, against the built tree; the driver's own boot test loads both. Trees and modules are as before.

# shellcheck source=test/trees/run
source "$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")/run"

OUT=${KPATCH_TEST_DIR:-$TOP/build/trees}/oot
PARTS=$TOP/test/integration/oot
if ((${#WANTED[@]} == 0)); then WANTED=(in-tree out-of-tree); fi

# oot_modules NAME: base and module below OUT/NAME, and what runs in "it runs"
oot_modules() {
	local dir=$OUT/$1 part
	mkdir -p -- "$dir/it runs"
	cp -r -- "$PARTS"/{base,module} "$dir/"
	for part in base module; do
		make -s -C "$BUILD" "${COMPILER[@]}" "M=$dir/$part" modules || return
		cp -- "$dir/$part"/*.ko "$dir/it runs/"
	done
}

oot_build() {
	"$TOP/kpatch-build/kpatch-build" "${OPTIONS[@]}" -m "$1/it runs/klp-oot.ko" --oot-module-src "$1/module" -n livepatch-oot -o "$1" \
		"--boot-test=$1/value.test" "$PARTS/module.patch" >"$LOG" 2>&1
}

oot_test() {
	local dir=$OUT/$1
	NAME="module from outside the tree, $1"
	tree_read "$1"
	tree_place "$1"
	if [[ ! -f $TREE/built ]] && ((cached)); then
		result ok "# skip the kernel is not in the cache; make check-trees builds it"
		return
	fi
	rm -rf -- "$dir"
	mkdir -p -- "$dir"
	LOG=$dir/log
	if ! tree_have "$1" "$LOG" || ! oot_modules "$1" >"$LOG" 2>&1; then
		result "not ok" "kernel and modules are built"
		explain "$LOG"
		return
	fi
	tree_options
	tree_seal
	"$MANIFEST" seal "$dir/module" "$dir/module.manifest"
	# shellcheck disable=SC2016
	printf '[ "$(cat /sys/module/klp_oot/parameters/value)" = "patched 603 %s" ]\n' 2 >"$dir/value.test"
	check_logged "it is built, and the boot test passes" oot_build "$dir"
	check_logged "the kernel's tree is as before" tree_is_as_before
	check_logged "the module's source is as before" "$MANIFEST" check "$dir/module" "$dir/module.manifest"
}

mkdir -p -- "$OUT"
vm_require
target_prepare
for tree in "${WANTED[@]}"; do oot_test "$tree"; done
echo "1..$NUMBER"
exit $FAILED
