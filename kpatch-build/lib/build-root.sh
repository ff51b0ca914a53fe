# shellcheck shell=bash
# Where compilers, make and objtool run: on this machine, or in a build root, a directory that holds the system whose compiler built the
# target: one that the user has (--build-root: a chroot of pbuilder or mock, a container's file system), or one that is made in the cache
# of packages of the Debian suite that has this compiler. Nothing is installed or configured in it; its programs are just run.
#
# Commands run there by bwrap, which needs root or unprivileged user namespaces. All paths inside equal those outside: of the build root are
# the directories of the system (usr, lib, bin, etc ...), all others of this machine, where only the cache, the work directory and
# temporary files can be written.

BUILD_ROOT=""           # its directory; empty: commands run on this machine
BUILD_ROOT_ID=""        # what it is, for the names of what is made in it
IN_ROOT=()              # runs a command there
declare -A ROOT_UNPACKED=() # package -> its version, of those that were unpacked into the one that is made

# in_root COMMAND...: every step that compiles, asks make or links goes through this. (long_run and xargs need a program: "${IN_ROOT[@]}".)
in_root() { "${IN_ROOT[@]}" "$@"; }

# make_told OPTION...: make, which is told on standard input what to do. It writes that to a temporary file, which stays when make is
# killed: in the work directory, so that it goes with that.
make_told() { TMPDIR=$WORK in_root make -s "$@" -f -; }

# build_root_use DIR ID
build_root_use() {
	local place name system=" " why
	if ! command -v bwrap >/dev/null; then
		die "commands run in the build root by bwrap, which is not here; on Debian: apt-get install bubblewrap"
	fi
	BUILD_ROOT=$1 BUILD_ROOT_ID=$2
	IN_ROOT=(bwrap --die-with-parent --unsetenv LD_PRELOAD --unsetenv LD_LIBRARY_PATH --setenv PATH /usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin)
	for place in "$BUILD_ROOT"/*; do
		name=${place##*/}
		case $name in
		bin | boot | etc | lib* | opt | sbin | usr | var) ;;
		*) continue ;;
		esac
		system+="$name "
		if [[ -L $place ]]; then
			IN_ROOT+=(--symlink "$(readlink -- "$place")" "/$name")
		else
			IN_ROOT+=(--ro-bind "$place" "/$name")
		fi
	done
	IN_ROOT+=(--dev-bind /dev /dev --ro-bind /proc /proc)
	for place in /*; do
		name=${place##*/}
		if [[ $system == *" $name "* || ! -d $place ]]; then continue; fi
		case $name in
		bin | boot | dev | etc | lib* | lost+found | proc | run | sbin | sys | usr | var) ;;
		tmp) IN_ROOT+=(--bind /tmp /tmp) ;;
		*) IN_ROOT+=(--ro-bind "$place" "/$name") ;;
		esac
	done
	if [[ $OPT_SOURCE$OPT_OOT_SOURCE == */usr/src/* ]]; then IN_ROOT+=(--tmpfs /usr/src); fi
	for place in "$OPT_SOURCE" "${OPT_CONFIG%/*}" "$OPT_OOT_SOURCE"; do
		if [[ $place ]]; then IN_ROOT+=(--ro-bind "$place" "$place"); fi
	done
	for place in "$CACHE" "$WORK" "${TMPDIR:-/tmp}"; do IN_ROOT+=(--bind "$place" "$place"); done
	if ! why=$(in_root true 2>&1); then
		die "no command can be run in the build root $BUILD_ROOT ($why); bwrap needs unprivileged user namespaces (sysctl kernel.unprivileged_userns_clone=1, user.max_user_namespaces), or be root; a container has to allow them"
	fi
}

# root_has PROGRAM: is it there?
root_has() {
	if [[ ! $BUILD_ROOT ]]; then
		command -v -- "$1" >/dev/null
	else
		# shellcheck disable=SC2016
		in_root sh -c 'command -v -- "$1"' sh "$1" >/dev/null
	fi
}

# root_program PROGRAM -> REPLY: its file, as this machine has it
root_program() {
	local dir
	if [[ ! $BUILD_ROOT ]]; then
		REPLY=$(type -P -- "$1") || REPLY=$1
		return
	fi
	for dir in usr/local/bin usr/bin bin; do
		REPLY=$BUILD_ROOT/$dir/$1
		if [[ -e $REPLY ]]; then return; fi
	done
	REPLY=$BUILD_ROOT/$1
}

# build_root_for NAME VERSION: use one of Debian that has this compiler ("gcc-14", "(Debian 14.2.0-19) 14.2.0"); false, and REPLY says
# why, if there is none
build_root_for() {
	local package=${1#"$ARCH_TRIPLET-"} version suite name="" why
	if [[ ! $2 =~ ^\(Debian\ ([^\ \)]+)\) ]]; then
		REPLY="it is none of Debian's"
		return 1
	fi
	version=${BASH_REMATCH[1]}
	# One that was made before tells its suite: no list is asked, or fetched because it is a day old.
	for suite in $ARCHIVE_SUITES; do
		build_root_key "$suite" "$package" "$version"
		if [[ -d $CACHE/root/$REPLY ]]; then name=$REPLY; break; fi
	done
	if [[ ! $name ]]; then
		if ! archive_suite_of "$package" "$version"; then
			why=$REPLY
			# Farms keep what they built with as well.
			elsewhere_given "*_${version}_*.deb"
			if [[ ! ${GIVEN[$package $version]:-} ]]; then
				REPLY=$why${OPT_PACKAGES:+", and it is not in $OPT_PACKAGES"}
				return 1
			fi
			if ! archive_suite_of "$package"; then return 1; fi
		fi
		suite=$REPLY
		build_root_key "$suite" "$package" "$version"; name=$REPLY
	fi
	CACHE_LIGHT=--light cache_fill "$CACHE/root/$name" build_root_make "$suite" "$package" "$version"
	build_root_use "$CACHE/root/$name" "$name"
	note "$package $version runs in a build root of $suite"
}

readonly BUILD_ROOT_FORMAT=1
build_root_key() { REPLY=$1_$2_${3/:/%3a}_$(packages_for root | { echo "$BUILD_ROOT_FORMAT"; cut -d "|" -f 1; } | sha256sum | cut -c 1-8); }

# build_root_make DIR SUITE PACKAGE VERSION: with a compiler that is given (--packages), what the suite has of it is exchanged for that
build_root_make() {
	if [[ ${GIVEN[$3 $4]:-} ]]; then
		build_root_unpack "$1" "$2" "$3"
		build_root_exchange "$1" "$3" "$4"
	else
		build_root_unpack "$1" "$2" "$3=$4"
	fi
}

# build_root_exchange DIR PACKAGE VERSION: what was unpacked of the same build as PACKAGE, by that of VERSION. The compiler proper and its
# headers have to be of it, or it would be two compilers; libraries fit each other.
build_root_exchange() {
	local to=$1 package=$2 version=$3 number=${2##*-} of=${ROOT_UNPACKED[$2]} name file missing=""
	printf '%s\n' "${!ROOT_UNPACKED[@]}" | sort | while read -r name; do
		if [[ ${ROOT_UNPACKED[$name]} != "$of" ]]; then continue; fi
		file=${GIVEN[$name $version]:-}
		if [[ $file ]]; then
			unpack_into_root "$to" "$file"
		elif [[ $name =~ ^(gcc|cpp|libgcc)-$number(-|$) && $name != *-base ]]; then
			missing+=" $name"
		fi
	done
	if [[ $missing ]]; then
		die "$OPT_PACKAGES has $package $version, but not all that belongs to it; missing are, of this version:$missing"
	fi
}

# build_root_unpack DIR SUITE PACKAGE...: what apt would install on an empty system of that suite for these packages and the common ones,
# unpacked. (mmdebstrap's "extract" does the same, but needs subordinate user IDs or root.)
build_root_unpack() {
	local to=$1 suite=$2 log=$WORK/1-target/root.log names deb name version
	ROOT_UNPACKED=()
	shift 2
	archive_use "$suite" || die "the package lists of $suite can't be fetched: $REPLY"
	need_space "$CACHE" 1200000000 "a build root of $suite"
	packages_for root | cut -d '|' -f 1 | mapfile -t names
	mkdir -p -- "$to/fetched/partial"
	FETCH_NAME="packages of $suite" FETCH_DIR=$to/fetched FETCH_SIZE=160000000
	if ! long_run "$log" fetch_progress apt-get "${ARCHIVE_APT[@]}" -q -y -o APT::Sandbox::User="$(id -un)" -o Debug::NoLocking=1 \
		-o Dir::State::status=/dev/null -o "Dir::Cache::archives=$to/fetched" --no-install-recommends --download-only \
		install "$@" "${names[@]}"; then
		show_matching '^E:|^ ' "$log"
		die "the packages of a build root of $suite can't be fetched, see above"
	fi
	mkdir -- "$to/usr" "$to/usr/bin" "$to/usr/lib" "$to/usr/sbin"
	for deb in "$to/fetched/"*.deb; do
		unpack_into_root "$to" "$deb"
		IFS=_ read -r name version _ <<<"${deb##*/}"
		ROOT_UNPACKED[$name]=$version
	done
	rm -rf -- "$to/fetched"
	# What the packages' scripts would have linked
	if [[ ! -e $to/usr/bin/awk ]]; then ln -s mawk "$to/usr/bin/awk"; fi
	if [[ ! -e $to/bin/sh && ! -e $to/usr/bin/sh ]]; then ln -s dash "$to/bin/sh"; fi
}

# unpack_into_root DIR FILE: without what nobody reads there
unpack_into_root() {
	local to=$1 deb=$2 log=$WORK/1-target/root.log
	progress "unpacking ${deb##*/}"
	if ! dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$to" --no-same-owner --keep-directory-symlink --exclude=./usr/share/doc --exclude=./usr/share/man \
		--exclude=./usr/share/locale -f - 2>"$log"; then
		show_file "$log"
		die "${deb##*/} can't be unpacked, see above"
	fi
}
