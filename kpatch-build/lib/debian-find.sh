# shellcheck shell=bash
# Which versions of a Debian package can be had, and which of them to take: of the archive, in the views that archive.sh has; of what is given
# or installed (elsewhere.sh); of the packages that were fetched before.

declare -A DEBIAN_HAS=() # package -> its versions in the archive and elsewhere, newest first, blanks around each
DEBIAN_VIEWS=()         # of the archive, in which a release is looked for
DEBIAN_SUITE=""         # the one that is named
DEBIAN_UNSEEN=""        # why not all of them could be looked at: lines of a message
DEBIAN_SEEN=""          # versions of a package that the archive has, where it does not have the right one, one a line

# debian_views SUITE: DEBIAN_VIEWS, the views of the archive in which a release is looked for, one after the other: what this machine is set
# up for, then all suites; or SUITE alone, if that is given
debian_views() {
	DEBIAN_VIEWS=(machine all) DEBIAN_SUITE=$1
	if [[ ! $1 ]]; then return; fi
	DEBIAN_VIEWS=("$1")
	if ! archive_use "$1"; then die "the package lists of $1 can't be had: $REPLY"; fi
}

# debian_find PACKAGE CACHED -> REPLY: its versions in the first view that has it, which is in use from then on, and elsewhere; newest
# first, empty if it is nowhere. With a version in the cache or elsewhere, no lists are fetched for it.
debian_find() {
	local view elsewhere
	elsewhere_versions "$1"; elsewhere=$REPLY
	for view in "${DEBIAN_VIEWS[@]}"; do
		if [[ $2$elsewhere && $view != machine ]] && ! archive_is_fresh "$view"; then continue; fi
		if ! debian_view "$view"; then continue; fi
		archive_versions "$1"
		if [[ $REPLY ]]; then break; fi
		REPLY=""
	done
	if [[ $elsewhere ]]; then REPLY=$(printf '%s\n' "$elsewhere" ${REPLY:+"$REPLY"} | sort -uVr); fi
}

# debian_view VIEW: use it; false, and DEBIAN_UNSEEN says why, if it can't be had
debian_view() {
	if archive_use "$1"; then return; fi
	DEBIAN_UNSEEN=$'\n'"    the package lists of other suites can't be had: $REPLY"
	REPLY=""
	return 1
}

# debian_is_in_archive PACKAGE VERSION: does a view have it? That is in use from then on. DEBIAN_SEEN are the versions of the others.
debian_is_in_archive() {
	local view
	DEBIAN_SEEN=""
	for view in "${ARCHIVE_VIEW:-machine}" "${DEBIAN_VIEWS[@]}"; do
		if ! debian_view "$view"; then continue; fi
		archive_versions "$1"
		if [[ $'\n'$REPLY$'\n' == *$'\n'$2$'\n'* ]]; then return; fi
		DEBIAN_SEEN=$(printf '%s\n' "$DEBIAN_SEEN" "$REPLY" | sed '/^$/d' | sort -uVr)
	done
	return 1
}

# debian_is_there PACKAGE VERSION: can it be had? DEBIAN_SEEN has the versions that there are, if not.
debian_is_there() {
	local elsewhere
	elsewhere_versions "$1"; elsewhere=$REPLY
	if [[ $'\n'$elsewhere$'\n' == *$'\n'$2$'\n'* || -n $(compgen -G "$CACHE/packages/${1}_${2/:/%3a}_*.deb") ]]; then return; fi
	if debian_is_in_archive "$1" "$2"; then return; fi
	DEBIAN_SEEN=$(printf '%s\n' "$DEBIAN_SEEN" "$elsewhere" | sed '/^$/d' | sort -uVr)
	return 1
}

# debian_missing VERSION PACKAGE... -> REPLY: a line "    linux-source-6.12 of version 6.12.6-1 (there are: 6.12.5-1)" for each that is not to
# be had, of headers also for what they need
debian_missing() {
	local version=$1 package missing="" of from needed relation wanted
	shift
	for package; do
		if ! debian_is_there "$package" "$version"; then
			debian_missing_line "$package" "$version"; missing+=$REPLY
			continue
		fi
		if [[ $package != linux-headers-* ]]; then continue; fi
		{
			archive_cache show -- "$package=$version" 2>/dev/null || true
			elsewhere_control "$package"
		} | debian_relations | while read -r of from needed relation wanted; do
			if [[ "$of $from" != "$package $version" ]]; then continue; fi
			if debian_find_version "$needed" "$relation" "$wanted" "$version"; then continue; fi
			debian_missing_line "$needed" "$([[ $relation == any ]] || echo "$relation $wanted")"; missing+=$REPLY
		done
	done
	REPLY=$missing
}
debian_missing_line() { REPLY=$'\n'"    $1${2:+ of version $2} (there $(debian_count "$DEBIAN_SEEN"))"; }
debian_count() { if [[ $1 ]]; then echo "are: $(paste -sd ' ' <<<"$1")"; else echo "is none"; fi; }
# What to do about a package that is nowhere
readonly DEBIAN_OTHERWISE=$'\n'"    give a directory with the .deb files that are missing (--packages DIR): a snapshot of the archive, or the cache of a mirror, may have them; or choose a release from kpatch-build --list-targets; or describe the kernel with -s, -c and -v"

# debian_no_lists: before a message about something that is not there. With empty lists that is no wonder.
debian_no_lists() {
	local before=${ARCHIVE_VIEW:-machine} lists
	archive_use machine
	lists=$(archive_cache search --names-only '^linux-image-' 2>/dev/null) || true
	archive_use "$before" || true
	if [[ $lists ]]; then return; fi
	if ((${#GIVEN[@]} == 0)); then die "the package lists of this machine are empty; fetch them with: apt-get update (as root)"; fi
	DEBIAN_UNSEEN=$'\n'"    the package lists of this machine are empty; fetch them with: apt-get update (as root)$DEBIAN_UNSEEN"
}

# debian_have PACKAGE... -> fills DEBIAN_HAS[PACKAGE] with its versions in the archive and elsewhere, newest first, blanks around each.
debian_have() {
	local package version
	{
		archive_have "$@"
		for package; do
			elsewhere_versions "$package"
			for version in $REPLY; do echo "$package $version"; done
		done
	} | sort -u -k 1,1 -k 2,2Vr | while read -r package version; do
		if [[ ${DEBIAN_HAS[$package]:- } != *" $version "* ]]; then DEBIAN_HAS[$package]=${DEBIAN_HAS[$package]:- }"$version "; fi
	done
}

# debian_relations: from control data on standard input, "PACKAGE VERSION DEPENDENCY RELATION WANTED" for each package of headers,
# kbuild, image or modules that a package depends on; RELATION and WANTED are "any -" where it takes all versions
debian_relations() {
	awk '
	/^Package: / { package = $2 }
	/^Version: / { version = $2 }
	/^Depends: / { depends = substr($0, 10) }
	/^$/ { flush() }
	END { flush() }
	function flush(   n, i, item, parts) {
		n = split(depends, item, /, */)
		for (i = 1; i <= n; i++) {
			sub(/ *[|].*/, "", item[i])
			if (item[i] !~ /^linux-(headers|kbuild|base|binary|modules)-[0-9]/) continue
			gsub(/[()]/, "", item[i])
			if (split(item[i], parts, / +/) >= 3) print package, version, parts[1], parts[2], parts[3]
			else print package, version, parts[1], "any", "-"
		}
		package = version = depends = ""
	}'
}

# debian_choose RELATION WANTED VERSION CANDIDATE... -> REPLY: of the versions of a package (newest first) the one to take beside
# an image of VERSION: the same if it will do, else the next later one; false if none will do
debian_choose() {
	local relation=$1 wanted=$2 version=$3 chosen="" candidate
	local -A word=(["="]=eq [">="]=ge [">>"]=gt ["<="]=le ["<<"]=lt)
	shift 3
	# (First of all, for each comparison is a process, and the archive has forty versions.)
	if [[ " $* " == *" $version "* ]] && { [[ $relation == any ]] || dpkg --compare-versions "$version" "${word[$relation]}" "$wanted"; }; then
		REPLY=$version
		return
	fi
	for candidate; do
		if [[ $relation != any ]] && ! dpkg --compare-versions "$candidate" "${word[$relation]}" "$wanted"; then continue; fi
		if [[ -z $chosen ]] || dpkg --compare-versions "$candidate" ge "$version"; then chosen=$candidate; fi
	done
	REPLY=$chosen
	[[ $chosen ]]
}

# debian_find_version PACKAGE RELATION WANTED VERSION -> REPLY: the version of PACKAGE, in the archive, elsewhere or among the fetched
# packages, to take beside an image of VERSION; false, and DEBIAN_SEEN has those that there are, if none will do
debian_find_version() {
	local package=$1 view file elsewhere have
	elsewhere_versions "$package"; elsewhere=$REPLY
	for file in "$CACHE/packages/${package}_"*.deb; do
		file=${file##*/"${package}"_}
		file=${file%_*}
		elsewhere+=$'\n'${file//%3a/:}
	done
	DEBIAN_SEEN=""
	for view in "${ARCHIVE_VIEW:-machine}" "${DEBIAN_VIEWS[@]}"; do
		if debian_view "$view"; then archive_versions "$package"; fi
		printf '%s\n' "$elsewhere" "$REPLY" | sed '/^$/d' | sort -uVr | mapfile -t have
		if debian_choose "$2" "$3" "$4" "${have[@]}"; then return; fi
		DEBIAN_SEEN=$(printf '%s\n' "$DEBIAN_SEEN" "${have[@]}" | sed '/^$/d' | sort -uVr)
	done
	return 1
}

# debian_version_for PACKAGE RELATION WANTED VERSION -> REPLY: the same, or the end of the run
debian_version_for() {
	if debian_find_version "$@"; then return; fi
	debian_no_lists
	die "the archive has no $1 of version $([[ $2 == any ]] || echo "$2 $3") (there $(debian_count "$DEBIAN_SEEN")), which the headers of version $4 need$DEBIAN_UNSEEN$DEBIAN_OTHERWISE"
}
