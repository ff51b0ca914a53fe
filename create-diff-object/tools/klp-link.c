// SPDX-License-Identifier: GPL-2.0-only
/*
 * klp-link: what objects and modules need from each other, before they are linked or loaded: symbols, namespaces,
 * exports, versions. What comes out are records with tabs between the fields; kpatch-build reads them.
 */
#include "tools/link-commands.h"

static const struct command commands[] = {
	{"symbols", "Has each symbol that the diff objects of a livepatch module need an owner?",
	 "--symvers FILE --release RELEASE [options] MODULE:OBJECT.o...\n"
	 "MODULE is what OBJECT.o changes: vmlinux, or a module.\n"
	 "\n"
	 "      --symvers FILE     the target's Module.symvers\n"
	 "      --release RELEASE  what the target is called in messages\n"
	 "      --modules DIR      the target's modules\n"
	 "      --part MODULE      the livepatch module has the objects of this MODULE only\n"
	 "  -h, --help             show this help\n"
	 "\n"
	 "Exit codes: 0 each has, 1 error, 2 some have none.\n",
	 link_symbols_run},
	{"made-global", "What is local in the original objects, and global in the patched ones?",
	 "--orig DIR --patched DIR --placements DIR MODULE:OBJECT.o...\n"
	 "Prints records of placements for the other objects of the same MODULE.\n"
	 "\n"
	 "      --orig DIR         where the original objects are\n"
	 "      --patched DIR      where the patched ones are\n"
	 "      --placements DIR   where OBJECT.place of each is\n"
	 "  -h, --help             show this help\n",
	 link_made_global_run},
	{"versions", "Are modules of the build that a Module.symvers is of?",
	 "--symvers FILE --release RELEASE PATH:MODULE.ko...\n"
	 "PATH is where the build had it, without .ko.\n"
	 "\n"
	 "      --symvers FILE     the target's Module.symvers\n"
	 "      --release RELEASE  what the modules have to be built for\n"
	 "  -h, --help             show this help\n"
	 "\n"
	 "Exit codes: 0 they are, 1 error, 2 some are not.\n",
	 link_versions_run},
	{"exports", "Print what modules export, as a Module.symvers has it",
	 "PATH:MODULE.ko...\n"
	 "PATH is what the Module.symvers calls the module.\n"
	 "\n"
	 "  -h, --help             show this help\n",
	 link_exports_run},
	{0},
};

int main(int argc, char **argv)
{
	return command_main("klp-link", commands, argc, argv);
}
