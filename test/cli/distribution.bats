#!/usr/bin/env bats
# What packages are made of: files, dependencies, versions. (make check-packages builds and installs them.)

load common
setup() { common_setup; }

# depends FIELD FILE: names in the first field of that name in a control file, one a line
depends() {
	awk -v field="$1:" '
		$0 ~ "^" field { on = 1; sub(/^[^:]*:/, "") }
		on && /^[^ ]/ && NR > 1 && !/^(Build-)?Depends/ { if (found) exit }
		on { if (/^[A-Z]/ && index($0, field) != 1) exit; print; found = 1 }' "$2" |
		tr ',' '\n' | sed 's/(.*)//; s/<.*>//; s/ //g' | grep -v '^\$\|^$' | sort
}
# wanted USE: packages that the driver's own list has for it, but for those that every Debian system has
wanted() {
	bash -c 'source "$1/arch.sh"; source "$1/packages.sh"; packages_for "$2"' - "$TOP/kpatch-build/lib" "$1" | cut -d '|' -f 1 |
		grep -vxE 'bash|coreutils|diffutils|dpkg|findutils|grep|gzip|sed|tar|util-linux' | sort
}

@test "the Debian packages depend on what the programs ask for" {
	# (Fetching needs apt, which the driver looks for when it fetches; and what compiles is in build-essential.)
	diff <(sed -n '/^Package: kpatch-build$/,/^Package: kpatch-farm$/p' "$TOP/debian/control" >"$T/control"; depends Depends "$T/control" | grep -vx 'kpatch\|apt') <(wanted run)
	diff <(depends Build-Depends "$TOP/debian/control" | grep -vx 'debhelper-compat\|jq\|libcmocka-dev') <(wanted build | grep -vx 'make\|gcc\|libc6-dev\|binutils')
}

@test "one version everywhere" {
	local version
	version=$(sed -n 's/^readonly VERSION=//p' "$TOP/kpatch-build/lib/version.sh")
	[[ $(sed -n '1s/^kpatch-build (\(.*\)).*/\1/p' "$TOP/debian/changelog") == "$version" ]]
	[[ $(sed -n 's/^Version: *//p' "$TOP/rpm/kpatch-build.spec") == "$version" ]]
	[[ $(sed -n 's/^## \([0-9.]*\).*/\1/p' "$TOP/CHANGELOG.md" | head -n 1) == "$version" ]]
}

@test "three packages without a file in common, which work where they are installed; uninstall leaves nothing" {
	local part
	for part in kpatch-build kpatch-farm kpatch; do
		make -s -C "$TOP" "install-$part" PREFIX=/usr DESTDIR="$T/$part" >/dev/null
		(cd "$T/$part" && find . ! -type d | sort) >"$T/$part.files"
	done
	[[ -z $(cat "$T"/*.files | sort | uniq -d) ]]
	# The one for farms has nothing that is made for a machine; a program of its own, and what this runs.
	run -1 grep -rlaP '^\x7fELF' "$T/kpatch-farm"
	grep -qx ./usr/bin/kpatch-farm "$T/kpatch-farm.files"
	grep -qx ./usr/share/kpatch-build/farm/job "$T/kpatch-farm.files"
	# Every program has a page and a completion.
	cat "$T"/*.files >"$T/files"
	sed -n 's,^\./usr/s*bin/,,p' "$T/files" | while read -r part; do
		grep -qx "./usr/share/man/man1/$part.1" "$T/files"
		grep -qx "./usr/share/bash-completion/completions/$part" "$T/files"
	done
	make -s -C "$TOP" install PREFIX="$T/both" >/dev/null
	[[ $("$T/both/bin/kpatch-build" --version) == "kpatch-build "[0-9.]* && $("$T/both/bin/kpatch-build" --version) != *"("* ]]
	[[ $("$T/both/sbin/kpatch" --version) == kpatch* ]]
	[[ $("$T/both/bin/kpatch-farm" --version) == "kpatch-farm "[0-9.]* ]]
	make -s -C "$TOP" uninstall PREFIX="$T/both"
	[[ -z $(find "$T/both" ! -type d) ]]
}
