// SPDX-License-Identifier: GPL-2.0-only
/*
 * klp-place: shows that an object is what a kernel was built from, and where each of its symbols is there.
 * Beside that it takes the ELF file and the symbols out of a bootable image, which the base check stands on.
 */
#include "tools/place-commands.h"

static const struct command commands[] = {
	{"place", "Compare an object with a kernel or module, and write where each of its symbols is there",
	 "(--image IMAGE | --module X.ko --name MODNAME) [options] -o PLACEMENT ORIG.o\n"
	 "      --image IMAGE      the kernel that the object is part of\n"
	 "      --symbols FILE     its symbols (default: the image's own symbol table, or else its kallsyms)\n"
	 "      --module X.ko      the object is part of this module\n"
	 "      --name MODNAME     its name, as in /proc/modules\n"
	 "      --skip-base-check  a difference is a warning, and the placement says so\n"
	 "  -o, --output FILE      where the placement is written\n"
	 "  -h, --help             show this help\n"
	 "\n"
	 "Exit codes: 0 the same, 1 error, 2 something differs.\n",
	 place_object_run},
	{"kallsyms", "Print the symbols of an image, as /proc/kallsyms has them",
	 "[options] IMAGE\n"
	 "      --sympos           address, name and sympos: the number by which a livepatch names the symbol\n"
	 "  -o, --output FILE      write them there\n"
	 "  -h, --help             show this help\n",
	 place_kallsyms_run},
	{"exports", "Print what an image exports, or compare it with a Module.symvers",
	 "[options] IMAGE\n"
	 "      --symvers FILE     print nothing, but compare with what this Module.symvers says of vmlinux\n"
	 "  -o, --output FILE      write them there\n"
	 "  -h, --help             show this help\n"
	 "\n"
	 "Exit codes: 0 done, or the same; 1 error; 2 the Module.symvers has other exports.\n",
	 place_exports_run},
	{"layout", "Print the sizes of special sections' entries, as an image's BTF has them",
	 "[options] IMAGE\n"
	 "  -o, --output FILE      write them there\n"
	 "  -h, --help             show this help\n",
	 place_layout_run},
	{"elf", "Write the ELF file that is in an image",
	 "-o VMLINUX IMAGE\n"
	 "  -o, --output FILE      where it is written\n"
	 "  -h, --help             show this help\n",
	 place_elf_run},
	{0},
};

int main(int argc, char **argv)
{
	return command_main("klp-place", commands, argc, argv);
}
