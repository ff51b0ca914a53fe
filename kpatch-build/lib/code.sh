# shellcheck shell=bash
# What is patched: code of the kernel's own tree, or one module from outside of it (--oot-module). The stages are the same; what they
# have to know of the code they ask here, and kernel_QUESTION or oot_QUESTION answers:
#
#   needs_source        is the kernel's source needed? (Else its headers are enough.)
#   prepare             the target is known: where is the code, and what is it compiled in?
#   class NAME          what is a patch's file of that name, where it is not what the name says by itself? (see patch_class)
#   names               may a patch of it name the files that PATCH_CLASS has?
#   view FILES NAME...  these files of the source are as they are below FILES
#   tree                have a build tree
#   affected            fill OBJECTS, PARENT, MODULE and GOAL
#   plain               have OBJECTS in the tree, as the target was built, with the commands that Kbuild recorded
#   command_dir SIDE    -> REPLY: where these commands run
#
# TARGET_SOURCE is the source that the patch applies to, TREE has its objects. KERNEL_SOURCE and KERNEL_TREE are the kernel's source, or
# what modules need of it, and its build tree or headers; of code of the kernel they are the same.

CODE=kernel             # or oot
KERNEL_SOURCE=""
KERNEL_TREE=""

code() { "${CODE}_$1" "${@:2}"; }

kernel_needs_source() { :; }
kernel_prepare() { :; }
kernel_names() { :; }
kernel_view() { view_make "$@"; }
kernel_tree() {
	tree_prepare
	KERNEL_SOURCE=$TARGET_SOURCE KERNEL_TREE=$TREE
}
kernel_affected() { affected_find; }
kernel_plain() { compile_plain; }
kernel_command_dir() { REPLY=$TREE; }

kernel_is_set() { grep -qx "$1=y" -- "${TARGET_CONFIG:-/dev/null}"; }

# kernel_class NAME -> REPLY
kernel_class() {
	local name=$1
	REPLY=""
	case $name in
	arch/Kconfig | "$ARCH_DIR"/*) ;;
	arch/*/*) REPLY=out ;;
	rust/* | *.rs)
		# (Where it is built, a .rs is refused below.)
		if ! kernel_is_set CONFIG_RUST; then REPLY=out; fi
		;;
	samples/*)
		# Where the configuration builds them they are modules like others.
		if kernel_is_set CONFIG_SAMPLES; then REPLY="the configuration builds samples, which are not supported [not-built]"; else REPLY=out; fi
		;;
	tools/*.[ch])
		# Some are included by code of the kernel (tools/lib/bpf/relo_core.c).
		source_tools
		if grep -qxF -- "$name" "$REPLY"; then REPLY=""; else REPLY=out; fi
		;;
	Documentation/* | tools/* | LICENSES/* | debian*/* | MAINTAINERS | CREDITS | README | COPYING) REPLY=out ;;
	scripts/checkpatch.pl | scripts/get_maintainer.pl | scripts/spelling.txt | scripts/kernel-doc | scripts/coccinelle/* | scripts/gdb/*) REPLY=out ;;
	scripts/*) REPLY="a livepatch can't change how the running kernel was built [build-changed]" ;;
	*) patch_class_text "$name" ;;
	esac
}
