#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# test/trees/srpm.sh: the source of the stock kernel 6.12 as a source RPM, like the one that a distribution would publish with that
# kernel: the spec's %prep applies a patch, and asks make about the configuration, without a program that the distribution had (pahole).
# So the configuration in the package is not the image's any more, which no patched object shows: refused; that of the installed
# kernel, beside the image, is. (The package lacks code that is not read here: drivers, network, sound.)

# shellcheck source=test/integration/common.sh
source "$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")/../integration/common.sh"

SERIES=6.12
OUT=${KPATCH_TEST_DIR:-$TOP/build/trees}/srpm
NAME="$SERIES source RPM"
LOG=$OUT/log

if ! command -v rpmbuild >/dev/null; then
	result ok "# skip there is no rpmbuild (kpatch-build/install-packages check)"
	echo "1..$NUMBER"
	exit 0
fi
rm -rf -- "$OUT"
mkdir -p -- "$OUT"/top/SOURCES
vm_require
target_prepare

# package VERSION: OUT/kernel.src.rpm. What the patch of %prep changes is not yet so in the archive.
package() {
	local tree=$OUT/linux-$1 file=fs/proc/cmdline.c
	cp -al -- "$TARGET_SOURCE" "$tree"
	find "$tree"/{drivers,sound,net,Documentation,tools/testing} -type f -name '*.[chS]' -delete
	find "$tree/arch" -type f ! -path "$tree/arch/x86/*" ! -name 'Kconfig*' ! -name 'Makefile*' -delete
	sed 's/seq_puts(m, saved_command_line)/seq_printf(m, "%s", saved_command_line)/' "$TARGET_SOURCE/$file" >"$OUT/old.c"
	# (1: they differ.)
	diff -u --label "a/$file" --label "b/$file" "$OUT/old.c" "$TARGET_SOURCE/$file" >"$OUT/top/SOURCES/one.patch" && return 1
	rm -- "$tree/$file"
	cp -- "$OUT/old.c" "$tree/$file"
	tar -C "$OUT" --use-compress-program='gzip -1' -cf "$OUT/top/SOURCES/linux-$1.tar.gz" "linux-$1"
	rm -rf -- "$tree"
	cp -- "$TARGET_CONFIG" "$OUT/top/SOURCES/kernel-x86_64.config"
	cat >"$OUT/kernel.spec" <<-EOF
		Name: kernel
		Version: $1
		Release: 1
		Summary: a kernel
		License: GPL
		Source0: linux-$1.tar.gz
		Source10: kernel-x86_64.config
		Patch0: one.patch
		BuildRequires: something-that-is-not-here
		%description
		%prep
		%setup -q -n kernel-$1 -c
		mv linux-$1 linux-$1-1.%{_target_cpu}
		cd linux-$1-1.%{_target_cpu}
		%patch -P 0 -p1
		mkdir configs
		cp \$RPM_SOURCE_DIR/kernel-x86_64.config .config
		make -s ARCH=x86_64 PAHOLE=false olddefconfig
		mv .config configs/kernel-$1-%{_target_cpu}.config
		%build
		exit 1
	EOF
	rpmbuild -bs --define "_topdir $OUT/top" "$OUT/kernel.spec" && mv -- "$OUT"/top/SRPMS/*.src.rpm "$OUT/kernel.src.rpm"
}

refused() {
	local status=0
	build || status=$?
	((status == 1)) && grep -q 'image and configuration do not belong together: with .*/configs/kernel-.*x86_64.config, structures that modules share' "$LOG"
}
build() {
	KPATCH_CACHE=$OUT/cache "$TOP/kpatch-build/kpatch-build" -r "$OUT/kernel.src.rpm" -v "$OUT/vmlinuz" --symvers "$TARGET_SYMVERS" -o "$OUT" \
		-n livepatch-srpm "--boot-test=$OUT/boot.test" "$TOP/test/integration/cases/new-function.patch" >"$LOG" 2>&1
}

cp -- "$TARGET_IMAGE" "$OUT/vmlinuz"
echo "grep -q 'livepatch=1' /proc/cmdline" >"$OUT/boot.test"
VERSION=$(make -s -C "$TARGET_SOURCE" kernelversion)
if ! package "$VERSION" >"$LOG" 2>&1; then
	explain "$LOG"
	die "the package of the test can't be made"
fi
check_logged "a configuration that is not the image's is told before anything is compiled" refused
cp -- "$TARGET_CONFIG" "$OUT/config"
check_logged "it is prepared as its spec says, has the same base, is built, and the livepatch works in the booted kernel" build
rm -rf -- "$OUT"/{cache,top}
echo "1..$NUMBER"
exit $FAILED
