// SPDX-License-Identifier: GPL-2.0-only
/*
 * klp-link: what objects and modules need from each other, before they are linked or loaded: symbols, namespaces,
 * exports, versions. What comes out are records with tabs between the fields; kpatch-build reads them.
 */
#include "tools/link-commands.h"

static const struct command commands[] = {
	{"symbols", "Find what defines each symbol that the diff objects of a livepatch module need",
	 "--symvers FILE --release RELEASE [options] MODULE:OBJECT.o...\n"
	 "MODULE is what OBJECT.o patches: vmlinux, or a module.\n"
	 "\n"
	 "      --symvers FILE     the target's Module.symvers\n"
	 "      --release RELEASE  what the target is called in messages\n"
	 "      --modules DIR      the target's modules\n"
	 "      --part MODULE      the livepatch module contains only the objects of this MODULE\n"
	 "  -h, --help             show this help\n"
	 "\n"
	 "Exit codes: 0 each symbol is defined, 1 error, 2 some are not, or are twice.\n",
	 link_symbols_run},
	{"made-global", "Find symbols that are local in the original objects and global in the patched ones",
	 "--orig DIR --patched DIR --placements DIR MODULE:OBJECT.o...\n"
	 "Prints placement records of these symbols for the other objects of the same MODULE.\n"
	 "\n"
	 "      --orig DIR         where the original objects are\n"
	 "      --patched DIR      where the patched ones are\n"
	 "      --placements DIR   where the OBJECT.place files are\n"
	 "  -h, --help             show this help\n",
	 link_made_global_run},
	{"versions", "Check that modules are from the same build as a Module.symvers",
	 "--symvers FILE --release RELEASE PATH:MODULE.ko...\n"
	 "PATH is the path of the module in its build tree, without .ko.\n"
	 "\n"
	 "      --symvers FILE     the target's Module.symvers\n"
	 "      --release RELEASE  the release that the modules must be built for\n"
	 "  -h, --help             show this help\n"
	 "\n"
	 "Exit codes: 0 all are, 1 error, 2 some are not.\n",
	 link_versions_run},
	{"exports", "Print what modules export, in the format of Module.symvers",
	 "PATH:MODULE.ko...\n"
	 "PATH is the name of the module in the output.\n"
	 "\n"
	 "  -h, --help             show this help\n",
	 link_exports_run},
	{0},
};

int main(int argc, char **argv)
{
	return command_main("klp-link", commands, argc, argv);
}
