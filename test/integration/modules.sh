#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# test/integration/modules.sh SERIES [POINT...]: modules that are patched before they are there, go, and come back. Small
# modules (modules/) are added to the source of the newest stock kernel of SERIES and built with its headers; the whole
# pipeline patches them. Each point is one machine, which runs modules/guest-POINT.sh:
#
#   orders        patch first, module first, loaded again, unloaded, while another process runs the patched code
#   objects       one patch for the kernel and two modules, of which one is never loaded
#   references    a patched function that refers to all there is
#   kvm           functions of kvm and kvm-amd, then a virtual machine in the machine; the live text is compared
#   order         several livepatches of the same functions, side by side and replacing; a race of module and livepatch
#   other-build   another build of the module is refused
#   modprobe      per-object form only: a module that is loaded gets its part, and a part does not come without its module
#
#   FORM=one|per-object   the form of the livepatches
#   ROUNDS=N RACES=N      how often (default 1 and 2; make check-long: 50 and 200)
#   PAUSE=US              how long the process that runs the patched code waits each time (default 3000; make check-long: 300)

# shellcheck source=test/integration/common.sh
source "$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")/common.sh"

SERIES=${1:?usage: test/integration/modules.sh SERIES [POINT...]}
shift
POINTS=("$@")
FORM=${FORM:-one} ROUNDS=${ROUNDS:-1} RACES=${RACES:-2} PAUSE=${PAUSE:-3000}
if ((${#POINTS[@]} == 0)); then
	# In which order livepatches of many parts are loaded is not for the kernel to say.
	if [[ $FORM == one ]]; then
		POINTS=(orders objects references kvm order other-build)
	else
		POINTS=(orders objects references kvm modprobe)
	fi
fi
OUT=${KPATCH_TEST_DIR:-$TOP/build/integration}/$SERIES-modules-$FORM
PARTS=$HERE/modules
NAME="$SERIES modules ($FORM)"

# build_modules DIR: the modules of PARTS, or what the caller made of them in DIR
build_modules() {
	local dir=$1
	cp -n -- "$PARTS"/klp-*.[ch] "$dir/"
	cp -- "$PARTS/Makefile.modules" "$dir/Makefile"
	if ! make -s -j "$(nproc)" -C "$TARGET_HEADERS" "M=$dir" CONFIG_DEBUG_INFO_BTF_MODULES= modules >"$dir/log" 2>&1; then
		explain "$dir/log"
		die "the modules of the test do not build"
	fi
	find "$dir" -name '*.ko' -exec objcopy --strip-debug '{}' ';'
}

# Other builds of klp-refer: each lacks one symbol that the patch needs.
build_others() {
	mkdir -p -- "$OUT/no-variable" "$OUT/no-function"
	sed 's/hidden_data/renamed_data/' "$PARTS/klp-refer-main.c" >"$OUT/no-variable/klp-refer-main.c"
	sed 's/\<twice\>/thrice/' "$PARTS/klp-refer-two.c" >"$OUT/no-function/klp-refer-two.c"
	build_modules "$OUT/no-variable"
	build_modules "$OUT/no-function"
}

# patch_build NAME PATCH [OPTION...]
patch_build() {
	local name=$1 patch=$2 status=0 form=() target
	shift 2
	if [[ $FORM == per-object ]]; then form=(--per-object); fi
	if [[ $name == kvmfix ]]; then
		target=(-a "$TARGET_RELEASE")
	else
		target=(-s "$SOURCE" -c "$TARGET_CONFIG" -v "$TARGET_IMAGE" --symvers "$OUT/Module.symvers" --modules "$OUT/modules")
	fi
	"$TOP/kpatch-build/kpatch-build" "${target[@]}" -j 1 -n "$name" -o "$OUT" "${form[@]}" "$@" "$PARTS/$patch.patch" \
		>"$OUT/$name.log" 2>&1 || status=$?
	echo "$status" >"$OUT/$name.status"
}

# What each point needs: the livepatches, and other files of the machine.
patches_of() {
	case $1 in
	orders | objects) echo "objects" ;;
	modprobe) printf '%s\n' objects waits ;;
	references | other-build) echo "references" ;;
	kvm) echo kvmfix ;;
	order) printf '%s\n' beside{1,2,3} replace{1,2,3} ;;
	esac
}
build_patches() {
	local point name running=0
	local -A wanted=()
	for point in "${POINTS[@]}"; do
		for name in $(patches_of "$point"); do wanted[$name]=1; done
	done
	for name in $(printf '%s\n' "${!wanted[@]}" | sort); do
		if ((running >= 2)); then
			wait -n || true
			running=$((running - 1))
		fi
		case $name in
		objects) patch_build objects three-objects & ;;
		waits) patch_build waits waits & ;;
		references) patch_build references refer & ;;
		kvmfix) patch_build kvmfix "kvm-$SERIES" & ;;
		beside*) patch_build "$name" "order-${name#beside}" -R & ;;
		replace*) patch_build "$name" "order-${name#replace}" & ;;
		esac
		running=$((running + 1))
	done
	wait
	for name in $(printf '%s\n' "${!wanted[@]}" | sort); do
		if [[ $(<"$OUT/$name.status") == 0 ]]; then
			result ok "livepatch $name: build"
		else
			result "not ok" "livepatch $name: build"
			explain "$OUT/$name.log"
		fi
	done
}

# What the states of all points mean (states_judge)
# shellcheck disable=SC2034
declare -A STATES=(
	[orders/patch-first]="patch first, module second, loaded again, patch unloaded: $ROUNDS times"
	[orders/module-first]="module first, patch second, module loaded again, unloaded: $ROUNDS times"
	[watched]="a process that ran the code all the time saw only right results"
	[objects/never]="the kernel and a module are patched, while another module never comes"
	[references/module-first]="every reference is the right thing, module first"
	[references/patch-first]="every reference is the right thing, patch first, module loaded twice"
	[kvm/patch-first]="patch, then kvm and kvm-amd: a virtual machine runs, the live text is right, byte for byte"
	[kvm/module-first]="kvm and kvm-amd, then the patch, then both again: the same"
	[modprobe/alone]="a part is refused without its module, by name"
	[modprobe/with-module]="modprobe loads a module with its part"
	[modprobe/already-there]="the part of the kernel loads that of a module that is there"
	[modprobe/any-way]="the part of the kernel sees a module that comes without modprobe"
	[modprobe/disabled]="a disabled livepatch asks for no part"
	[modprobe/waits]="the part of the kernel waits for the end of its transition before it loads others"
	[order/beside]="side by side, in every order with the module, the newest answers"
	[order/replace]="replacing, in every order with the module, the last answers"
	[order/race-beside]="module and third livepatch (beside) start at once: $RACES times"
	[order/race-replace]="module and third livepatch (replace) start at once: $RACES times"
	[other-build/no-variable]="a build without a variable that the patch uses is refused by name, and the right one works afterwards"
	[other-build/no-function]="a build without a function that the patch changes is refused by name, and the right one works afterwards"
	[log]="the kernel log is clean"
)

# modprobe with its libraries, the modules as they are installed, and what kpatch-build wrote for modprobe.d
add_modprobe() {
	local root=$1 updates=$1/lib/modules/$TARGET_RELEASE/updates program file
	program=$(PATH=$PATH:/usr/sbin:/sbin command -v modprobe)
	install -D -- "$(realpath -- "$program")" "$root/sbin/modprobe"
	ldd "$program" | grep -oE '/[^ ]+' | while read -r file; do install -D -- "$file" "$root$file"; done
	install -D -t "$updates" -- "$OUT"/build/klp-{base,refer,never}.ko "$OUT"/{objects,waits}*.ko
	install -D -t "$root/etc/modprobe.d" -- "$OUT/objects.conf"
	PATH=$PATH:/usr/sbin:/sbin depmod -b "$root" "$TARGET_RELEASE" 2>"$OUT/depmod.log"
}

# run_point POINT: one machine. Its script prints "@ok NAME" for each of its tests.
run_point() {
	local point=$1 vm=$OUT/vm-$1 status=0 name file image=$BOOTED
	vm_prepare "$vm"
	vm_add "$vm" "$PARTS/guest-$point.sh" main
	vm_add "$vm" "$PARTS/guest-common.sh" guest-common.sh
	for name in watch check-text kvm-run; do vm_add "$vm" "$OUT/$name" "$name"; done
	printf 'FORM=%s\nROUNDS=%s\nRACES=%s\n' "$FORM" "$ROUNDS" "$RACES" >"$vm/root/vm/settings"
	for file in "$OUT"/build/klp-{base,refer,order}.ko; do vm_add "$vm" "$file" "${file##*/}"; done
	for name in $(patches_of "$point"); do
		for file in "$OUT/$name.ko" "$OUT/$name"--*.ko; do
			if [[ -e $file ]]; then vm_add "$vm" "$file" "${file##*/}"; fi
		done
	done
	if [[ $point == kvm ]]; then vm_add_module "$vm" "$TARGET_MODULES_DIR" kvm_amd; fi
	if [[ $point == other-build ]]; then
		for name in no-variable no-function; do vm_add "$vm" "$OUT/$name/klp-refer.ko" "$name.ko"; done
	fi
	if [[ $point == modprobe ]]; then add_modprobe "$vm/root"; fi
	# What depends on where the kernel is shows where it was moved.
	if [[ $point == references || $point == kvm ]]; then image=$TARGET_IMAGE; fi
	vm_boot "$vm" "$image" $((240 + 40 * ROUNDS + 40 * RACES)) || status=$?
	# shellcheck disable=SC2046
	states_judge "$point" "$vm" "$status" $(grep -oE '^point [a-z-]+' "$PARTS/guest-$point.sh" | cut -d ' ' -f 2)
}

rm -rf -- "$OUT"
mkdir -p -- "$OUT"/{build,modules/kernel/drivers/misc}
vm_require
target_prepare

SOURCE=${TARGET_SOURCE%/*/*}/test-source/modules_${TARGET_SOURCE##*/}
source_with "$SOURCE" "$PARTS/Makefile.modules" "$PARTS"/klp-*.[ch]
build_modules "$OUT/build"
cp -- "$OUT"/build/*.ko "$OUT/modules/kernel/drivers/misc/"
cat -- "$TARGET_SYMVERS" "$OUT/build/Module.symvers" >"$OUT/Module.symvers"
build_others
for name in watch check-text kvm-run; do cc -static -O2 -Wall -Wextra -Werror "-DPAUSE_US=$PAUSE" -o "$OUT/$name" "$PARTS/$name.c"; done
build_patches
for point in "${POINTS[@]}"; do run_point "$point"; done
echo "1..$NUMBER"
exit $FAILED
