// SPDX-License-Identifier: GPL-2.0-only
/*
 * Debug information by libdw. In an object it has relocations, for nothing has an address yet; libdwfl gives every
 * section one and applies them, so a place is translated to that address first.
 */
#include "elf/debug.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <stdlib.h>
#include <string.h>

#include "elf/model.h"
#include "util/memory.h"
#include "util/strmap.h"
#include "util/vec.h"

struct debug_info {
	Dwfl *dwfl;
	Dwfl_Module *module;
	Elf *elf; /* owned by dwfl */
	GElf_Addr bias;
};

bool debug_number(Dwarf_Die *die, unsigned int name, uint64_t *value)
{
	Dwarf_Attribute attribute;
	Dwarf_Word word;

	if (dwarf_formudata(dwarf_attr(die, name, &attribute), &word))
		return false;
	*value = word;
	return true;
}

/*
 * libdw takes file 0 for none, as it is up to version 4. In version 5 it is the source of the unit, and clang says so
 * (DWARF 5, 6.2.4.1).
 */
const char *debug_decl_file(Dwarf_Die *die)
{
	const char *file = dwarf_decl_file(die);
	uint64_t index = 1;
	Dwarf_Half version;
	Dwarf_Files *files;
	Dwarf_Die unit;
	size_t n;

	if (file || !debug_number(die, DW_AT_decl_file, &index) || index)
		return file;
	if (dwarf_cu_info(die->cu, &version, NULL, &unit, NULL, NULL, NULL, NULL) || version < 5 ||
	    dwarf_getsrcfiles(&unit, &files, &n) || !n)
		return NULL;
	return dwarf_filesrc(files, 0, NULL, NULL);
}

static int find_no_other_file(Dwfl_Module *module, void **user, const char *name, Dwarf_Addr base, const char *file,
			      const char *link, GElf_Word crc, char **found)
{
	(void)module, (void)user, (void)name, (void)base, (void)file, (void)link, (void)crc, (void)found;
	return -1;
}

static const Dwfl_Callbacks callbacks = {
	.find_debuginfo = find_no_other_file,
	.section_address = dwfl_offline_section_address,
};

struct debug_file {
	const char *path;
	bool opened;
	struct debug_info *info;
};

static void debug_close(struct debug_info *debug)
{
	dwfl_end(debug->dwfl);
	free(debug);
}

static struct debug_info *debug_open(const char *path)
{
	struct debug_info *debug = calloc(1, sizeof(*debug));
	Dwarf_Addr bias;

	if (!debug)
		memory_exhausted();
	debug->dwfl = dwfl_begin(&callbacks);
	if (debug->dwfl)
		debug->module = dwfl_report_offline(debug->dwfl, path, path, -1);
	if (debug->module && !dwfl_report_end(debug->dwfl, NULL, NULL))
		debug->elf = dwfl_module_getelf(debug->module, &debug->bias);
	if (debug->elf && dwfl_module_getdwarf(debug->module, &bias))
		return debug;
	debug_close(debug);
	return NULL;
}

struct debug_file *debug_file_new(const char *path)
{
	struct debug_file *file = calloc(1, sizeof(*file));

	if (!file)
		memory_exhausted();
	file->path = path;
	return file;
}

void debug_file_free(struct debug_file *file)
{
	if (file && file->info)
		debug_close(file->info);
	free(file);
}

struct debug_info *debug_of(const struct elf_obj *obj)
{
	struct debug_file *file = obj->debug;

	if (file && !file->opened) {
		file->opened = true;
		file->info = debug_open(file->path);
	}
	return file ? file->info : NULL;
}

Dwarf_Die *debug_next_unit(const struct debug_info *debug, Dwarf_Die *unit, uint64_t *bias)
{
	return dwfl_module_nextcu(debug->module, unit, bias);
}

bool debug_find_address(const struct debug_info *debug, uint32_t sec, uint64_t offset, uint64_t *address)
{
	Elf_Scn *scn = elf_getscn(debug->elf, sec);
	GElf_Shdr header;

	if (!scn || !gelf_getshdr(scn, &header))
		return false;
	*address = header.sh_addr + debug->bias + offset;
	return true;
}

/* The unit that has an address. clang writes no .debug_aranges: then each is asked. */
static Dwarf_Die *find_unit(const struct debug_info *debug, Dwarf_Addr address, Dwarf_Addr *bias)
{
	Dwarf_Die *unit = dwfl_module_addrdie(debug->module, address, bias);

	if (unit)
		return unit;
	while ((unit = dwfl_module_nextcu(debug->module, unit, bias)))
		if (dwarf_haspc(unit, address - *bias) > 0)
			return unit;
	return NULL;
}

bool debug_find_line(const struct debug_info *debug, uint32_t sec, uint64_t offset, struct debug_line *line)
{
	Dwarf_Addr address, bias;
	Dwarf_Die *unit;
	Dwarf_Line *found;

	if (!debug_find_address(debug, sec, offset, &address))
		return false;
	unit = find_unit(debug, address, &bias);
	found = unit ? dwarf_getsrc_die(unit, address - bias) : NULL;
	if (!found || dwarf_lineno(found, &line->number))
		return false;
	line->file = dwarf_linesrc(found, NULL, NULL);
	return line->file != NULL;
}

/* Returns false if the function has no name. */
static bool describe(Dwarf_Die *die, struct debug_inlined *inlined)
{
	const char *name = dwarf_diename(die);
	Dwarf_Attribute attribute;
	uint64_t call_line;
	Dwarf_Die origin;
	int line = 0;

	if (!name)
		return false;
	*inlined = (struct debug_inlined){.name = name};
	if (debug_number(die, DW_AT_call_line, &call_line))
		inlined->call_line = (int)call_line;
	if (dwarf_formref_die(dwarf_attr(die, DW_AT_abstract_origin, &attribute), &origin) &&
	    !dwarf_decl_line(&origin, &line))
		inlined->from = (struct debug_line){.file = debug_decl_file(&origin), .number = line};
	return true;
}

/* The scopes of a place, from the inside out, and how many; none: *scopes stays as it is. The caller frees them. */
static int find_scopes(const struct debug_info *debug, uint32_t sec, uint64_t offset, Dwarf_Die **scopes)
{
	Dwarf_Addr address, bias;
	Dwarf_Die *unit;

	if (!debug_find_address(debug, sec, offset, &address))
		return 0;
	unit = find_unit(debug, address, &bias);
	return unit ? dwarf_getscopes(unit, address - bias, scopes) : 0;
}

uint32_t debug_find_inlined(const struct debug_info *debug, uint32_t sec, uint64_t offset,
			    struct debug_inlined *inlined, uint32_t max)
{
	Dwarf_Die *scopes = NULL;
	uint32_t found = 0;
	int n = find_scopes(debug, sec, offset, &scopes);

	for (int i = 0; i < n && found < max; i++) {
		/* Scopes go from the inside out: what is behind the function itself is where it was written. */
		if (dwarf_tag(&scopes[i]) == DW_TAG_subprogram)
			break;
		if (dwarf_tag(&scopes[i]) != DW_TAG_inlined_subroutine)
			continue;
		found += describe(&scopes[i], &inlined[found]);
	}
	free(scopes);
	return found;
}

/* No DW_AT_type: void (DWARF 5, 3.3.2). */
static bool find_result_size(Dwarf_Die *function, uint64_t *size)
{
	Dwarf_Attribute attribute;
	Dwarf_Die type;
	Dwarf_Word bytes;

	*size = 0;
	if (!dwarf_attr_integrate(function, DW_AT_type, &attribute))
		return true;
	if (!dwarf_formref_die(&attribute, &type) || dwarf_aggregate_size(&type, &bytes))
		return false;
	*size = bytes;
	return true;
}

bool debug_find_result_size(const struct debug_info *debug, uint32_t sec, uint64_t offset, uint64_t *size)
{
	Dwarf_Die *scopes = NULL;
	bool found = false;
	int n = find_scopes(debug, sec, offset, &scopes);

	for (int i = 0; i < n && !found; i++)
		if (dwarf_tag(&scopes[i]) == DW_TAG_subprogram)
			found = find_result_size(&scopes[i], size);
	free(scopes);
	return found;
}

typedef VEC(Dwarf_Die) die_vec;

/* The structures at file scope, with names, that are complete. */
static void find_structures(const struct debug_info *debug, die_vec *found)
{
	Dwarf_Die *unit = NULL, die;
	Dwarf_Addr bias;

	while ((unit = dwfl_module_nextcu(debug->module, unit, &bias))) {
		if (dwarf_child(unit, &die))
			continue;
		do {
			int tag = dwarf_tag(&die);

			if ((tag == DW_TAG_structure_type || tag == DW_TAG_union_type) && dwarf_diename(&die) &&
			    dwarf_bytesize(&die) > 0)
				vec_add(found, die);
		} while (!dwarf_siblingof(&die, &die));
	}
}

static bool next_member(Dwarf_Die *die, bool first)
{
	int status = 0;

	do
		status = first ? dwarf_child(die, die) : dwarf_siblingof(die, die);
	while (first = false, !status && dwarf_tag(die) != DW_TAG_member);
	return !status;
}

static uint64_t member_offset(Dwarf_Die *member)
{
	uint64_t bytes = 0, bits = 0;

	debug_number(member, DW_AT_data_member_location, &bytes);
	debug_number(member, DW_AT_data_bit_offset, &bits);
	return bytes + bits / 8;
}

static void compare_structures(Dwarf_Die *orig, Dwarf_Die *patched, debug_layout *report, void *arg)
{
	uint64_t o_size = (uint64_t)dwarf_bytesize(orig), p_size = (uint64_t)dwarf_bytesize(patched);
	Dwarf_Die p = *patched;

	for (bool p_has = next_member(&p, true); p_has; p_has = next_member(&p, false)) {
		const char *name = dwarf_diename(&p);
		Dwarf_Die o = *orig;

		for (bool o_has = next_member(&o, true); name && o_has; o_has = next_member(&o, false)) {
			if (!dwarf_diename(&o) || strcmp(dwarf_diename(&o), name) ||
			    member_offset(&o) == member_offset(&p))
				continue;
			report(arg, dwarf_diename(patched), o_size, p_size, name, member_offset(&o), member_offset(&p));
			return;
		}
	}
	if (o_size != p_size)
		report(arg, dwarf_diename(patched), o_size, p_size, NULL, 0, 0);
}

void debug_compare_layouts(const struct debug_info *orig, const struct debug_info *patched, debug_layout *report,
			   void *arg)
{
	die_vec o = {0}, p = {0};
	struct strmap by_name = {0};

	find_structures(orig, &o);
	find_structures(patched, &p);
	for (uint32_t i = 0; i < o.n; i++)
		strmap_add(&by_name, dwarf_diename(&o.v[i]), i);
	for (uint32_t i = 0; i < p.n; i++) {
		uint32_t same = strmap_get(&by_name, dwarf_diename(&p.v[i]));

		if (same != STRMAP_NONE)
			compare_structures(&o.v[same], &p.v[i], report, arg);
	}
	strmap_free(&by_name);
	vec_free(&o);
	vec_free(&p);
}
