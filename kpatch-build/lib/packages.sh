# shellcheck shell=bash
# What has to be there, and why: the one list behind `make demo`, `make check` and the driver's own check.
#
# Used for: build (compile the programs), run (kpatch-build itself), vm (boot a kernel), check (the test suites), and what is not
# among "all": fuzz (make fuzz-long), farm (make check-farm), trees (make check-trees), packages (make check-packages, check-demo), root (unpacked into
# a build root, not installed). A package is missing when one of the commands or headers that it is needed for is.

# modinfo, modprobe and depmod are for everybody, but not in everybody's PATH.
case :$PATH: in
*:/usr/sbin:*) ;;
*) PATH=$PATH:/usr/sbin:/sbin ;;
esac

# Two compilers for the object tests: gcc-12, which Debian 12 and 13 have, and one that only one of them has.
if grep -qsx VERSION_CODENAME=bookworm /etc/os-release; then OTHER_COMPILER=gcc-11; else OTHER_COMPILER=gcc-13; fi
readonly OTHER_COMPILER

readonly PACKAGES="\
make            | build run root | make                   | builds the programs, and runs the kernel's own build
gcc             | build run | gcc                    | compiles the programs, and the objects if it built the target
libc6-dev       | build run root | stdio.h                | headers of the C library, for the programs and the kernel's tools
libelf-dev      | build run root | gelf.h                 | ELF files; objtool of the kernel needs it too
libdw-dev       | build     | elfutils/libdwfl.h     | debug information of objects, for explanations
libzstd-dev     | build     | zstd.h                 | images and modules compressed by zstd
liblzma-dev     | build     | lzma.h                 | images and modules compressed by xz
zlib1g-dev      | build run root | zlib.h                 | images and modules compressed by gzip; objtool
liblz4-dev      | build     | lz4.h                  | images compressed by lz4
liblzo2-dev     | build     | lzo/lzo1x.h            | images compressed by lzo
libbz2-dev      | build     | bzlib.h                | images compressed by bzip2
libxxhash-dev   | build     | xxhash.h               | hashes of names
libzydis-dev    | build     | Zydis/Zydis.h          | decodes instructions
libzycore-dev   | build     | Zycore/String.h        | a library that libzydis needs
binutils        | build run root | ar ld nm objcopy readelf | libraries, links, symbols
bc              | run root  | bc                     | the kernel's build
bison           | run root  | bison                  | the kernel's build (Kconfig)
flex            | run root  | flex                   | the kernel's build (Kconfig)
perl            | run root  | perl                   | the kernel's build
python3         | run root  | python3                | the kernel's build (BTF)
libssl-dev      | run root  | openssl/evp.h          | the kernel's build (signing tools)
bubblewrap      | check     | bwrap                  | runs commands in a build root
dash            | root      | sh                     | commands
bash            | root      | bash                   | the kernel's scripts
coreutils       | root      | cp mv env              | the kernel's build
findutils       | root      | find xargs             | the kernel's build
grep            | root      | grep                   | the kernel's build
sed             | root      | sed                    | the kernel's build
gzip            | root      | gzip                   | the kernel's build
base-files      | root      | /bin                   | directories of a system
clang-14        | fuzz      | clang-14               | coverage-guided fuzzing
libclang-rt-14-dev | fuzz   | /usr/lib/clang/14/lib/linux/libclang_rt.fuzzer-$ARCH_NAME.a | the run-time library of clang's fuzzer
git             | run check | git                    | reads and applies the patches
diffutils       | run root  | diff cmp               | compares originals and patched files
mawk            | run root  | awk                    | text: patches, symbol tables, descriptions
util-linux      | run root  | flock setsid setpriv getopt | locks of the cache, long commands, options
rpm             | check     | rpmbuild rpm2cpio      | tests with a source RPM
dpkg            | run       | dpkg-deb               | unpacks the target's packages
tar             | run root  | tar                    | unpacks the source
xz-utils        | run vm root | xz                     | source archives and compressed modules
kmod            | run vm root | modinfo modprobe depmod | properties and dependencies of modules
jq              | run check | jq                     | reads the reports of klp-verify
zstd            | vm        | zstd                   | compressed modules
$ARCH_EMULATOR_PACKAGE | vm        | $ARCH_EMULATOR     | the virtual machine
busybox-static  | vm        | busybox                | the programs inside the virtual machine
cpio            | vm root packages | cpio                   | the file system inside the virtual machine
gcc-12          | check     | gcc-12                 | a compiler for the object tests
$OTHER_COMPILER          | check     | $OTHER_COMPILER                 | another compiler for the object tests
clang           | check     | clang                  | another compiler for the object tests
gcc-12-plugin-dev | trees  | /usr/lib/gcc/$ARCH_TRIPLET/12/plugin/include/plugin-version.h | a configuration with compiler plugins
ovmf            | check     | /usr/share/OVMF/OVMF_CODE_4M.fd | firmware of a virtual machine with keys
bats            | check     | bats                   | tests of the command line
openssl         | check     | openssl                | verifies signatures
debootstrap     | packages  | debootstrap            | fresh systems
slurm-wlm       | farm      | /usr/sbin/slurmctld    | a cluster for the tests of kpatch-farm
munge           | farm      | /usr/sbin/munged       | authentication of its nodes
chromium        | farm      | chromium               | looks at the report page
distcc          | farm      | distccd                | compilers on other machines
ccache          | farm      | ccache                 | kept results of compilers
libcmocka-dev   | check     | cmocka.h               | unit tests
valgrind        | check     | valgrind               | object tests with every memory access checked
time            | check     | /usr/bin/time          | peak memory of a program
bzip2           | check     | bzip2                  | an image compressed with it
lz4             | check     | lz4                    | an image compressed with it
lzop            | check     | lzop                   | an image compressed with it
shellcheck      | check     | shellcheck             | style of the shell scripts
clang-format    | check     | clang-format           | style of the C files"

# packages_for USE...: "name|commands and headers|reason" of the packages for these uses, or for "all"
packages_for() {
	local name uses needs reason use
	while IFS='|' read -r name uses needs reason; do
		for use; do
			if [[ ($use == all && $uses =~ build|run|vm|check) || " $uses " == *" $use "* ]]; then
				echo "${name// /}|$needs|${reason# }"
				break
			fi
		done
	done <<<"$PACKAGES"
}

declare -A HEADER_HAS=() # header -> 1, of those that were looked for

# headers_find NAME...: which of them are there? The compiler is asked once. (Not by including them, for one of openssl reads half of a
# megabyte.)
headers_find() {
	local name
	if (($# == 0)) || ! command -v gcc >/dev/null; then return; fi
	for name; do printf '#if __has_include(<%s>)\n"%s"\n#endif\n' "$name" "$name"; done |
		gcc -E -P -x c - 2>/dev/null | while IFS='"' read -r _ name _; do HEADER_HAS[$name]=1; done || true
}

package_has() {
	case $1 in
	/*) [[ -e $1 ]] ;;
	*.h) [[ ${HEADER_HAS[$1]:-} ]] ;;
	*) command -v -- "$1" >/dev/null ;;
	esac
}

# packages_missing USE...: "name|what is missing|reason"
packages_missing() {
	local name needs reason need lacks wanted headers=()
	packages_for "$@" | mapfile -t wanted
	printf '%s\n' "${wanted[@]}" | while IFS='|' read -r name needs reason; do
		for need in $needs; do
			if [[ $need == [!/]*.h ]]; then headers+=("$need"); fi
		done
	done
	headers_find "${headers[@]}"
	printf '%s\n' "${wanted[@]}" | while IFS='|' read -r name needs reason; do
		lacks=""
		for need in $needs; do
			if ! package_has "$need"; then lacks+=" $need"; fi
		done
		if [[ $lacks ]]; then echo "$name|${lacks# }|$reason"; fi
	done
}

packages_command() { echo "apt-get install --no-install-recommends $*"; }

# packages_require USE...: everything for these uses, or the end of the run, with all that is missing in one message
packages_require() {
	local name lacks reason tools="" packages=""
	packages_missing "$@" | while IFS='|' read -r name lacks reason; do
		tools+=" $lacks" packages+="${packages:+ }$name"
	done
	if [[ $tools ]]; then
		die "missing on this machine:$tools"$'\n'"install with:"$'\n'"    \$ $(packages_command "$packages")"
	fi
}
