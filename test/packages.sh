#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# test/packages.sh [SUITE...]: the Debian packages, on fresh systems of these suites (bookworm and trixie without): built there, looked at by
# lintian, installed on one that has nothing else, and a livepatch built by an ordinary user. Needs root, for debootstrap and chroot.
#
# Systems: test/fresh.bash. Packages of kernels are taken from the cache of the one who starts this, as far as they are there.

set -Eeuo pipefail
shopt -s inherit_errexit lastpipe nullglob
umask 022
export LC_ALL=C
TOP=$(realpath -- "${BASH_SOURCE[0]%/*}/..")
# shellcheck source=test/fresh.bash
source "$TOP/test/fresh.bash"

build() {
	local root=$1
	checkout "$root" /src/kpatch-build
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

# module_package ROOT SERIES DIR: the livepatch as a package of two versions: each is installed by apt where kpatch finds it, and removed
module_package() {
	local root=$1 dir="$1/home/user/$3" version name file
	for version in 1 2; do
		as_user "$root" "/home/user/$3" kpatch-build -a "$2" --package "deb,$version" -o . /packages/meminfo.patch
		file=$(echo "$dir"/*_"${version}"_amd64.deb)
		name=$(dpkg-deb -f "$file" Package)
		cp "$file" "$root/packages/"
		within "$root" apt-get -q -y install "/packages/${file##*/}"
		[[ $(within "$root" dpkg-query -f '${Version}' -W "$name") == "$version" ]]
		cmp "$dir/livepatch-meminfo.ko" "$root/var/lib/kpatch/$(modinfo -F vermagic "$dir/livepatch-meminfo.ko" | cut -d ' ' -f 1)/livepatch_meminfo.ko"
		within "$root" dpkg --verify "$name"
	done
	within "$root" apt-get -q -y purge "$name"
	[[ -z $(find "$root/var/lib/kpatch" -name '*.ko') ]]
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

fresh_begin
if (($# == 0)); then set -- bookworm trixie; fi
for suite; do
	case $suite in bookworm) series=6.1 ;; *) series=6.12 ;; esac
	is "packages, $suite: a fresh system" system "$suite" build
	if ((!OK)); then continue; fi
	is "packages, $suite: dpkg-buildpackage -b" build "$PLACE/$suite.build"
	if ((!OK)); then continue; fi
	is "packages, $suite: lintian finds nothing" lint "$PLACE/$suite.build"
	system "$suite" run
	is "packages, $suite: the packages are installed" install_packages "$PLACE/$suite.build" "$PLACE/$suite.run"
	if ((!OK)); then continue; fi
	rm -rf "${PLACE:?}/$suite.build"
	given "$PLACE/$suite.run" /home/user
	is "packages, $suite: an ordinary user builds a livepatch for $series" livepatch "$PLACE/$suite.run" "$series" "some where"
	is "packages, $suite: this machine makes the same module, byte for byte" same "$PLACE/$suite.run" "some where"
	is "packages, $suite: the livepatch as a package is installed, upgraded, removed" module_package "$PLACE/$suite.run" "$series" "some where"
	is "packages, $suite: systemd takes the unit" unit "$PLACE/$suite.run"
	is "packages, $suite: the other programs, and nothing is left when they are removed" others "$PLACE/$suite.run"
	rm -rf "${PLACE:?}/$suite.run"
done
exit "$FAILED"
