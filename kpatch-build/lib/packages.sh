# shellcheck shell=bash
# What has to be installed, and why: the one list behind `make demo`, `make check` and the driver's own check.
#
# Used for: build (compile the programs), run (kpatch-build itself), vm (boot a kernel), check (the test suites).

readonly PACKAGES="\
make            | build run | builds the programs, and runs the kernel's own build
gcc             | build run | compiles the programs and, if it is the one that built the target, the patched objects
libc6-dev       | build run | headers of the C library, for the programs and the kernel's build tools
libelf-dev      | build run | ELF files; objtool of the kernel needs it too
libzstd-dev     | build     | images and modules compressed by zstd
liblzma-dev     | build     | images and modules compressed by xz
zlib1g-dev      | build run | images and modules compressed by gzip; objtool
liblz4-dev      | build     | images compressed by lz4
liblzo2-dev     | build     | images compressed by lzo
libxxhash-dev   | build     | hashes of names
libzydis-dev    | build     | instructions of the target, for the proof of base
binutils        | run       | ld, nm, objcopy, readelf
bc              | run       | the kernel's build
bison           | run       | the kernel's build (Kconfig)
flex            | run       | the kernel's build (Kconfig)
perl            | run       | the kernel's build
python3         | run       | the kernel's build
libssl-dev      | run       | the kernel's build (signing tools)
patch           | run       | applies the patches
diffutils       | run       | compares originals and patched files
xz-utils        | run vm    | source archives and compressed modules
kmod            | run vm    | modinfo: what a module is and needs
zstd            | vm        | compressed modules
qemu-system-x86 | vm        | the virtual machine
busybox-static  | vm        | the programs inside the virtual machine
cpio            | vm        | the file system inside the virtual machine
bats            | check     | tests of the command line
libcmocka-dev   | check     | unit tests
shellcheck      | check     | style of the shell scripts
clang-format    | check     | style of the C files
git             | check     | which files are ours"

# packages_for USE...: names of the packages for these uses, with "all" for every one
packages_for() {
	local name uses reason use
	while IFS='|' read -r name uses reason; do
		name=${name// /}
		for use; do
			if [[ $use == all || " $uses " == *" $use "* ]]; then
				echo "$name"
				break
			fi
		done
	done <<<"$PACKAGES"
}

packages_reason() { sed -nE "s/^$1 +\|[^|]*\| *//p" <<<"$PACKAGES"; }

# packages_missing USE...: those that are not installed here
packages_missing() {
	local name
	for name in $(packages_for "$@"); do
		if [[ $(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null) != installed ]]; then echo "$name"; fi
	done
}

packages_command() { echo "apt-get install --no-install-recommends $*"; }
