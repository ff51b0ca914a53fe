# shellcheck shell=bash
# Fresh systems of Debian's suites, for tests of what a new machine does: made by debootstrap, entered by chroot. Needs root.
#
# Who sources this sets TOP. Systems are below PLACE (KPATCH_PACKAGES_DIR, build/packages without): SUITE.tar as debootstrap leaves it, which is
# kept, and SUITE.NAME for each that is in use.

PLACE=${KPATCH_PACKAGES_DIR:-$TOP/build/packages}
MIRROR=${KPATCH_MIRROR:-http://deb.debian.org/debian}
CACHE=${KPATCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/kpatch-build}
NUMBER=0 FAILED=0
# shellcheck disable=SC2034
OK=1                    # did the last test pass?

die() { echo "${BASH_SOURCE[-1]#"$TOP/"}: error: $*" >&2; exit 1; }

# fresh_begin: what this needs is there
fresh_begin() {
	if [[ $(id -u) != 0 ]]; then die "this makes systems with debootstrap, and needs root"; fi
	local tool
	for tool in debootstrap cpio unshare setpriv; do
		command -v "$tool" >/dev/null || die "$tool is missing; on Debian: apt-get install debootstrap cpio util-linux"
	done
	mkdir -p "$PLACE"
}

# is NAME COMMAND...: one test; what the command said is shown if it fails
is() {
	local name=$1 status
	shift
	NUMBER=$((NUMBER + 1))
	# (In a condition, also of who calls this, a function goes on behind what fails.)
	set +e
	(set -e; "$@") >"$PLACE/log" 2>&1 </dev/null
	status=$?
	set -e
	if ((status == 0)); then
		echo "ok $NUMBER - $name"
	else
		echo "not ok $NUMBER - $name"
		tail -n 30 "$PLACE/log" | sed 's/^/#   /'
		FAILED=1
	fi
	# shellcheck disable=SC2034
	OK=$((!status))
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

# given ROOT HOME: kernel packages of this machine's cache that need not be fetched once more
given() {
	local deb to=$1$2/.cache/kpatch-build/packages
	mkdir -p "$to"
	for deb in "$CACHE"/packages/linux-*.deb; do cp -l -- "$deb" "$to/" 2>/dev/null || cp -- "$deb" "$to/"; done
	chown -R --reference="$1$2" "$1$2/.cache"
}

# checkout ROOT DIR: what git knows of, there
checkout() {
	mkdir -p "$1$2"
	(cd "$TOP" && git ls-files -z | cpio -0pdm --quiet "$1$2")
}
