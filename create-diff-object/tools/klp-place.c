// SPDX-License-Identifier: GPL-2.0-only
/*
 * klp-place: shows that an object is what a kernel was built from, and where each of its symbols is there.
 * Beside that it takes the ELF file and the symbols out of a bootable image, which the base check stands on.
 */
#include "tools/place-commands.h"

static const struct command commands[] = {
	{"place", "Compare an object with a kernel or module, and write the address of each of its symbols there",
	 "(--image IMAGE | --module X.ko --name MODNAME) [options] -o PLACEMENT ORIG.o\n"
	 "      --image IMAGE      the kernel that the object is part of\n"
	 "      --symbols FILE     symbols of the kernel (default: the image's symbol table, or else its kallsyms)\n"
	 "      --module X.ko      the object is part of this module\n"
	 "      --name MODNAME     name of the module, as in /proc/modules\n"
	 "      --skip-base-check  warn about a difference, and record it in the placement\n"
	 "  -o, --output FILE      write the placement to FILE\n"
	 "  -h, --help             show this help\n"
	 "\n"
	 "Exit codes: 0 no difference, 1 error, 2 something differs.\n",
	 place_object_run},
	{"kallsyms", "Print the symbols of an image in the format of /proc/kallsyms",
	 "[options] IMAGE\n"
	 "      --sympos           print address, name and sympos, the number with which a livepatch refers to the symbol\n"
	 "  -o, --output FILE      write to FILE\n"
	 "  -h, --help             show this help\n",
	 place_kallsyms_run},
	{"exports", "Print what an image exports, or compare it with a Module.symvers",
	 "[options] IMAGE\n"
	 "      --symvers FILE     print nothing; compare with the exports of vmlinux in this Module.symvers\n"
	 "  -o, --output FILE      write to FILE\n"
	 "  -h, --help             show this help\n"
	 "\n"
	 "Exit codes: 0 printed, or no difference; 1 error; 2 the Module.symvers has other exports.\n",
	 place_exports_run},
	{"layout", "Print the entry sizes of special sections, from the BTF of an image",
	 "[options] IMAGE\n"
	 "  -o, --output FILE      write to FILE\n"
	 "  -h, --help             show this help\n",
	 place_layout_run},
	{"facts", "Print what the build must know of an object, a module or an image, as records",
	 "[options] FILE\n"
	 "  -o, --output FILE      write to FILE\n"
	 "  -h, --help             show this help\n",
	 place_facts_run},
	{"elf", "Write the ELF file that an image contains",
	 "-o VMLINUX IMAGE\n"
	 "  -o, --output FILE      write it to FILE\n"
	 "  -h, --help             show this help\n",
	 place_elf_run},
	{"reader", "Print a name for what reads images in this program, which changes when its source does",
	 "\n"
	 "  -h, --help             show this help\n",
	 place_reader_run},
	{0},
};

int main(int argc, char **argv)
{
	return command_main("klp-place", commands, argc, argv);
}
