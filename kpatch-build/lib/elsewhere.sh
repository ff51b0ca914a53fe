# shellcheck shell=bash
# Packages that the archive may no longer have: files of a directory that the user gives (--packages; farms keep snapshots of what they
# run), and packages that are installed on this machine, whose files are /boot, /lib/modules and /usr/src. dpkg knows their versions, and
# whether their files were changed since.
#
# A file that is given is used where it is. Its name tells nothing: the package itself says what it is.

declare -A GIVEN=()     # "PACKAGE VERSION" -> the file
declare -A GIVEN_HAS=() # package -> its versions that are given, one a line
declare -A INSTALLED=() # package -> its version on this machine
ELSEWHERE_READ=0
INSTALLED_ROOT=""       # whose system is the machine's (for tests)

# elsewhere_read: what is given, and what is installed; once
elsewhere_read() {
	local package version why
	if ((ELSEWHERE_READ)); then return; fi
	ELSEWHERE_READ=1
	elsewhere_given 'linux-*.deb'
	{ dpkg-query --admindir="$INSTALLED_ROOT/var/lib/dpkg" -W -f '${db:Status-Status} ${Package} ${Version}\n' 'linux-*' 2>/dev/null || true; } |
		while read -r why package version; do
			if [[ $why == installed ]]; then INSTALLED[$package]=$version; fi
		done
}

# elsewhere_given PATTERN: of what is given, the files whose name fits
elsewhere_given() {
	local file fields package version architecture key why
	if [[ ! $OPT_PACKAGES ]]; then return; fi
	find -L "$OPT_PACKAGES" -name "$1" -type f | sort | while IFS= read -r file; do
		if ! fields=$(dpkg-deb --show --showformat '${Package} ${Version} ${Architecture}' "$file" 2>&1); then
			why=${fields#dpkg-deb: error: }
			warn "$file is not used: it is no Debian package, or a damaged one (${why%%$'\n'*})"
			continue
		fi
		read -r package version architecture <<<"$fields"
		if [[ $architecture != all && $architecture != "$ARCH_DEBIAN" ]]; then continue; fi
		key="$package $version"
		if [[ ! ${GIVEN[$key]:-} ]]; then
			GIVEN_HAS[$package]+=$version$'\n'
		elif ! cmp -s -- "${GIVEN[$key]}" "$file"; then
			die "${GIVEN[$key]} and $file are both $package $version, and differ; leave one of them"
		fi
		GIVEN[$key]=$file
	done
}

# elsewhere_versions PACKAGE -> REPLY: its versions, given or installed, one a line
elsewhere_versions() {
	elsewhere_read
	REPLY=${GIVEN_HAS[$1]:-}${INSTALLED[$1]:-}
	REPLY=${REPLY%$'\n'}
}

# elsewhere_images -> REPLY: "version release" of each kernel whose image is given or installed
elsewhere_images() {
	local package version found=""
	elsewhere_read
	for package in "${!GIVEN_HAS[@]}" "${!INSTALLED[@]}"; do
		if [[ ! $package =~ ^linux-image-([0-9]+\.[0-9]+\..*-$ARCH_DEBIAN)(-unsigned)?$ ]]; then continue; fi
		for version in ${GIVEN_HAS[$package]:-} ${INSTALLED[$package]:-}; do found+="$version ${BASH_REMATCH[1]}"$'\n'; done
	done
	REPLY=${found%$'\n'}
}

# elsewhere_control PACKAGE...: control data of what is given or installed of them
elsewhere_control() {
	local package version
	for package; do
		for version in ${GIVEN_HAS[$package]:-}; do
			dpkg-deb -f "${GIVEN[$package $version]}"
			echo
		done
		if [[ ${INSTALLED[$package]:-} ]]; then
			dpkg-query --admindir="$INSTALLED_ROOT/var/lib/dpkg" -s "$package"
			echo
		fi
	done
}

# installed_whole PACKAGE: die unless its files are as they were installed. (What a system leaves out of packages on purpose is
# documentation.)
installed_whole() {
	local changed
	progress "checking the installed $1"
	changed=$({ dpkg --admindir="$INSTALLED_ROOT/var/lib/dpkg" --root="${INSTALLED_ROOT:-/}" --verify "$1" 2>&1 || true; } | sed 's/^[^/]* //' |
		{ grep -v '^/usr/share/' || true; } | sed -n '1,3p' | paste -sd ' ')
	if [[ $changed ]]; then
		die "$1 is installed, but its files are no longer those of the package ($changed); install it again, or give its .deb file (--packages DIR)"
	fi
}

# installed_copy DIR PACKAGE: what of it is installed, to DIR
installed_copy() {
	local to=$1 package=$2 list=$WORK/1-target/installed
	installed_whole "$package"
	# Without directories: /lib is one for the package, and a link on the machine.
	dpkg-query --admindir="$INSTALLED_ROOT/var/lib/dpkg" -L "$package" | awk '
		{ name[NR] = $0; dir = $0; while (sub(/\/[^\/]*$/, "", dir) && dir != "") if (has[dir]++) break }
		END { for (i = 1; i <= NR; i++) if (name[i] ~ /^\// && name[i] !~ /^\/(\.|usr\/share\/)/ && !(name[i] in has)) print substr(name[i], 2) }' |
		tr '\n' '\0' >"$list"
	progress "copying $package"
	copy_listed "${INSTALLED_ROOT:-/}" "$list" "$to" "$WORK/1-target/installed.log"
}
