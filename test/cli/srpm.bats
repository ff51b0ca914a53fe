#!/usr/bin/env bats
# A source RPM as the source of the target (-r): what rpmbuild -bp makes of it, unpacked once.

load common

setup() {
	common_setup
	export T
	fake_source "$T/linux-6.12.3"
	fake_config "$T/config"
	fake_image "$T/image"
	: >"$T/Module.symvers"
	banner="Linux version 6.12.3-test (me@here) ($(gcc --version | sed -n 1p), GNU ld 2.40) #1 SMP"
	fake_tool klp-place 'case $1 in elf) { printf "\177ELF"; echo; echo "'"$banner"'"; } >"$3";; kallsyms) echo "ffffffff81000000 T _text";; esac'
	mkdir -p "$T/top/SOURCES"
}

# source_rpm CONFIGURATION...: $T/kernel.src.rpm has the source, these configurations, and a patch that %prep applies
source_rpm() {
	local name number=10
	tar -C "$T" -czf "$T/top/SOURCES/linux-6.12.3.tar.gz" linux-6.12.3
	sed 's/return 1;/return 11;/' "$T/linux-6.12.3/kernel/foo.c" >"$T/new.c"
	diff_patch "$T/linux-6.12.3/kernel/foo.c" "$T/new.c" kernel/foo.c >"$T/top/SOURCES/one.patch"
	{
		printf '%s\n' 'Name: kernel' 'Version: 6.12.3' 'Release: 1' 'Summary: a kernel' 'License: GPL' \
			'Source0: linux-6.12.3.tar.gz' 'BuildRequires: something-that-is-not-here' 'Patch0: one.patch'
		for name; do
			cp "$T/config" "$T/top/SOURCES/$name"
			echo "Source$((number++)): $name"
		done
		printf '%s\n' '%description' 'a kernel' '%prep' '%setup -q -n linux-6.12.3' '%patch -P 0 -p1' '%build' 'exit 1'
	} >"$T/kernel.spec"
	rpmbuild -bs --define "_topdir $T/top" "$T/kernel.spec" >/dev/null 2>&1
	mv "$T"/top/SRPMS/*.src.rpm "$T/kernel.src.rpm"
}
described() { "$DRIVER" -r "$T/kernel.src.rpm" -v "$T/image" --symvers "$T/Module.symvers" --print-target "$@"; }
source_of() { sed -n 's/^TARGET_SOURCE=//p' <<<"$output"; }

@test "the source is what the package's own preparation makes of it, and is kept" {
	source_rpm kernel-6.12.3-x86_64.config kernel-6.12.3-s390x.config
	run -0 described
	[[ $(source_of) == "$T"/cache/source/srpm_* && $output == *"TARGET_CONFIG=$(source_of)/configs/kernel-6.12.3-x86_64.config"* ]]
	grep -q 'return 11;' "$(source_of)/kernel/foo.c"
	[[ -z $(find "$T/cache/source" -name .build) ]]
	fake_tool rpmbuild 'exit 1'
	PATH=$T/bin:$PATH run -0 described
	sed -i 's/return 11/return 12/' "$(source_of)/kernel/foo.c"
	rm "$T/bin/rpmbuild"
	rm -rf "$(source_of)"
	run -0 described
	grep -q 'return 11;' "$(source_of)/kernel/foo.c"
}

# As in Fedora and RHEL: a directory around the source, which %prep renames; patches by a function of bash, the second with git; a copy
# without patches; configurations that are put together, of several flavours; make has been asked about them.
source_rpm_as_made() {
	local name
	source_rpm kernel-x86_64-fedora.config kernel-x86_64-debug-fedora.config kernel-s390x-fedora.config
	# The one of %prep counts, not the package's own of this name.
	cp "$T/config" "$T/top/SOURCES/kernel-6.12.3-x86_64.config"
	sed 's/return 2;/return 22;/; s/return 1;/return 11;/' "$T/linux-6.12.3/kernel/foo.c" >"$T/newer.c"
	diff_patch "$T/new.c" "$T/newer.c" kernel/foo.c >"$T/top/SOURCES/patch-6.12-redhat.patch"
	sed -i '/^%prep/,$d; s/^Source0.*/&\nSource99: kernel-6.12.3-x86_64.config\nPatch1: patch-6.12-redhat.patch/' "$T/kernel.spec"
	sed -i '1i %define specversion 6.12.3' "$T/kernel.spec"
	cat >>"$T/kernel.spec" <<-'EOF'
		%prep
		ApplyOptionalPatch()
		{
		  local patch=$1
		  shift
		  if ! grep -E "^Patch[0-9]+: $patch\$" %{_specdir}/kernel.spec ; then exit 1; fi
		  git apply "$RPM_SOURCE_DIR/$patch"
		}
		%setup -q -n kernel-%{specversion} -c
		cp -al linux-%{specversion} vanilla
		mv linux-%{specversion} linux-%{specversion}-1.%{_target_cpu}
		cd linux-%{specversion}-1.%{_target_cpu}
		patch -p1 -F1 -s <%{PATCH0}
		ApplyOptionalPatch patch-6.12-redhat.patch
		mkdir configs
		cd configs
		cp $RPM_SOURCE_DIR/kernel-*-fedora.config .
		for i in kernel-*-fedora.config; do
		  mv $i "kernel-%{specversion}-$(sed 's/^kernel-//; s/-fedora//' <<<"$i")"
		done
		echo "# by prep" >>kernel-%{specversion}-x86_64.config
		cd ..
		mkdir -p include/config scripts/basic
		touch scripts/basic/fixdep include/config/auto.conf
		printf 'mrproper:\n\trm -rf .config scripts/basic/fixdep include/config\n' >>Makefile
		%build
		exit 1
	EOF
	rpmbuild -bs --define "_topdir $T/top" "$T/kernel.spec" >/dev/null 2>&1
	mv "$T"/top/SRPMS/*.src.rpm "$T/kernel.src.rpm"
}

@test "a package as Fedora and RHEL make them" {
	source_rpm_as_made
	run -0 described
	[[ $(source_of) == "$T"/cache/source/srpm_* && $output == *"TARGET_CONFIG=$(source_of)/configs/kernel-6.12.3-x86_64.config"* ]]
	grep -q 'return 11;' "$(source_of)/kernel/foo.c"
	grep -q 'return 22;' "$(source_of)/kernel/foo.c"
	grep -qx '# by prep' "$(source_of)/configs/kernel-6.12.3-x86_64.config"
	# Nothing of what make left: it is used as it is, and not copied.
	[[ ! -e $(source_of)/scripts/basic/fixdep && ! -e $(source_of)/vanilla ]]
}

@test "the configuration beside the image is the image's" {
	source_rpm kernel-6.12.3-x86_64.config kernel-rt-6.12.3-x86_64.config
	mkdir "$T/boot"
	mv "$T/image" "$T/boot/vmlinuz-6.12.3-test"
	ln -s boot/vmlinuz-6.12.3-test "$T/image"
	cp "$T/config" "$T/boot/config-6.12.3-test"
	run -0 described
	[[ $output == *"TARGET_CONFIG=$T/boot/config-6.12.3-test"* ]]
	run -0 described -c "$T/config"
	[[ $output == *"TARGET_CONFIG=$T/config"* ]]
	rm "$T/boot/config-6.12.3-test"
	run -4 described
}

@test "of several configurations one has to be chosen" {
	source_rpm kernel-6.12.3-x86_64.config kernel-rt-6.12.3-x86_64.config kernel-debug-6.12.3-x86_64.config
	run -4 described
	[[ $output == *"has 3 configurations for x86_64 and does not say which is the target's: give it with -c"* ]]
	run -0 described -c "$T/config"
	[[ $output == *"TARGET_CONFIG=$T/config"* ]]
	source_rpm
	run -4 described
	[[ $output == *"has 0 configurations"* ]]
}

@test "what is no source package of a kernel is refused, and not kept" {
	echo nothing >"$T/kernel.src.rpm"
	run -1 described
	[[ $output == *"$T/kernel.src.rpm can't be unpacked as an RPM package"* ]]
	rm "$T/linux-6.12.3/scripts/Makefile.build"
	source_rpm
	run -1 described
	[[ $output == *"has 0 kernel sources instead of one"* ]]
	sed -i 's/^%patch.*/exit 7/' "$T/kernel.spec"
	rpmbuild -bs --define "_topdir $T/top" "$T/kernel.spec" >/dev/null 2>&1
	mv "$T"/top/SRPMS/*.src.rpm "$T/kernel.src.rpm"
	run -1 described
	[[ $output == *"the source of $T/kernel.src.rpm can't be prepared (rpmbuild -bp), see above"* ]]
	[[ -z $(find "$T/cache/source" -mindepth 1 -type d) ]]
}

@test "-r wants an image, and nothing that gives a source" {
	: >"$T/x.src.rpm"
	run -4 "$DRIVER" -r "$T/x.src.rpm" --print-target
	[[ $output == *"a source package has no image: give the target's with -v"* ]]
	run -4 "$DRIVER" -r "$T/x.src.rpm" -s "$T" -v "$T/image" --print-target
	[[ $output == *"don't give -s or -a with it"* ]]
	run -4 "$DRIVER" -r "$T/none.src.rpm" -v "$T/image" --print-target
	[[ $output == *"source RPM $T/none.src.rpm is not a readable file"* ]]
}
