# shellcheck shell=bash
# --package: the module as a package of a distribution, which puts it where kpatch finds it for its release. Nothing in it runs when it is
# installed: the livepatch is loaded by `kpatch load`, or at the next boot. Its bytes follow from the module, the version and the
# time that SOURCE_DATE_EPOCH gives (without it, one that is the same for all).

PACKAGE_VERSION=""      # of the packages
PACKAGE_TEMP=""         # where rpmbuild works
PACKAGES_MADE=()        # their files, in $WORK/11-package
readonly PACKAGE_TIME=${CALLER_SOURCE_DATE_EPOCH:-946684800}
# "Name <address>", who answers for the package
readonly PACKAGER=${KPATCH_PACKAGER:-"Unknown <unknown@localhost.localdomain>"}

# package_option VALUE: of --package
package_option() {
	local kind=${1%%,*} version=1
	if [[ $1 == *,* ]]; then version=${1#*,}; fi
	case $kind in
	deb) if ! command -v dpkg-deb >/dev/null; then die "--package deb needs dpkg-deb; on Debian: apt-get install dpkg"; fi ;;
	rpm) if ! command -v rpmbuild >/dev/null; then die "--package rpm needs rpmbuild; on Debian: apt-get install rpm"; fi ;;
	*) usage_error "--package takes deb or rpm, with ,VERSION behind it, not '$1'" ;;
	esac
	# (What both kinds of packages take as a version, without an epoch.)
	if [[ ! $version =~ ^[0-9][A-Za-z0-9.+~]*$ ]]; then usage_error "--package: '$version' is no version of a package"; fi
	if ((OPT_PER_OBJECT)); then usage_error "--package is for one module: don't give --per-object with it"; fi
	if [[ ! $PACKAGE_TIME =~ ^[0-9]{1,11}$ ]]; then usage_error "SOURCE_DATE_EPOCH is a number of seconds, not '$PACKAGE_TIME'"; fi
	if [[ $PACKAGER != *"<"*"@"*">" || $PACKAGER == *$'\n'* ]]; then usage_error "KPATCH_PACKAGER is 'Name <address>', not '$PACKAGER'"; fi
	if [[ $PACKAGE_VERSION && $PACKAGE_VERSION != "$version" ]]; then usage_error "--package: two packages of one module have one version, not $PACKAGE_VERSION and $version"; fi
	PACKAGE_VERSION=$version
}

# package_name -> REPLY: one for each release, as packages of kernels have, and in the letters that packages have
package_name() {
	REPLY=${MODULE_NAME//_/-}-$TARGET_RELEASE
	REPLY=${REPLY,,}
	REPLY=${REPLY//[^a-z0-9.+-]/-}
	# (They begin with a letter or a digit; a module may be called _x.)
	while [[ $REPLY == [^a-z0-9]* ]]; do REPLY=${REPLY#?}; done
}

module_package() {
	local kind
	rm -rf -- "$WORK/11-package"
	mkdir -p -- "$WORK/11-package"
	for kind in "${OPT_PACKAGE[@]}"; do "package_${kind%%,*}"; done
	STAGE_SUMMARY="${PACKAGES_MADE[*]##*/}"
}

# package_tree DIR: what both kinds have
package_tree() {
	local store=$1/var/lib/kpatch/$TARGET_RELEASE
	mkdir -p -- "$store"
	cp -- "$WORK/8-post-link/$MODULE_NAME.ko" "$store/${MODULE_NAME//-/_}.ko"
	chmod 644 -- "$store/${MODULE_NAME//-/_}.ko"
}

# package_patches -> REPLY: names of the patches, in letters that no format minds
package_patches() {
	local patch list=""
	for patch in "${PATCHES[@]}"; do
		patch=${patch##*/}
		list+=", ${patch//[^A-Za-z0-9._+-]/_}"
	done
	REPLY=${list#, }
}

package_deb() {
	local name tree=$WORK/11-package/deb file doc patches
	package_name; name=$REPLY
	package_patches; patches=$REPLY
	file=$WORK/11-package/${name}_${PACKAGE_VERSION}_$ARCH_DEBIAN.deb
	doc=$tree/usr/share/doc/$name
	package_tree "$tree"
	mkdir -p -- "$tree/DEBIAN" "$doc"
	cat >"$tree/DEBIAN/control" <<-EOF
		Package: $name
		Version: $PACKAGE_VERSION
		Architecture: $ARCH_DEBIAN
		Maintainer: $PACKAGER
		Installed-Size: $((($(stat -c %s -- "$WORK/8-post-link/$MODULE_NAME.ko") + 1023) / 1024 + 12))
		Depends: kpatch
		Enhances: linux-image-$TARGET_RELEASE
		Section: kernel
		Priority: optional
		Description: livepatch $MODULE_NAME for Linux $TARGET_RELEASE
		 A module that changes functions of the running kernel, made from
		 $patches.
		 .
		 It is for the kernel $TARGET_RELEASE${TARGET_VERSION:+ of package version}
		 ${TARGET_VERSION:+$TARGET_VERSION }only. It is loaded at the next boot, or by
		 "kpatch load ${MODULE_NAME//-/_}".
	EOF
	cat >"$doc/copyright" <<-EOF
		This livepatch was made by kpatch-build from patches to the Linux kernel, and
		contains code of the kernel.

		Copyright (C) the authors of the Linux kernel and of the patches

		It has the kernel's licence, the GNU General
		Public License, version 2.

		On Debian systems, its text is in /usr/share/common-licenses/GPL-2.
	EOF
	cat >"$tree/changelog" <<-EOF
		$name ($PACKAGE_VERSION) unstable; urgency=medium

		  * Made by kpatch-build $VERSION from $patches.

		 -- $PACKAGER  $(date -u -R -d "@$PACKAGE_TIME")
	EOF
	gzip -9n <"$tree/changelog" >"$doc/changelog.gz"
	rm -- "$tree/changelog"
	(cd -- "$tree" && find usr var -type f -print0 | sort -z | xargs -0 md5sum --) >"$tree/DEBIAN/md5sums"
	chmod -R u=rwX,go=rX -- "$tree"
	find "$tree" -exec touch -h -d "@$PACKAGE_TIME" -- {} +
	if ! SOURCE_DATE_EPOCH=$PACKAGE_TIME DPKG_DEB_THREADS_MAX=1 dpkg-deb --root-owner-group -Zxz --build "$tree" "$file" >"$WORK/11-package/log" 2>&1; then
		show_file "$WORK/11-package/log"
		die "--package: dpkg-deb can't make the package, see above"
	fi
	PACKAGES_MADE+=("$file")
}

package_drop_temp() { rm -rf -- "$PACKAGE_TEMP"; }

package_rpm() {
	local name top spec made patches
	package_name; name=$REPLY
	package_patches; patches=$REPLY
	# (rpmbuild can't work in a directory whose name has a blank.)
	top=$(mktemp -d /tmp/kpatch-rpm.XXXXXX)
	PACKAGE_TEMP=$top
	at_exit package_drop_temp
	spec=$top/package.spec
	package_tree "$top/tree"
	find "$top/tree" -exec touch -h -d "@$PACKAGE_TIME" -- {} +
	# Nothing is compiled, and the module stays as it was checked: not stripped, not compressed.
	cat >"$spec" <<-EOF
		%global debug_package %{nil}
		%global __os_install_post %{nil}
		%global _build_id_links none
		Name: $name
		Version: $PACKAGE_VERSION
		Release: 1
		Summary: Livepatch $MODULE_NAME for Linux $TARGET_RELEASE
		License: GPL-2.0-only
		Group: System Environment/Kernel
		Packager: $PACKAGER
		Requires: kpatch
		AutoReqProv: no

		%description
		A module that changes functions of the running kernel, made from
		$patches.

		It is for the kernel $TARGET_RELEASE only. It is loaded at the next boot,
		or by "kpatch load ${MODULE_NAME//-/_}".

		%install
		mkdir -p %{buildroot}
		cp -a $top/tree/. %{buildroot}/

		%files
		%dir %attr(0755, root, root) /var/lib/kpatch/$TARGET_RELEASE
		%attr(0644, root, root) /var/lib/kpatch/$TARGET_RELEASE/${MODULE_NAME//-/_}.ko
	EOF
	if ! SOURCE_DATE_EPOCH=$PACKAGE_TIME HOME=$top rpmbuild -bb --target "$ARCH_NAME" --define "_topdir $top" --define "_tmppath $top" \
		--define "_buildhost localhost" --define "use_source_date_epoch_as_buildtime 1" --define "clamp_mtime_to_source_date_epoch 1" \
		--define "_dbpath $top/db" "$spec" >"$WORK/11-package/log" 2>&1; then
		show_file "$WORK/11-package/log"
		die "--package: rpmbuild can't make the package, see above"
	fi
	made=$(find "$top/RPMS" -name '*.rpm' -print -quit)
	mv -- "$made" "$WORK/11-package/"
	PACKAGES_MADE+=("$WORK/11-package/${made##*/}")
}
