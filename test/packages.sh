#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# test/packages.sh [SUITE...]: the Debian packages, on fresh systems of these suites (bookworm and trixie without): built there, looked at by
# lintian, installed on one that has nothing else, and a livepatch built by an ordinary user. Needs root, for debootstrap and chroot.
#
# Systems are below KPATCH_PACKAGES_DIR (build/packages): SUITE.tar as debootstrap leaves it, which is kept, SUITE.build and SUITE.run. Packages of
# kernels are taken from the cache of the one who starts this, as far as they are there.

set -Eeuo pipefail
shopt -s inherit_errexit lastpipe nullglob
umask 022
export LC_ALL=C
TOP=$(realpath -- "${BASH_SOURCE[0]%/*}/..")
PLACE=${KPATCH_PACKAGES_DIR:-$TOP/build/packages}
MIRROR=${KPATCH_MIRROR:-http://deb.debian.org/debian}
CACHE=${KPATCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/kpatch-build}
NUMBER=0 FAILED=0

die() { echo "test/packages.sh: error: $*" >&2; exit 1; }

# is NAME COMMAND...: one test; what the command said is shown if it fails
is() {
	local name=$1
	shift
	NUMBER=$((NUMBER + 1))
	if "$@" >"$PLACE/log" 2>&1 </dev/null; then
		echo "ok $NUMBER - packages: $name"
	else
		echo "not ok $NUMBER - packages: $name"
		tail -n 30 "$PLACE/log" | sed 's/^/#   /'
		FAILED=1
		return 1
	fi
}

# system SUITE NAME: SUITE.NAME is a fresh one
system() {
	local root=$PLACE/$1.$2
	if [[ ! -f $PLACE/$1.tar ]]; then
		rm -rf "$PLACE/$1.new"
		debootstrap --variant=minbase "$1" "$PLACE/$1.new" "$MIRROR"
		tar -C "$PLACE/$1.new" --one-file-system -cf "$PLACE/$1.tar.new" .
		mv "$PLACE/$1.tar.new" "$PLACE/$1.tar"
		rm -rf "$PLACE/$1.new"
	fi
	rm -rf "$root"
	mkdir "$root"
	tar -C "$root" -xf "$PLACE/$1.tar"
	printf '%s\n' "deb $MIRROR $1 main" "deb $MIRROR $1-updates main" "deb $MIRROR-security $1-security main" >"$root/etc/apt/sources.list"
	cp -L /etc/resolv.conf "$root/etc/"
}

# within ROOT COMMAND...: as root there. (The mounts are gone with the command.)
within() {
	# shellcheck disable=SC2016
	unshare --mount --propagation private sh -c '
		root=$1
		shift
		mount --bind /proc "$root/proc" && mount --bind /dev "$root/dev" && exec chroot "$root" "$@"' sh "$1" \
		env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive HOME=/root "${@:2}"
}
# as_user ROOT DIR COMMAND...: as an ordinary user, who can write nothing but what is in the home directory
as_user() {
	# shellcheck disable=SC2016
	within "$1" setpriv --reuid=1000 --regid=1000 --clear-groups env HOME=/home/user sh -c 'cd "$1" && shift && exec "$@"' sh "${@:2}"
}

build() {
	local root=$1
	mkdir -p "$root/src/kpatch-build"
	(cd "$TOP" && git ls-files -z | cpio -0pdm --quiet "$root/src/kpatch-build")
	within "$root" apt-get -q update
	within "$root" apt-get -q -y install --no-install-recommends build-essential lintian
	within "$root" sh -c 'cd /src/kpatch-build && apt-get -q -y build-dep --no-install-recommends . && dpkg-buildpackage -b -us -uc'
}
lint() { within "$1" sh -c 'cd /src && lintian --allow-root --fail-on error,warning *.changes'; }

install_packages() {
	mkdir "$2/packages"
	cp "$1"/src/*_{amd64,all}.deb "$2/packages/"
	rm -f "$2"/packages/*-dbgsym_*
	within "$2" apt-get -q update
	within "$2" sh -c 'apt-get -q -y install --no-install-recommends /packages/*.deb'
	within "$2" useradd -m -u 1000 user
}

# given SUITE ROOT: kernel packages that need not be fetched once more
given() {
	local deb to=$2/home/user/.cache/kpatch-build/packages
	mkdir -p "$to"
	for deb in "$CACHE"/packages/linux-*.deb; do cp -l -- "$deb" "$to/" 2>/dev/null || cp -- "$deb" "$to/"; done
	chown -R 1000:1000 "$2/home/user/.cache"
}

# livepatch ROOT SERIES DIR: built there from somebody else's patch
livepatch() {
	local root=$1 dir="$1/home/user/$3"
	mkdir -p "$dir"
	cp "$TOP/examples/meminfo.patch" "$root/packages/"
	chown 1000:1000 "$dir"
	as_user "$root" "/home/user/$3" kpatch-build -a "$2" /packages/meminfo.patch
	as_user "$root" "/home/user/$3" sh -c 'test "$(modinfo -F livepatch livepatch-meminfo.ko)" = Y && test "$(stat -c %U livepatch-meminfo.ko)" = user'
	as_user "$root" / sh -c '! touch /usr/share/kpatch-build/x 2>/dev/null'
}

# same ROOT DIR: the module is what this machine makes of the same patch, byte for byte: by another user, with another cache, in the tree
same() {
	local there="$1/home/user/$2/livepatch-meminfo.ko" release
	release=$(modinfo -F vermagic "$there" | cut -d ' ' -f 1)
	mkdir -p "$PLACE/here"
	"$TOP/kpatch-build/kpatch-build" -a "$release" -o "$PLACE/here" "$TOP/examples/meminfo.patch"
	cmp "$PLACE/here/livepatch-meminfo.ko" "$there"
}

# unit ROOT: systemd takes the unit as it is, and the package has enabled it
unit() {
	# shellcheck disable=SC2016
	within "$1" sh -c 'apt-get -q -y install --no-install-recommends systemd && systemd-analyze verify --man=no kpatch.service &&
		test "$(systemctl --root=/ is-enabled kpatch)" = enabled'
}

others() {
	within "$1" sh -c 'kpatch --version && kpatch-farm --version && kpatch-build --list-targets >/dev/null; klp-verify --help >/dev/null'
	# shellcheck disable=SC2016
	within "$1" bash -c 'for f in kpatch kpatch-build kpatch-farm klp-place klp-verify; do test -e /usr/share/bash-completion/completions/$f || exit 1; done'
	within "$1" sh -c 'apt-get -q -y purge kpatch-farm kpatch-build kpatch && ! find /usr /lib/systemd /etc -name "*kpatch*" ! -path "/usr/share/lintian/*" | grep .'
}

if [[ $(id -u) != 0 ]]; then die "this makes systems with debootstrap, and needs root"; fi
for tool in debootstrap cpio unshare setpriv; do
	command -v "$tool" >/dev/null || die "$tool is missing; on Debian: apt-get install debootstrap cpio util-linux"
done
mkdir -p "$PLACE"
if (($# == 0)); then set -- bookworm trixie; fi
for suite; do
	case $suite in bookworm) series=6.1 ;; *) series=6.12 ;; esac
	is "$suite: a fresh system" system "$suite" build || continue
	is "$suite: dpkg-buildpackage -b" build "$PLACE/$suite.build" || continue
	is "$suite: lintian finds nothing" lint "$PLACE/$suite.build" || true
	system "$suite" run
	is "$suite: the packages are installed" install_packages "$PLACE/$suite.build" "$PLACE/$suite.run" || continue
	rm -rf "${PLACE:?}/$suite.build"
	given "$suite" "$PLACE/$suite.run"
	is "$suite: an ordinary user builds a livepatch for $series" livepatch "$PLACE/$suite.run" "$series" "some where" || true
	is "$suite: this machine makes the same module, byte for byte" same "$PLACE/$suite.run" "some where" || true
	is "$suite: systemd takes the unit" unit "$PLACE/$suite.run" || true
	is "$suite: the other programs, and nothing is left when they are removed" others "$PLACE/$suite.run" || true
	rm -rf "${PLACE:?}/$suite.run"
done
exit "$FAILED"
