# shellcheck shell=bash
# Debian's archive, seen through apt: package lists, and packages from it. A view is a set of lists:
#
#   machine      what apt of this machine is set up with, as it was last updated by root
#   SUITE        a suite that the machine's mirror serves, with what belongs to it (trixie: trixie, trixie-updates, trixie-security)
#   all          all suites
#
# The lists of all views but the machine's are ours, in the cache, at most a day old; apt checks their signatures with Debian's keys. The
# configuration of the machine's apt is not touched, nothing is installed, no root is needed.

ARCHIVE_VIEW=""         # the one in use
ARCHIVE_APT=()          # its options for apt-get and apt-cache
declare -A ARCHIVE_FRESH=() # views whose lists were looked at by this run
declare -A ARCHIVE_LOST=()  # views whose lists can't be had -> why; tried once

# Suites whose kernels can be patched, oldest first.
readonly ARCHIVE_SUITES="bullseye bookworm trixie sid"
readonly ARCHIVE_KEYS=/usr/share/keyrings/debian-archive-keyring.gpg

# archive_use VIEW: false, and REPLY says why, if its lists are not there and can't be fetched
archive_use() {
	local file=none dir=$CACHE/apt
	if [[ $1 == "$ARCHIVE_VIEW" ]]; then return; fi
	if [[ $1 == machine ]]; then
		# Where apt is set up to keep no index (Dir::Cache::pkgcache "", as images of containers do), apt-cache reads the lists of tens of
		# thousands of packages in each call, over a second. Then it has one in our cache, which it holds against the lists itself.
		ARCHIVE_APT=()
		eval "$(apt-config shell file Dir::Cache::pkgcache 2>/dev/null)"
		if [[ -z $file ]] && mkdir -p -- "$dir" 2>/dev/null; then
			ARCHIVE_APT=(-o "Dir::Cache::pkgcache=$dir/pkgcache.bin" -o "Dir::Cache::srcpkgcache=$dir/srcpkgcache.bin")
		fi
	else
		archive_lists "$1" || return 1
		archive_options "$1"
	fi
	ARCHIVE_VIEW=$1
}

# archive_options VIEW: ARCHIVE_APT, for one of ours
archive_options() {
	local dir=$CACHE/apt
	ARCHIVE_APT=(-o "Dir::Etc::sourcelist=$dir/$1.sources" -o Dir::Etc::sourceparts=/dev/null -o "Dir::State=$dir/state" -o "Dir::Cache=$dir/$1"
		-o "Dir::Cache::pkgcache=$dir/$1/pkgcache.bin" -o "Dir::Cache::srcpkgcache=$dir/$1/srcpkgcache.bin" -o Acquire::Languages=none
		-o APT::Get::List-Cleanup=false -o Debug::NoLocking=1 -o APT::Sandbox::User="$(id -un)" -o APT::Architecture="$ARCH_DEBIAN"
		-o APT::Architectures::="$ARCH_DEBIAN")
}

# archive_parts VIEW -> REPLY: the suites that it consists of; false if it is no view
archive_parts() {
	local suite
	REPLY=""
	case $1 in
	all)
		for suite in $ARCHIVE_SUITES; do
			archive_parts_of "$suite"
			if [[ $suite != sid ]]; then REPLY+="$suite-backports "; fi
		done
		;;
	*-backports)
		archive_parts_of "${1%-backports}"
		REPLY+="$1 "
		;;
	*) archive_parts_of "$1" ;;
	esac
	[[ $REPLY ]]
}
archive_parts_of() {
	if [[ " $ARCHIVE_SUITES " != *" $1 "* ]]; then return; fi
	REPLY+="$1 "
	if [[ $1 != sid ]]; then REPLY+="$1-updates $1-security "; fi
}

# archive_mirror -> REPLY: "URL of the archive, URL of its security updates", from --mirror or as the machine's apt has them
archive_mirror() {
	local main=$OPT_MIRROR
	if [[ $main ]]; then
		REPLY="${main%/}/ ${main%/}-security/"
		return
	fi
	# shellcheck disable=SC2016
	REPLY=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
		awk '/\/debian\/$/ && main == "" { main = $0 } /\/debian-security\/$/ && security == "" { security = $0 }
			END {
				if (main == "") exit
				if (security == "") { security = main; sub(/\/$/, "-security/", security) }
				print main, security
			}')
}

# archive_lists VIEW: they are there, and at most a day old unless there is no network; false, and REPLY says why, if there are none
archive_lists() {
	local view=$1 dir=$CACHE/apt part parts lock why=""
	if [[ ${ARCHIVE_FRESH[$view]:-} ]]; then return; fi
	REPLY=${ARCHIVE_LOST[$view]:-}
	if [[ $REPLY ]]; then return 1; fi
	if ! archive_parts "$view"; then
		REPLY="$view is no suite of Debian that is known here (known are $ARCHIVE_SUITES, and all but sid with -backports)"
		return 1
	fi
	parts=$REPLY
	mkdir -p -- "$dir/state/lists/partial" "$dir/$view/archives/partial"
	exec {lock}>>"$dir/.lock"
	lock_wait "$lock" "the package lists"
	if ! archive_is_fresh "$view" && ! archive_update "$view" "$parts"; then why=$REPLY; fi
	exec {lock}>&-
	for part in $parts; do
		if [[ -z $(compgen -G "$dir/state/lists/*_dists_${part}_InRelease") ]]; then continue; fi
		if [[ $why ]]; then note "the package lists of $view could not be updated ($why); using those in the cache"; fi
		ARCHIVE_FRESH[$view]=1
		return
	done
	REPLY=${why:-there are none}
	ARCHIVE_LOST[$view]=$REPLY
	return 1
}

# archive_is_fresh VIEW: were its lists fetched within a day, of the mirror that is wanted?
archive_is_fresh() {
	local sources=$CACHE/apt/$1.sources
	if [[ -z $(find "$sources" -mmin -1440 2>/dev/null) ]]; then return 1; fi
	[[ ! $OPT_MIRROR ]] || grep -qxF -- "URIs: ${OPT_MIRROR%/}/" "$sources"
}

# archive_sources TYPE PARTS FILE: what apt is set up with, for packages (deb) or their sources (deb-src); false, and REPLY says why, if there
# is no mirror, or nothing to check it with
archive_sources() {
	local part mirror security
	if [[ ! -f $ARCHIVE_KEYS ]]; then
		REPLY="there are no keys to check them with; install debian-archive-keyring"
		return 1
	fi
	archive_mirror; read -r mirror security <<<"$REPLY"
	if [[ -z $mirror ]]; then
		REPLY="apt of this machine has no mirror of Debian; give one with --mirror URL"
		return 1
	fi
	for part in $2; do
		printf 'Types: %s\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: %s\n\n' \
			"$1" "$([[ $part == *-security ]] && echo "$security" || echo "$mirror")" "$part" "$ARCHIVE_KEYS"
	done >"$3"
}

# archive_fetch_source PARTS NAME=VERSION FILE -> REPLY: this file of a source package, fetched into the work directory; false, and REPLY says
# why, if none of these suites has it. (The lists of sources are not kept: who needs one keeps what is made of it.)
archive_fetch_source() {
	local dir=$WORK/1-target/apt log=$WORK/apt.log part
	REPLY="no suite of the archive is known to have it"
	for part in $1; do
		rm -rf -- "$dir"
		mkdir -p -- "$dir"/{state/lists/partial,cache/archives/partial}
		archive_sources deb-src "$part" "$dir/apt.sources" || return 1
		local apt=(-o "Dir::Etc::sourcelist=$dir/apt.sources" -o Dir::Etc::sourceparts=/dev/null -o "Dir::State=$dir/state"
			-o "Dir::Cache=$dir/cache" -o Dir::State::status=/dev/null -o Acquire::Languages=none -o Debug::NoLocking=1
			-o APT::Sandbox::User="$(id -un)")
		progress "fetching $3"
		long_run "$log" no_progress apt-get -q "${apt[@]}" update || true
		if long_run "$log" no_progress env -C "$dir" apt-get -q "${apt[@]}" source --diff-only --download-only "$2" && [[ -f $dir/$3 ]]; then
			REPLY=$dir/$3
			return
		fi
		REPLY=$(sed -n 's/^E: //p' "$log" | sed -n 1p)
		REPLY=${REPLY:-apt-get could not fetch $2}
	done
	return 1
}

# archive_update VIEW PARTS: fetch the lists; false, and REPLY says why, if some could not be fetched. That the mirror does not have one of
# the suites (the backports of an old one) is no error.
archive_update() {
	local view=$1 dir=$CACHE/apt log=$WORK/apt.log
	archive_sources deb "$2" "$dir/$view.sources.new" || return 1
	# Its time tells when the lists were fetched: not before they are.
	touch -d '2 days ago' -- "$dir/$view.sources.new"
	mv -f -- "$dir/$view.sources.new" "$dir/$view.sources"
	archive_options "$view"
	progress "fetching the package lists of $view"
	long_run "$log" no_progress apt-get -q "${ARCHIVE_APT[@]}" update || true
	ARCHIVE_VIEW=""
	REPLY=$(sed -n 's/^W: Failed to fetch //p' "$log" | sed -n 1p)
	if [[ $REPLY ]]; then return 1; fi
	touch -- "$dir/$view.sources"
}

# archive_state -> REPLY: a name for what apt is set up with, the lists of the machine (apt renames each into its directory) and ours
archive_state() {
	local lists=""
	eval "$(apt-config shell lists Dir::State::lists/d 2>/dev/null)"
	REPLY=$({
		echo "$OPT_MIRROR $ARCHIVE_SUITES"
		stat -c '%n %i %s %.9Y %.9Z' -- "${lists:-/var/lib/apt/lists}" /etc/apt /etc/apt/{,sources.list.d/,preferences.d/,apt.conf.d/}* \
			"$CACHE"/apt/*.sources "$CACHE/apt/state/lists" 2>/dev/null || true
	} | sha256sum | cut -c 1-16)
}

# archive_cache COMMAND ARG...: apt-cache of the view
archive_cache() {
	if [[ ! $ARCHIVE_VIEW ]]; then archive_use machine; fi
	apt-cache "${ARCHIVE_APT[@]}" "$@"
}

# archive_madison PACKAGE...: "PACKAGE <TAB> VERSION <TAB> SUITE" for each version of each that the view has, newest first. (It lists what a
# package provides as well. One call for all takes no longer than one for one.)
archive_madison() {
	{ archive_cache madison -- "$@" 2>/dev/null || true; } | awk -F ' *[|] *' -v OFS='\t' '
		{ gsub(/ /, "", $1); split($3, field, " "); sub(/\/.*/, "", field[2]); print $1, $2, field[2] }'
}

# archive_versions PACKAGE -> REPLY: its versions, newest first, one a line
archive_versions() { REPLY=$(archive_have "$1" | awk -v p="$1" '$1 == p { print $2 }' | uniq); }

# archive_have PACKAGE...: "PACKAGE VERSION" for each version of each that the view has, newest first
archive_have() {
	local package series=${ARCHIVE_SERIES[${ARCHIVE_VIEW:-machine}]:-} file=$WORK/apt.${ARCHIVE_VIEW:-machine}
	for package; do
		if [[ ! $series || ! $package =~ ^linux-$ARCHIVE_KINDS-${series//./\\.}([^0-9]|$) ]]; then
			archive_madison "$@" | cut -f 1,2 | tr '\t' ' '
			return
		fi
	done
	printf '%s\n' "$@" | awk '
		FILENAME == "-" { want[$0] = 1; next }
		/^Package: / { package = $2 }
		/^Version: / && package in want { print package, $2 }' - "$file" | sort -u -k 1,1 -k 2,2Vr
}

# ---- all of a series in one question ----------------------------------------------------------------------------------

declare -A ARCHIVE_SERIES=() # view -> the series whose packages WORK/apt.VIEW has
readonly ARCHIVE_KINDS='(image|headers|kbuild|source|base|binary|modules)'

# archive_read_series SERIES: the control data of all packages of the kernels of a series, as the view has them. (Each question takes apt-cache half
# a second, whatever it is.)
archive_read_series() {
	local view
	if [[ ! $ARCHIVE_VIEW ]]; then archive_use machine; fi
	view=$ARCHIVE_VIEW
	if [[ ${ARCHIVE_SERIES[$view]:-} == "$1" ]]; then return; fi
	archive_cache show -- "^linux-$ARCHIVE_KINDS-${1//./\\.}([^0-9]|\$)" >"$WORK/apt.$view" 2>/dev/null || true
	ARCHIVE_SERIES[$view]=$1
}
# archive_series_packages KIND: names of those
archive_series_packages() { sed -n "s/^Package: \(linux-$1-.*\)/\1/p" "$WORK/apt.$ARCHIVE_VIEW" | sort -u; }
# archive_series_control PACKAGE...: the data of these
archive_series_control() {
	printf '%s\n' "$@" | awk '
		FILENAME == "-" { want[$0] = 1; next }
		/^Package: / { of = $2 }
		of in want { print }
		/^$/ { of = "" }' - "$WORK/apt.$ARCHIVE_VIEW"
}

# archive_suite_of PACKAGE [VERSION] -> REPLY: the oldest suite that has it, without -security and the like; false, and REPLY says why, if
# there is none
archive_suite_of() {
	local found suite before=$ARCHIVE_VIEW
	if ! archive_use all; then
		REPLY="the package lists of other suites can't be had: $REPLY"
		return 1
	fi
	found=$(archive_madison "$1" | awk -F '\t' -v p="$1" -v v="${2:-}" '
		$1 == p && (v == "" || $2 == v) { sub(/-(security|updates|backports)$/, "", $3); print $3 }')
	archive_use "${before:-machine}"
	for suite in $ARCHIVE_SUITES; do
		if grep -qx -- "$suite" <<<"$found"; then
			REPLY=$suite
			return
		fi
	done
	REPLY="no suite of the archive has $1${2:+ of version $2}"
	return 1
}
