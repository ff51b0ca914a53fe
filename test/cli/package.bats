#!/usr/bin/env bats
# kpatch-build --package: what is in the packages, that their bytes follow from what goes in, and wrong values of the option. The module is
# any file here; the whole way, with what kpatch makes of it, is in test/integration/kpatch.sh.

load common

setup() {
	common_setup
	export T TOP
	cd "$T" || return
	mkdir -p work/8-post-link
	head -c 5000 /dev/urandom >work/8-post-link/livepatch-a_b.ko
	export SETUP='MODULE_NAME=livepatch-a_b TARGET_RELEASE=6.99.0+x_Y-amd64 TARGET_VERSION=6.99.1-2
		PATCHES=("/x/a b\"'\''.patch" /x/c.patch)
		OPT_PACKAGE=(deb,1.2 rpm,1.2)
		for kind in "${OPT_PACKAGE[@]}"; do package_option "$kind"; done'
	NAME=livepatch-a-b-6.99.0+x-y-amd64
	FILE=/var/lib/kpatch/6.99.0+x_Y-amd64/livepatch_a_b.ko
}

@test "a Debian package: the module where kpatch finds it, its needs, nothing that runs" {
	run -0 lib module_package
	cd work/11-package
	[[ $(dpkg-deb -f "${NAME}_1.2_amd64.deb" Package Version Architecture Depends) == "Package: $NAME"$'\nVersion: 1.2\nArchitecture: amd64\nDepends: kpatch' ]]
	dpkg-deb -f "${NAME}_1.2_amd64.deb" Description | grep 'a_b__.patch, c.patch'
	[[ $(dpkg-deb -c "${NAME}_1.2_amd64.deb" | awk '$6 !~ /\/$/ { print $1, $2, $6 }') == "-rw-r--r-- root/root ./usr/share/doc/$NAME/changelog.gz
-rw-r--r-- root/root ./usr/share/doc/$NAME/copyright
-rw-r--r-- root/root .$FILE" ]]
	dpkg-deb -e "${NAME}_1.2_amd64.deb" control
	[[ $(echo control/*) == "control/control control/md5sums" ]]
	dpkg-deb -x "${NAME}_1.2_amd64.deb" tree
	cmp "tree$FILE" ../8-post-link/livepatch-a_b.ko
	(cd tree && md5sum -c --quiet ../control/md5sums)
}

@test "a disk that is full: one message, and no package" {
	mkdir full
	# (Mounts of its own, which end with it.)
	if ! unshare -m mount -t tmpfs -o size=1m tmpfs full 2>/dev/null; then skip "a file system can't be mounted here"; fi
	SETUP+='; mount -t tmpfs -o size=1m tmpfs "$T/full"; mkdir "$T/full/work"; cp -r "$WORK/8-post-link" "$T/full/work/"; CACHE=$T/full WORK=$T/full/work
		OPT_PACKAGE=(deb); PACKAGE_VERSION=1.2
		dd if=/dev/zero of="$T/full/other" bs=4k count=$(($(df --output=avail -B4k "$T/full" | tail -n 1) - 3)) status=none
		packages() { module_package; }'
	export -f lib
	run -1 env COLUMNS=10000 unshare -m bash -c 'lib packages; status=$?; ls -R "$T/full" >"$T/left"; exit $status'
	[[ $(grep -c "^kpatch-build: " <<<"$output") == 1 && $output == *"error: there is no space left in $T/full"* ]]
	run ! grep -E "\.deb$|temp" left
}

@test "an RPM: the same" {
	run -0 lib module_package
	cd work/11-package
	local rpm=$NAME-1.2-1.x86_64.rpm
	[[ $(rpm -qp --qf '%{NAME} %{VERSION} %{RELEASE} %{ARCH} %{BUILDHOST}' "$rpm") == "$NAME 1.2 1 x86_64 localhost" ]]
	[[ $(rpm -qpR "$rpm" | grep -v ^rpmlib) == kpatch && ! $(rpm -qp --scripts "$rpm") ]]
	[[ $(rpm -qplv "$rpm" | awk '{ print $1, $3, $NF }') == "drwxr-xr-x root ${FILE%/*}
-rw-r--r-- root $FILE" ]]
	mkdir -p tree
	(cd tree && rpm2cpio "../$rpm" | cpio -id --quiet)
	cmp "tree$FILE" ../8-post-link/livepatch-a_b.ko
}

# comes_and_goes KIND INSTALL QUERY REMOVE: functions for packages of a kind: one is installed, then one of a later version; and removed
comes_and_goes() {
	local version
	if ((EUID)); then skip "only root can install packages"; fi
	mkdir -p root/proc/sys/kernel
	echo 6.99.0+x_Y-amd64 >root/proc/sys/kernel/osrelease
	: >root/proc/modules
	export KPATCH_ROOT=$T/root
	for version in 1.2 1.10; do
		echo "$version" >>work/8-post-link/livepatch-a_b.ko
		SETUP=${SETUP//1.2/$version} run -0 lib module_package
		"$2" work/11-package/*[-_]"$version"[-_]*".$1"
		cmp "root$FILE" work/8-post-link/livepatch-a_b.ko
		[[ $("$3") == "$NAME $version" ]]
		run -0 "$TOP/kpatch/kpatch" list
		[[ $output == *livepatch_a_b* ]]
	done
	"$4"
	[[ ! -e root$FILE && -z $("$3") ]]
	run -0 "$TOP/kpatch/kpatch" list
	[[ $output != *livepatch_a_b* ]]
}

# (Nothing of them runs, so there need not be a system; nor is kpatch one that is known there. make check-packages has a whole one.)
@test "a Debian package is installed, upgraded, removed" {
	mkdir -p root/var/lib/dpkg/{info,updates,triggers}
	: >root/var/lib/dpkg/status
	at_root() { dpkg --root="$T/root" --force-depends --force-script-chrootless --log=/dev/null "$@"; }
	deb_install() { at_root -i "$@"; }
	deb_query() { dpkg-query --admindir="$T/root/var/lib/dpkg" -f '${db:Status-Status} ${Package} ${Version}\n' -W | sed -n 's/^installed //p'; }
	deb_remove() { at_root -r "$NAME"; }
	comes_and_goes deb deb_install deb_query deb_remove
}

@test "an RPM is installed, upgraded, removed" {
	at_root() { rpm --root "$T/root" --dbpath /var/lib/rpm "$@"; }
	rpm_install() { at_root --nodeps -U "$@"; }
	rpm_query() { at_root -qa --qf '%{NAME} %{VERSION}\n'; }
	rpm_remove() { at_root --nodeps -e "$NAME"; }
	comes_and_goes rpm rpm_install rpm_query rpm_remove
}

@test "the same bytes in another directory, at another time, with another umask; and SOURCE_DATE_EPOCH is their time" {
	run -0 lib module_package
	cp -r work "$T/first"
	mkdir -p "$T/an other"
	cp -r work "$T/an other/"
	touch -d '2 years ago' "$T/an other/work/8-post-link/livepatch-a_b.ko"
	(T="$T/an other" && umask 077 && SETUP="WORK=\$T/work; $SETUP" lib module_package)
	cmp "first/11-package/${NAME}_1.2_amd64.deb" "an other/work/11-package/${NAME}_1.2_amd64.deb"
	cmp "first/11-package/$NAME-1.2-1.x86_64.rpm" "an other/work/11-package/$NAME-1.2-1.x86_64.rpm"
	run -0 env SOURCE_DATE_EPOCH=1700000000 bash -c 'lib module_package'
	dpkg-deb -c "work/11-package/${NAME}_1.2_amd64.deb" | grep -F '2023-11-14'
	[[ $(rpm -qp --qf '%{BUILDTIME}' "work/11-package/$NAME-1.2-1.x86_64.rpm") == 1700000000 ]]
}

@test "who answers for it" {
	run -0 env KPATCH_PACKAGER="Ann Other <ann@example.org>" bash -c 'lib module_package'
	[[ $(dpkg-deb -f "work/11-package/${NAME}_1.2_amd64.deb" Maintainer) == "Ann Other <ann@example.org>" ]]
	[[ $(rpm -qp --qf '%{PACKAGER}' "work/11-package/$NAME-1.2-1.x86_64.rpm") == "Ann Other <ann@example.org>" ]]
	run -4 env KPATCH_PACKAGER="Ann" bash -c 'lib module_package'
}

@test "wrong values" {
	local value
	touch x.patch
	for value in "" tar "deb," deb,v1 "deb,1 2" deb,1-2 rpm,1:2 $'deb,1\n'; do
		run -4 "$DRIVER" --package "$value" x.patch
		[[ $output == "kpatch-build: error: --package"* ]] || { echo "'$value': $output"; false; }
	done
	run -4 "$DRIVER" --package deb --package rpm,2 x.patch
	[[ $output == *"two packages of one module have one version, not 1 and 2"* ]]
	SETUP='shows() { MODULE_NAME=$1 TARGET_RELEASE=6.12.3-amd64; package_name; echo "$REPLY"; }'
	SETUP=$SETUP run -0 lib shows __Odd_Name
	[[ $output == odd-name-6.12.3-amd64 ]]
	run -4 "$DRIVER" --package deb --per-object x.patch
	[[ $output == *"don't give --per-object with it"* ]]
	run -4 env SOURCE_DATE_EPOCH=today "$DRIVER" --package deb x.patch
	[[ $output == *"SOURCE_DATE_EPOCH is a number of seconds, not 'today'"* ]]
}

@test "a packer that fails is told, and nothing is delivered" {
	printf '#!/bin/sh\necho no room >&2\nexit 1\n' >bin/dpkg-deb
	chmod +x bin/dpkg-deb
	run -1 env PATH="$T/bin:$PATH" bash -c 'lib module_package'
	[[ $output == *"no room"*"dpkg-deb can't make the package, see above"* ]]
}
