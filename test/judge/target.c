// SPDX-License-Identifier: GPL-2.0
/*
 * Where is a static variable of an object in the running kernel? kallsyms has its name, but perhaps several times. The
 * functions that use it run there too, and have its address in them: a function is found by name and bytes, then its
 * references are read back from the image. The address that running code uses is the truth that the module's references
 * are held against.
 */
#include "target.h"

#include "compare.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int named_order(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : x->address < y->address ? -1 : x->address > y->address;
}

static int export_order(const void *a, const void *b)
{
	return strcmp(((const struct export *)a)->name, ((const struct export *)b)->name);
}

static void read_kallsyms(struct kernel *kernel, const char *file)
{
	FILE *in = fopen(file, "r");
	char *line = NULL;
	size_t room = 0, space = 0;

	if (!in)
		give_up("%s can't be read", file);
	while (getline(&line, &room, in) > 0) {
		char name[1024], kind;
		unsigned long long address;

		if (sscanf(line, "%llx %c %1023s", &address, &kind, name) != 3 || strchr(line, '['))
			continue;
		if (kernel->n_names == space) {
			space = space ? 2 * space : 65536;
			kernel->names = realloc(kernel->names, space * sizeof(*kernel->names));
		}
		kernel->names[kernel->n_names++] = (struct named){strdup(name), address, kind};
	}
	free(line);
	fclose(in);
	qsort(kernel->names, kernel->n_names, sizeof(*kernel->names), named_order);
}

static void read_symvers(struct kernel *kernel, const char *file)
{
	FILE *in = fopen(file, "r");
	char *line = NULL;
	size_t room = 0, space = 0;

	if (!in)
		give_up("%s can't be read", file);
	while (getline(&line, &room, in) > 0) {
		char name[1024], owner[1024];

		if (sscanf(line, "%*s %1023s %1023s", name, owner) != 2)
			continue;
		if (kernel->n_exports == space) {
			space = space ? 2 * space : 16384;
			kernel->exports = realloc(kernel->exports, space * sizeof(*kernel->exports));
		}
		kernel->exports[kernel->n_exports++] = (struct export){strdup(name), strdup(owner)};
	}
	free(line);
	fclose(in);
	qsort(kernel->exports, kernel->n_exports, sizeof(*kernel->exports), export_order);
}

struct kernel *kernel_load(const char *image, const char *kallsyms, const char *symvers, const char *modules)
{
	struct kernel *kernel = take(sizeof(*kernel));

	kernel->image = object_load(image, false);
	kernel->modules = modules;
	read_kallsyms(kernel, kallsyms);
	read_symvers(kernel, symvers);
	return kernel;
}

const char *exporter(const struct kernel *kernel, const char *name)
{
	struct export key = {.name = name};
	const struct export *found = bsearch(&key, kernel->exports, kernel->n_exports, sizeof(key), export_order);

	return found ? found->owner : NULL;
}

/* A module's file, unpacked to a temporary one that is open and gone. */
static struct object *module_load(const struct kernel *kernel, const char *name)
{
	char pattern[256], command[4096], file[64];
	struct object *object = NULL;
	FILE *out;
	int fd;

	snprintf(pattern, sizeof(pattern), "%s", name);
	for (char *c = pattern; *c; c++)
		if (*c == '_' || *c == '-')
			*c = '?';
	snprintf(file, sizeof(file), "/tmp/judge.XXXXXX");
	fd = mkstemp(file);
	if (fd < 0)
		give_up("no temporary file");
	snprintf(
		command, sizeof(command),
		"f=$(find '%s/' -name '%s.ko*' | head -n 1); case $f in '') exit 1;; *.xz) xz -dc \"$f\";; *.zst) zstd -qdc \"$f\";; "
		"*.gz) gzip -dc \"$f\";; *) cat \"$f\";; esac >%s",
		kernel->modules, pattern, file);
	out = popen(command, "r");
	if (out && pclose(out) == 0)
		object = object_load(file, false);
	close(fd);
	unlink(file);
	return object;
}

struct target *target_get(struct kernel *kernel, const char *name)
{
	static struct target *known[256];
	size_t i;

	for (i = 0; i < 255 && known[i]; i++)
		if (!strcmp(known[i]->name, name))
			return known[i];
	struct target *target = take(sizeof(*target));

	target->name = strdup(name);
	target->kernel = kernel;
	target->is_kernel = !strcmp(name, "vmlinux");
	target->file = target->is_kernel ? kernel->image : module_load(kernel, name);
	if (!target->file)
		return NULL;
	known[i] = target;
	return target;
}

#define MODULE_ADDRESS(section, offset) (((uint64_t)(section) << 40) + (uint64_t)(offset))

size_t target_addresses(const struct target *target, const char *name, uint64_t *addresses, size_t room)
{
	size_t n = 0;

	if (target->is_kernel) {
		const struct kernel *kernel = target->kernel;
		size_t low = 0, high = kernel->n_names;

		while (low < high) {
			size_t middle = (low + high) / 2;

			if (strcmp(kernel->names[middle].name, name) < 0)
				low = middle + 1;
			else
				high = middle;
		}
		for (; low < kernel->n_names && n < room && !strcmp(kernel->names[low].name, name); low++)
			addresses[n++] = kernel->names[low].address;
		return n;
	}
	for (size_t i = 1; i < target->file->n_symbols && n < room; i++) {
		const struct symbol *symbol = &target->file->symbols[i];

		if (symbol->section && symbol->type != STT_SECTION && !strcmp(symbol->name, name))
			addresses[n++] = MODULE_ADDRESS(symbol->section, symbol->value);
	}
	return n;
}

bool target_resolve(const struct target *target, const char *name, unsigned long sympos, uint64_t *address)
{
	uint64_t all[1024];
	size_t n = target_addresses(target, name, all, 1024);

	if (sympos ? sympos > n : n != 1)
		return false;
	*address = all[sympos ? sympos - 1 : 0];
	return true;
}

bool target_global(const struct target *target, const char *name, uint64_t *address)
{
	size_t found = 0;

	if (target->is_kernel) {
		uint64_t all[1024];
		size_t n = target_addresses(target, name, all, 1024);

		for (size_t i = 0; i < target->kernel->n_names && n; i++) {
			const struct named *named = &target->kernel->names[i];

			if (strcmp(named->name, name))
				continue;
			if (named->kind >= 'A' && named->kind <= 'Z') {
				*address = named->address;
				found++;
			}
		}
		return found == 1;
	}
	for (size_t i = 1; i < target->file->n_symbols; i++) {
		const struct symbol *symbol = &target->file->symbols[i];

		if (symbol->section && symbol->bind != STB_LOCAL && !strcmp(symbol->name, name)) {
			*address = MODULE_ADDRESS(symbol->section, symbol->value);
			found++;
		}
	}
	return found == 1;
}

static const struct section *target_section(const struct target *target, uint64_t address, uint64_t *offset)
{
	if (!target->is_kernel) {
		uint64_t index = address >> 40;

		*offset = address & 0xffffffffffULL;
		return index && index < target->file->n_sections ? &target->file->sections[index] : NULL;
	}
	for (size_t i = 1; i < target->file->n_sections; i++) {
		const struct section *section = &target->file->sections[i];

		if (section->flags & SHF_ALLOC && address >= section->address &&
		    address < section->address + section->size) {
			*offset = address - section->address;
			return section;
		}
	}
	return NULL;
}

const unsigned char *target_bytes(const struct target *target, uint64_t address, uint64_t size)
{
	uint64_t offset;
	const struct section *section = target_section(target, address, &offset);

	return section && section->bytes && offset + size <= section->size ? section->bytes + offset : NULL;
}

/* Are these bytes of the object at this address, but for what references hold? */
static bool is_there(const struct target *target, const struct section *section, const struct symbol *symbol,
		     uint64_t address)
{
	const unsigned char *bytes = target_bytes(target, address, symbol->size);
	uint64_t offset = 0;
	const struct section *there = target_section(target, address, &offset);

	if (!bytes || !section->bytes)
		return false;
	if (!target->is_kernel)
		return same_bytes(section, symbol->value, there, offset, symbol->size);
	struct section image = {.bytes = bytes, .size = symbol->size};

	return same_bytes(section, symbol->value, &image, 0, symbol->size);
}

/* read_back: the address that the running field has, for the reference of the object that is there. */
static bool read_back(const struct target *target, const struct reference *ref, uint64_t place, uint64_t *address)
{
	const unsigned char *bytes = target_bytes(target, place, ref->width);
	int64_t field = 0;

	if (!bytes)
		return false;
	if (!target->is_kernel) {
		uint64_t offset = 0;
		const struct section *section = target_section(target, place, &offset);
		size_t n;
		struct reference *there = refs_from(section, offset, offset + 1, &n);

		if (n) {
			if (!there->symbol->section || !same_type(there, ref))
				return false;
			*address = MODULE_ADDRESS(there->symbol->section,
						  there->symbol->value + there->addend + ref->ahead);
			return true;
		}
	}
	switch (ref->width) {
	case 1:
		field = *(const int8_t *)bytes;
		break;
	case 4:
		field = (int32_t)(bytes[0] | bytes[1] << 8 | bytes[2] << 16 | (uint32_t)bytes[3] << 24);
		break;
	case 8:
		memcpy(&field, bytes, 8);
		break;
	default:
		return false;
	}
	if (is_pc_relative(ref->type)) {
		*address = place + field + ref->ahead;
		return true;
	}
	*address = field;
	return target->is_kernel && (ref->type == R_X86_64_32S || ref->type == R_X86_64_64);
}

static void set_address(struct symbol *symbol, uint64_t address, size_t *conflicts)
{
	if (symbol->placed && symbol->address != address)
		++*conflicts;
	if (symbol->placed)
		return;
	symbol->placed = true;
	symbol->address = address;
}

/* What a placed symbol refers to is placed as well. */
static void follow(struct symbol *from, struct target *target, size_t *conflicts)
{
	struct section *section = &from->object->sections[from->section];
	size_t n;
	struct reference *refs = refs_from(section, from->value, from->value + from->size, &n);

	for (size_t i = 0; i < n; i++) {
		struct point point = point_of(from->object, &refs[i]);
		uint64_t address;

		if (!point.symbol ||
		    !read_back(target, &refs[i], from->address + refs[i].offset - from->value, &address))
			continue;
		/* The address is in another section than the symbol if it ends there. */
		set_address(point.symbol, address - point.offset, conflicts);
	}
}

void place(struct object *orig, struct target *target, size_t *functions, size_t *found, size_t *conflicts)
{
	bool *followed = take(orig->n_symbols * sizeof(*followed)), more = true;

	*functions = *found = *conflicts = 0;
	for (size_t i = 0; i < orig->n_symbols; i++) {
		struct symbol *symbol = &orig->symbols[i];
		uint64_t all[1024];
		size_t matches = 0;

		if (!is_function(symbol))
			continue;
		++*functions;
		size_t n = target_addresses(target, symbol->name, all, 1024);

		for (size_t k = 0; k < n; k++) {
			if (!is_there(target, &orig->sections[symbol->section], symbol, all[k]))
				continue;
			/* Other names of one function */
			if (matches && all[k] == symbol->address)
				continue;
			symbol->address = all[k];
			matches++;
		}
		symbol->placed = matches == 1;
	}
	while (more) {
		more = false;
		for (size_t i = 0; i < orig->n_symbols; i++) {
			struct symbol *symbol = &orig->symbols[i];

			if (followed[i] || !symbol->placed || !symbol->section)
				continue;
			/* Only what is there as it was compiled can be read. */
			followed[i] = more = true;
			if (is_there(target, &orig->sections[symbol->section], symbol, symbol->address))
				follow(symbol, target, conflicts);
		}
	}
	for (size_t i = 0; i < orig->n_symbols; i++)
		*found += is_function(&orig->symbols[i]) && orig->symbols[i].placed;
	free(followed);
}
