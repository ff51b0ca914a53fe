#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# test/integration/oot-dkms.sh SERIES: a module of a Debian package NAME-dkms, built from the source in it with the headers of the newest stock
# kernel of SERIES; then its source, in another place, is patched (oot/NAME.patch), and oot/NAME.test runs in the booted kernel.

# shellcheck source=test/integration/common.sh
source "$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")/common.sh"

SERIES=${1:?usage: test/integration/oot-dkms.sh SERIES}
case $SERIES in
6.1) PACKAGE=v4l2loopback ;;
*) PACKAGE=acpi-call ;;
esac
OUT=${KPATCH_TEST_DIR:-$TOP/build/integration}/$SERIES-oot-dkms
NAME="$SERIES $PACKAGE-dkms"

rm -rf -- "$OUT"
mkdir -p -- "$OUT"/{package,built}
vm_require
target_prepare

if ! (cd -- "$OUT" && apt-get -q -o APT::Sandbox::User="$(id -un)" download "$PACKAGE-dkms" && dpkg -x "$PACKAGE-dkms"_*.deb package) >"$OUT/fetch.log" 2>&1; then
	explain "$OUT/fetch.log"
	die "the package $PACKAGE-dkms can't be fetched"
fi
SOURCE=$(echo "$OUT"/package/usr/src/*)
cp -rL -- "$SOURCE/." "$OUT/built"
if ! make -s -C "$TARGET_HEADERS" "M=$OUT/built" CONFIG_DEBUG_INFO_BTF_MODULES= modules >"$OUT/module.log" 2>&1; then
	explain "$OUT/module.log"
	die "the module of $PACKAGE-dkms does not build"
fi
objcopy --strip-debug "$OUT"/built/*.ko
if "$TOP/kpatch-build/kpatch-build" -a "$SERIES" -m "$OUT"/built/*.ko --oot-module-src "$SOURCE" -n livepatch-dkms -o "$OUT" \
	"--boot-test=$HERE/oot/$PACKAGE.test" "$HERE/oot/$PACKAGE.patch" >"$OUT/log" 2>&1; then
	result ok "it is built from source, patched, and the livepatch works in the booted kernel"
else
	result "not ok" "it is built from source, patched, and the livepatch works in the booted kernel"
	explain "$OUT/log"
fi
echo "1..$NUMBER"
exit $FAILED
