// SPDX-License-Identifier: GPL-2.0
/*
 * judge OBJECTS MODULE.ko TARGET [PATCH...]: is the livepatch module what the two compilations ask for? With - for the
 * module: is it right that there is none, since nothing differs?
 *
 * OBJECTS has the folders 3-affected and 4-compile of a run of kpatch-build, TARGET is what --print-target said. Judged
 * is:
 *
 *   missing    a function differs between orig and patched, and the module does not replace it
 *   data       existing data differs, and what reads it is not told; or the module has a copy, and others still know
 *              the old one
 *   reason     the module replaces a function that does not differ
 *   code       the bytes of a function or of what was copied are not those of the patched object, or an entry of a
 *              table is missing
 *   reference  a reference of the module is not resolved to what the compiler meant
 *   target     a replaced function is not found where it runs
 *
 * With the patches, the debug information tells which functions of the source they touch. Noted is each of these whose
 * code stays the same wherever it is, for that is rare enough to be looked at; and unsure is the judge of a replaced
 * function that has no code of these, if the patches touch nothing else (a macro or a type may change any).
 *
 * Lines "wrong KIND WHERE: WHAT", "unsure ..." and "note ..."; the last one is right, unsure or wrong, with figures.
 * Exit 0, or 1 if anything is wrong, 2 if it could not be judged.
 */
#include "compare.h"
#include "object.h"
#include "target.h"
#include "touched.h"

#include <elf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One affected object: three compilations, and where it runs */
struct unit {
	const char *name;
	struct target *target;
	struct object *orig, *patched;
	size_t functions, placed;
	/* Functions of the changed source files */
	struct source *sources;
	size_t n_sources;
};

/* What of the patched object is where in the module */
struct copy {
	struct unit *unit;
	struct symbol *symbol;
	struct section *section;
	int64_t place;
	struct copy *next;
};

struct judge {
	struct kernel *kernel;
	struct object *module;
	struct unit *units;
	size_t n_units;
	struct copy *copies;
	/* Original functions that are replaced */
	struct replaced {
		struct unit *unit;
		struct symbol *symbol;
	} * replaced;
	size_t n_replaced;
	bool in_table;
	size_t wrong, unsure, references, functions;
	struct touched touched;
	size_t n_touched, n_without_effect;
};

static void check_range(struct judge *judge, struct unit *unit, const char *where, struct section *ps, uint64_t po,
			struct section *ks, uint64_t ko, uint64_t size);

__attribute__((format(printf, 5, 6))) static void say(size_t *count, const char *verdict, const char *kind,
						      const char *where, const char *format, ...)
{
	va_list args;

	printf("%s\t%s\t%s: ", verdict, kind, where);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	++*count;
}
#define wrong(judge, ...)  say(&(judge)->wrong, "wrong", __VA_ARGS__)
#define unsure(judge, ...) say(&(judge)->unsure, "unsure", __VA_ARGS__)

static const char *name_of(const struct point *point)
{
	return point->symbol ? point->symbol->name : point->section->name;
}

/* ---- references ---- */

/* The module's symbol .klp.sym.OBJECT.NAME,SYMPOS */
static bool parse_livepatch(const char *symbol, char *object, char *name, unsigned long *sympos)
{
	const char *dot, *comma = strrchr(symbol, ',');

	if (strncmp(symbol, ".klp.sym.", 9) || !comma)
		return false;
	symbol += 9;
	dot = strchr(symbol, '.');
	if (!dot || dot > comma || dot - symbol > 200 || comma - dot > 1000)
		return false;
	sprintf(object, "%.*s", (int)(dot - symbol), symbol);
	sprintf(name, "%.*s", (int)(comma - dot - 1), dot + 1);
	*sympos = strtoul(comma + 1, NULL, 10);
	return true;
}

/* A global that this object does not define: where does its name lead? */
static bool global_address(struct judge *judge, struct unit *unit, const char *name, const char *object,
			   uint64_t *address)
{
	struct target *target = target_get(judge->kernel, object);

	/* What the running code of this object uses under this name */
	for (size_t i = 1; i < unit->orig->n_symbols; i++) {
		struct symbol *symbol = &unit->orig->symbols[i];

		if (!symbol->section && symbol->placed && !strcmp(symbol->name, name)) {
			*address = symbol->address;
			return true;
		}
	}
	/* Another object of the patch has it, perhaps as a static one that the patch makes global. */
	for (size_t i = 0; i < judge->n_units; i++) {
		struct symbol *symbol = object_symbol(judge->units[i].patched, name);

		if (judge->units[i].target == target && symbol && symbol->bind != STB_LOCAL && symbol->other &&
		    symbol->other->placed) {
			*address = symbol->other->address;
			return true;
		}
	}
	return target && target_global(target, name, address);
}

static void check_livepatch(struct judge *judge, struct unit *unit, const char *where, struct point *p,
			    struct reference *kref, struct point *k)
{
	char object[256], name[1024];
	unsigned long sympos;
	uint64_t address, expected;
	struct target *target;

	if (!parse_livepatch(k->symbol->name, object, name, &sympos)) {
		wrong(judge, "reference", where, "%s is no livepatch symbol", k->symbol->name);
		return;
	}
	if (strcmp(kref->livepatch, "vmlinux") == 0 && strcmp(object, "vmlinux")) {
		wrong(judge, "reference", where, "%s is resolved with the kernel's", k->symbol->name);
		return;
	}
	target = target_get(judge->kernel, object);
	if (!target) {
		unsure(judge, "reference", where, "there is no file of module %s", object);
		return;
	}
	if (!target_resolve(target, name, sympos, &address)) {
		wrong(judge, "reference", where, "%s does not resolve", k->symbol->name);
		return;
	}
	address += k->offset;
	if (p->section) {
		struct symbol *old = p->symbol ? p->symbol->other : NULL;

		if (!p->symbol || (!old && !p->symbol->ambiguous)) {
			wrong(judge, "reference", where, "%s is new and refers to %s", name_of(p), k->symbol->name);
			return;
		}
		if (!old) {
			unsure(judge, "reference", where, "%s: several could be meant, %s is chosen", p->symbol->name,
			       k->symbol->name);
			return;
		}
		if (is_function(old) && p->offset) {
			wrong(judge, "reference", where, "a place in %s leads to the old code", old->name);
			return;
		}
		if (target != unit->target) {
			wrong(judge, "reference", where, "%s is of %s, not %s", p->symbol->name, unit->target->name,
			      object);
			return;
		}
		if (!old->placed) {
			if (strcmp(name, old->name) || sympos)
				unsure(judge, "reference", where, "no running code tells where %s is, %s is chosen",
				       old->name, k->symbol->name);
			else if (k->offset != p->offset)
				wrong(judge, "reference", where, "%s%+ld became %s%+ld", old->name, (long)p->offset,
				      name, (long)k->offset);
			return;
		}
		expected = old->address + p->offset;
	} else {
		if (!global_address(judge, unit, p->symbol->name, object, &expected)) {
			unsure(judge, "reference", where, "where is %s? %s is chosen", p->symbol->name,
			       k->symbol->name);
			return;
		}
		expected += p->offset;
	}
	if (address != expected)
		wrong(judge, "reference", where, "%s%+ld is at %#lx, %s%+ld is %#lx", name_of(p), (long)p->offset,
		      (unsigned long)expected, k->symbol->name, (long)k->offset, (unsigned long)address);
}

static struct copy *copy_of(struct judge *judge, const struct symbol *symbol)
{
	for (struct copy *copy = judge->copies; copy; copy = copy->next)
		if (copy->symbol == symbol)
			return copy;
	return NULL;
}

/* symbol of the patched object is claimed to be at place of the module: is all of it? */
static void check_copy(struct judge *judge, struct unit *unit, const char *where, struct symbol *symbol,
		       struct section *section, int64_t place)
{
	struct copy *copy = copy_of(judge, symbol);
	char name[1200];

	if (copy) {
		/* Names may be there twice only if nobody writes to them. */
		if ((copy->section != section || copy->place != place) &&
		    (unit->patched->sections[symbol->section].flags & (SHF_WRITE | SHF_EXECINSTR)))
			wrong(judge, "reference", where, "%s is in the module twice", symbol->name);
		return;
	}
	copy = take(sizeof(*copy));
	*copy = (struct copy){unit, symbol, section, place, judge->copies};
	judge->copies = copy;
	snprintf(name, sizeof(name), "%s %s", unit->name, symbol->name);
	if (is_function(symbol))
		judge->functions++;
	check_range(judge, unit, name, &unit->patched->sections[symbol->section], symbol->value, section, place,
		    symbol->size);
}

/*
 * A text is what begins behind the last NUL, wherever in it the reference points. In the module its section may be one
 * of plain constants.
 */
static void check_text(struct judge *judge, const char *where, struct point *p, struct point *k)
{
	const char *texts = (const char *)p->section->bytes, *there = (const char *)k->section->bytes;
	int64_t from = p->offset, size = p->section->size, to;

	if (from < 0 || from >= size) {
		unsure(judge, "reference", where, "it points outside of %s", p->section->name);
		return;
	}
	while (from && texts[from - 1])
		from--;
	to = point_place(k) - (p->offset - from);
	size = strlen(texts + from) + 1;
	if (!there || is_code(k->section) || k->section->flags & SHF_WRITE || to < 0 ||
	    to + size > (int64_t)k->section->size || strcmp(texts + from, there + to))
		wrong(judge, "reference", where, "another text than \"%.40s\"", texts + from);
	else if (p->offset > from && !texts[p->offset] && p->offset + 1 < (int64_t)p->section->size &&
		 (to + size >= (int64_t)k->section->size || strcmp(texts + p->offset + 1, there + to + size)))
		unsure(judge, "reference", where, "it points to the end of \"%.40s\", or before the text behind",
		       texts + from);
}

static void check_pool(struct judge *judge, struct unit *unit, const char *where, struct point *p, struct point *k)
{
	uint64_t size = p->section->flags & SHF_MERGE ? p->section->entry_size : p->section->size;
	int64_t from = p->section->flags & SHF_MERGE ? p->offset - p->offset % (int64_t)size : 0;

	check_range(judge, unit, where, p->section, from, k->section, point_place(k) - (p->offset - from), size);
}

/*
 * "Was it said already?", "how often lately?", and keys of lockdep: started anew, a message may come once more, and
 * that is all.
 */
static bool is_of_messages(const struct symbol *symbol)
{
	static const char *const names[] = {"__already_done.#", "__warned.#", "_rs.#", "__key.#", "__print_once.#"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(symbol->base, names[i]))
			return true;
	return false;
}

/* Does it begin with endbr64? Where others do, nothing but a direct call may go to one that does not. */
static bool begins_with_endbr(const struct symbol *symbol)
{
	static const unsigned char endbr64[] = {0xf3, 0x0f, 0x1e, 0xfa};
	const struct section *section = &symbol->object->sections[symbol->section];

	return section->bytes && symbol->value + sizeof(endbr64) <= section->size &&
	       !memcmp(section->bytes + symbol->value, endbr64, sizeof(endbr64));
}

static void check_copied(struct judge *judge, struct unit *unit, const char *where, struct reference *pref,
			 struct point *p, struct point *k)
{
	struct symbol *old;

	if (is_string(p->section)) {
		check_text(judge, where, p, k);
		return;
	}
	if (!p->symbol) {
		check_pool(judge, unit, where, p, k);
		return;
	}
	old = p->symbol->other;
	if (is_function(p->symbol)) {
		/* Pointers are compared, and may outlive the livepatch. Tables are about places in the code. */
		bool is_pointer = !pref->branch && !p->offset && !judge->in_table;

		if (old && is_pointer && !strstr(old->name, ".cold") &&
		    (begins_with_endbr(old) || !begins_with_endbr(p->symbol)))
			wrong(judge, "reference", where, "the address of %s is that of the copy", old->name);
	} else if (!is_anonymous(p) && !is_of_messages(p->symbol) && old && !old->changed) {
		wrong(judge, "reference", where, "%s is copied, but it is there", old->name);
		return;
	} else if (!old && p->symbol->ambiguous && !is_anonymous(p) && !is_of_messages(p->symbol)) {
		unsure(judge, "reference", where, "%s is copied, but may be one that is there", p->symbol->name);
	}
	check_copy(judge, unit, where, p->symbol, k->section, point_place(k) - p->offset);
}

static void check_elsewhere(struct judge *judge, const char *where, struct point *p, struct point *k)
{
	for (size_t i = 0; i < judge->n_units; i++) {
		struct unit *unit = &judge->units[i];
		struct symbol *symbol = object_symbol(unit->patched, p->symbol->name);

		if (symbol && symbol->bind != STB_LOCAL) {
			check_copy(judge, unit, where, symbol, k->section, point_place(k) - p->offset);
			return;
		}
	}
	wrong(judge, "reference", where, "%s is something of the module, %s", p->symbol->name, name_of(k));
}

static void check_exported(struct judge *judge, const char *where, struct point *p, struct point *k)
{
	const char *owner = exporter(judge->kernel, k->symbol->name);

	if (!p->symbol || strcmp(p->symbol->name, k->symbol->name) || p->offset != k->offset ||
	    (p->section && p->symbol->bind == STB_LOCAL))
		wrong(judge, "reference", where, "%s%+ld became %s%+ld", name_of(p), (long)p->offset, k->symbol->name,
		      (long)k->offset);
	else if (!owner || strcmp(owner, "vmlinux"))
		wrong(judge, "reference", where, "%s is not exported by the kernel", k->symbol->name);
}

static void check_ref(struct judge *judge, struct unit *unit, const char *where, struct reference *pref,
		      struct reference *kref)
{
	struct point p = point_of(unit->patched, pref), k = point_of(judge->module, kref);

	judge->references++;
	if (kref->livepatch)
		check_livepatch(judge, unit, where, &p, kref, &k);
	else if (!k.section)
		check_exported(judge, where, &p, &k);
	else if (p.section)
		check_copied(judge, unit, where, pref, &p, &k);
	else
		check_elsewhere(judge, where, &p, &k);
}

/* A range of the patched object against what is said to be it in the module */
static void check_range(struct judge *judge, struct unit *unit, const char *where, struct section *ps, uint64_t po,
			struct section *ks, uint64_t ko, uint64_t size)
{
	size_t n, m;
	struct reference *x = refs_from(ps, po, po + size, &n), *y = refs_from(ks, ko, ko + size, &m);

	if (!same_bytes(ps, po, ks, ko, size)) {
		wrong(judge, "code", where, "%s%+ld: other bytes, or fewer", ks->name, (long)ko);
		return;
	}
	if (n != m) {
		wrong(judge, "code", where, "%zu references became %zu", n, m);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		char place[1300];

		snprintf(place, sizeof(place), "%s+%#lx", where, (unsigned long)(x[i].offset - po));
		if (x[i].offset - po != y[i].offset - ko || !same_type(&x[i], &y[i]))
			wrong(judge, "code", place, "another kind of reference");
		else
			check_ref(judge, unit, place, &x[i], &y[i]);
	}
}

/* ---- tables ---- */

static int64_t code_offset(struct object *object, struct section *section, uint64_t entry, int64_t start)
{
	size_t n;
	struct point point = point_of(object, refs_from(section, entry, entry + 1, &n));

	return point_place(&point) - start;
}

static void check_entry(struct judge *judge, struct unit *unit, const char *where, const struct table *table,
			struct section *ps, uint64_t po, struct section *ks, uint64_t ko)
{
	size_t n, m, size = table_entry(ps, table);
	struct reference *x = refs_from(ps, po, po + size, &n), *y = refs_from(ks, ko, ko + size, &m);

	if (table_entry(ks, table) != size || n != m || !same_bytes(ps, po, ks, ko, size)) {
		wrong(judge, "code", where, "another entry in %s", table->name);
		return;
	}
	for (size_t i = 1; i < n; i++) {
		if (x[i].offset - po != y[i].offset - ko || !same_type(&x[i], &y[i])) {
			wrong(judge, "code", where, "another entry in %s", table->name);
		} else if (!strcmp(table->name, ".altinstructions")) {
			struct point p = point_of(unit->patched, &x[i]), k = point_of(judge->module, &y[i]);
			unsigned int length = ps->bytes[po + size - 1];

			if (length && (!p.section || !k.section))
				wrong(judge, "code", where, "an alternative without instructions");
			else if (length)
				check_range(judge, unit, where, p.section, point_place(&p), k.section, point_place(&k),
					    length);
		} else {
			judge->in_table = true;
			check_ref(judge, unit, where, &x[i], &y[i]);
			judge->in_table = false;
		}
	}
}

/* Of a static call or key: is what it is about the kernel's own? */
static bool is_of_module(struct judge *judge, struct unit *unit, struct section *section, uint64_t entry, size_t size)
{
	size_t n;
	struct reference *refs = refs_from(section, entry, entry + size, &n);
	struct point point = point_of(unit->patched, &refs[n - 1]);
	const char *owner;

	if (point.section)
		return !unit->target->is_kernel;
	owner = exporter(judge->kernel, point.symbol->name);
	return owner ? strcmp(owner, "vmlinux") != 0 : !unit->target->is_kernel;
}

static void check_tables(struct judge *judge, struct copy *copy)
{
	struct symbol there = {.object = judge->module,
			       .section = copy->section->index,
			       .value = copy->place,
			       .size = copy->symbol->size};

	for (const struct table *table = tables; table->name; table++) {
		struct section *ps = object_section(copy->unit->patched, table->name),
			       *ks = object_section(judge->module, table->name);
		size_t n = 0, m = 0, k = 0;
		uint64_t *x = ps ? table_entries(ps, table, copy->symbol, &n) : NULL,
			 *y = ks ? table_entries(ks, table, &there, &m) : NULL;

		for (size_t i = 0; i < n; i++) {
			int64_t at = code_offset(copy->unit->patched, ps, x[i], copy->symbol->value);
			char where[1300];

			snprintf(where, sizeof(where), "%s %s+%#lx", copy->unit->name, copy->symbol->name, (long)at);
			if (k < m && code_offset(judge->module, ks, y[k], copy->place) == at)
				check_entry(judge, copy->unit, where, table, ps, x[i], ks, y[k++]);
			else if (!table->droppable ||
				 !is_of_module(judge, copy->unit, ps, x[i], table_entry(ps, table)))
				wrong(judge, "code", where, "no entry in %s", table->name);
		}
		if (k < m)
			wrong(judge, "code", copy->symbol->name,
			      "%zu entries in %s that the patched object does not have", m - k, table->name);
		free(x);
		free(y);
	}
}

/* ---- functions ---- */

static const char *record_text(struct judge *judge, struct section *records, uint64_t offset)
{
	size_t n;
	struct reference *refs = refs_from(records, offset, offset + 8, &n);
	struct point point;

	if (n != 1)
		give_up("%s: a record without a name", judge->module->file);
	point = point_of(judge->module, refs);
	if (!point.section || !point.section->bytes)
		give_up("%s: a record without a name", judge->module->file);
	return (const char *)point.section->bytes + point_place(&point);
}

/* One record of .klp.funcs: object, name, new function, sympos */
static void check_record(struct judge *judge, struct section *records, uint64_t at)
{
	const char *object = record_text(judge, records, at), *name = record_text(judge, records, at + 8);
	struct target *target = target_get(judge->kernel, object);
	unsigned long sympos = 0;
	uint64_t address;
	size_t n;
	struct reference *refs = refs_from(records, at + 16, at + 24, &n);

	memcpy(&sympos, records->bytes + at + 24, sizeof(sympos));
	if (!target || n != 1 || !target_resolve(target, name, sympos, &address)) {
		wrong(judge, "target", name, "%s has no function of this name and sympos %lu", object, sympos);
		return;
	}
	struct point new = point_of(judge->module, refs);
	struct unit *unit = NULL;
	struct symbol *old = NULL, *unplaced = NULL;

	for (size_t i = 0; i < judge->n_units; i++) {
		for (size_t k = 1; judge->units[i].target == target && k < judge->units[i].orig->n_symbols; k++) {
			struct symbol *symbol = &judge->units[i].orig->symbols[k];

			if (!is_function(symbol) || strcmp(symbol->name, name))
				continue;
			if (symbol->placed ? symbol->address != address : old != NULL)
				continue;
			if (!symbol->placed)
				unplaced = symbol;
			old = symbol;
			unit = &judge->units[i];
			if (symbol->placed)
				goto found;
		}
	}
found:
	if (!old) {
		wrong(judge, "target", name, "what is at %#lx of %s is no function of the patched files",
		      (unsigned long)address, object);
		return;
	}
	if (old == unplaced && sympos)
		unsure(judge, "target", name, "the judge does not find it in %s", object);
	judge->replaced[judge->n_replaced++] = (struct replaced){unit, old};
	struct symbol *made = NULL;

	for (size_t k = 1; k < unit->patched->n_symbols; k++)
		if (is_function(&unit->patched->symbols[k]) &&
		    !strcmp(unit->patched->symbols[k].name, old->other ? old->other->name : name))
			made = &unit->patched->symbols[k];
	if (!made) {
		wrong(judge, "target", name, "the patched object has no such function");
		return;
	}
	if (!new.section || (new.symbol &&new.offset)) {
		wrong(judge, "target", name, "its replacement is no function of the module");
		return;
	}
	check_copy(judge, unit, name, made, new.section, point_place(&new));
}

static void check_records(struct judge *judge)
{
	struct section *records = object_section(judge->module, ".klp.funcs");

	if (!records || records->size % 32 || !records->bytes)
		give_up("%s has no table of functions", judge->module->file);
	judge->replaced = take((records->size / 32 + 1) * sizeof(*judge->replaced));
	for (uint64_t at = 0; at < records->size; at += 32)
		check_record(judge, records, at);
}

static bool is_replaced(const struct judge *judge, const struct symbol *symbol)
{
	for (size_t i = 0; i < judge->n_replaced; i++) {
		const struct symbol *old = judge->replaced[i].symbol;

		/* or under another name of the same code */
		if (old->object == symbol->object && old->section == symbol->section && old->value == symbol->value)
			return true;
	}
	return false;
}

/* f of f.cold, in the same object */
static struct symbol *parent_of(const struct symbol *symbol)
{
	const char *cold = strstr(symbol->name, ".cold");
	char name[1024];

	if (!cold)
		return NULL;
	snprintf(name, sizeof(name), "%.*s", (int)(cold - symbol->name), symbol->name);
	return object_symbol(symbol->object, name);
}

/* Code that ran, or that the running kernel does not have */
static bool is_gone(const struct symbol *symbol)
{
	const char *section = symbol->object->sections[symbol->section].name;

	return !strncmp(section, ".init.text", 10) || !strncmp(section, ".exit.text", 10);
}

static struct symbol *function_of(struct object *object, struct section *section, uint64_t offset)
{
	struct point point = point_at(object, section, (int64_t)offset);

	return is_code(section) ? point.symbol : NULL;
}

/*
 * Does the module have new code wherever this function is called? It is replaced, or it is a part of one that is. One
 * that ftrace can't reach (inline, kept out of line) is copied, and replaced is all that calls it; then nobody else may
 * have its address.
 */
static bool is_covered(struct judge *judge, struct symbol *symbol, int depth)
{
	struct object *object = symbol->object;
	struct symbol *parent = parent_of(symbol);

	if (is_replaced(judge, symbol) || (parent && is_replaced(judge, parent)))
		return true;
	if (!depth || symbol->bind != STB_LOCAL || !copy_of(judge, symbol->other))
		return false;
	for (size_t i = 1; i < object->n_sections; i++) {
		struct section *section = &object->sections[i];
		bool is_data = !strncmp(section->name, ".data", 5) || !strncmp(section->name, ".rodata", 7);

		for (size_t k = 0; (is_data || is_code(section)) && k < section->n_refs; k++) {
			struct point point = point_of(object, &section->refs[k]);
			struct symbol *user;

			if (!point.section || point.symbol != symbol)
				continue;
			user = function_of(object, section, section->refs[k].offset);
			if (!user || (user != symbol && !is_covered(judge, user, depth - 1)))
				return false;
		}
	}
	return true;
}

/* A function calls one that differs and is not replaced: that is a reason to replace it. */
static bool calls_copied(struct judge *judge, struct symbol *symbol)
{
	struct section *section = &symbol->object->sections[symbol->section];
	size_t n;
	struct reference *refs = refs_from(section, symbol->value, symbol->value + symbol->size, &n);

	for (size_t i = 0; i < n; i++) {
		struct point point = point_of(symbol->object, &refs[i]);

		if (point.section && point.symbol && is_function(point.symbol) && point.symbol->other &&
		    !is_replaced(judge, point.symbol) && copy_of(judge, point.symbol->other) &&
		    point.symbol->bind == STB_LOCAL)
			return true;
	}
	return false;
}

/* Does who refers to a constant, in the object of one side, go on with the module's copy of it? */
static bool follows_copy(struct judge *judge, const struct symbol *constant, struct section *section, uint64_t offset,
			 bool is_orig)
{
	struct point user = point_at(constant->object, section, (int64_t)offset);

	if (!user.symbol || (is_orig && is_gone(user.symbol)))
		return false;
	/* What the patch removed is not there to be compared; nothing new calls it. */
	if (is_code(section))
		return is_orig ? !user.symbol->other || is_covered(judge, user.symbol, 8)
			       : copy_of(judge, user.symbol) != NULL;
	return !is_writable(section) && user.symbol->bind == STB_LOCAL &&
	       copy_of(judge, is_orig ? user.symbol->other : user.symbol);
}

/*
 * The module has a copy of a variable that changed. That is right of a constant that nobody can write to or see by its
 * name, if all that refers to it is replaced: the rest would go on with the old content.
 */
static void check_constant(struct judge *judge, struct unit *unit, struct symbol *old)
{
	struct symbol *sides[] = {old, old->other};

	for (size_t side = 0; side < 2; side++) {
		struct object *object = sides[side]->object;

		if (is_writable(&object->sections[sides[side]->section]) || sides[side]->bind != STB_LOCAL)
			wrong(judge, "data", unit->name, "%s is copied, and others see it or write to it", old->name);
		for (size_t i = 1; i < object->n_sections; i++) {
			struct section *section = &object->sections[i];

			for (size_t k = 0; section->flags & SHF_ALLOC && k < section->n_refs; k++) {
				struct point point = point_of(object, &section->refs[k]);

				if (point.section && point.symbol == sides[side] &&
				    !follows_copy(judge, sides[side], section, section->refs[k].offset, side == 0))
					wrong(judge, "data", unit->name,
					      "%s is copied, and %s+%#lx goes on with the old one", old->name,
					      section->name, (unsigned long)section->refs[k].offset);
			}
		}
	}
}

static void check_coverage(struct judge *judge, struct unit *unit)
{
	bool *reason = take(unit->orig->n_symbols * sizeof(*reason));

	for (size_t i = 1; i < unit->orig->n_symbols; i++) {
		struct symbol *a = &unit->orig->symbols[i], *parent;
		const char *why;

		if (!is_function(a) || !a->other || !is_function(a->other) || same_function(a, a->other, &why))
			continue;
		reason[i] = true;
		parent = parent_of(a);
		if (parent)
			reason[parent - unit->orig->symbols] = true;
		if (is_covered(judge, a, 8))
			continue;
		if (is_gone(a))
			printf("note\tinit\t%s %s differs and is not replaced: %s\n", unit->name, a->name, why);
		else
			wrong(judge, "missing", unit->name, "%s differs and is not replaced: %s", a->name, why);
	}
	/* A part that is new or gone */
	for (size_t i = 1; i < unit->orig->n_symbols + unit->patched->n_symbols; i++) {
		bool first = i < unit->orig->n_symbols;
		struct symbol *symbol = first ? &unit->orig->symbols[i]
					      : &unit->patched->symbols[i - unit->orig->n_symbols],
			      *parent;

		if (!is_function(symbol) || symbol->other || !(parent = parent_of(symbol)))
			continue;
		parent = first ? parent : parent->other;
		if (parent)
			reason[parent - unit->orig->symbols] = true;
	}
	for (size_t i = 0; i < judge->n_replaced; i++) {
		struct symbol *old = judge->replaced[i].symbol;

		if (judge->replaced[i].unit == unit && !reason[old - unit->orig->symbols] && !calls_copied(judge, old))
			wrong(judge, "reason", unit->name, "%s is replaced and does not differ", old->name);
	}
	for (size_t i = 1; i < unit->orig->n_symbols; i++) {
		struct symbol *a = &unit->orig->symbols[i];

		if (a->changed && !copy_of(judge, a->other))
			wrong(judge, "data", unit->name, "%s has other content", a->name);
		else if (a->changed)
			check_constant(judge, unit, a);
	}
	free(reason);
}

/* ---- the patch ---- */

/* Is this function of the object, or a clone or part of it (f.isra.0, f.cold), called so in the source? */
static bool is_named(const struct symbol *symbol, const char *name)
{
	size_t length = strlen(name);

	return is_function(symbol) && !strncmp(symbol->name, name, length) &&
	       (!symbol->name[length] || symbol->name[length] == '.');
}

static bool has_code_of(const struct symbol *symbol, const struct source *source)
{
	for (size_t i = 0; i < source->n_containers; i++)
		if (is_named(symbol, source->containers[i]))
			return true;
	return false;
}

static void check_effect(struct judge *judge, struct unit *unit, const struct source *source)
{
	bool differs = false;
	const char *why;

	for (size_t i = 1; i < unit->orig->n_symbols && !differs; i++) {
		struct symbol *a = &unit->orig->symbols[i];

		if (has_code_of(a, source))
			differs = !a->other || !is_function(a->other) || !same_function(a, a->other, &why);
	}
	judge->n_touched++;
	if (differs)
		return;
	judge->n_without_effect++;
	printf("note\ttouched\t%s: the patch touches %s, and its code is the same\n", unit->name, source->name);
}

static void check_touched(struct judge *judge)
{
	for (size_t i = 0; i < judge->n_units; i++) {
		struct unit *unit = &judge->units[i];

		for (size_t k = 0; k < unit->n_sources; k++)
			if (unit->sources[k].touched)
				check_effect(judge, unit, &unit->sources[k]);
	}
	if (touched_elsewhere(&judge->touched))
		return;
	for (size_t i = 0; i < judge->n_replaced; i++) {
		struct unit *unit = judge->replaced[i].unit;
		struct symbol *old = judge->replaced[i].symbol;
		bool touched = calls_copied(judge, old);

		for (size_t k = 0; k < unit->n_sources && !touched; k++)
			touched = unit->sources[k].touched && has_code_of(old, &unit->sources[k]);
		if (!touched)
			unsure(judge, "reason", unit->name, "%s is replaced, and the patch touches nothing in it",
			       old->name);
	}
}

/* ---- input ---- */

static const char *target_value(const char *file, const char *key)
{
	FILE *in = fopen(file, "r");
	char *line = NULL, *value = NULL;
	size_t room = 0;

	if (!in)
		give_up("%s can't be read", file);
	while (getline(&line, &room, in) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (!strncmp(line, key, strlen(key)) && line[strlen(key)] == '=')
			value = strdup(line + strlen(key) + 1);
	}
	free(line);
	fclose(in);
	if (!value)
		give_up("%s: no %s", file, key);
	return value;
}

static struct object *load_side(const char *directory, const char *side, const char *name)
{
	char file[4096];

	snprintf(file, sizeof(file), "%s/4-compile/%s/%s", directory, side, name);
	return access(file, R_OK) ? NULL : object_load(file, true);
}

/*
 * Where a module's keys have to be tested at run time, both objects are compiled once more, and the module is made of
 * those. They are not what runs: addresses are those of the first.
 */
static void load_keys(struct unit *unit, const char *directory)
{
	struct object *orig = load_side(directory, "orig-keys", unit->name),
		      *patched = load_side(directory, "patched-keys", unit->name);

	if (!orig || !patched)
		return;
	for (size_t i = 0; i < unit->orig->n_symbols; i++)
		unit->orig->symbols[i].other = NULL;
	pair_symbols(unit->orig, orig);
	for (size_t i = 1; i < unit->orig->n_symbols; i++) {
		struct symbol *from = &unit->orig->symbols[i], *to = from->other;

		for (size_t k = 1; !from->section && k < orig->n_symbols; k++)
			if (!orig->symbols[k].section && !strcmp(orig->symbols[k].name, from->name))
				to = &orig->symbols[k];
		if (!to || !from->placed)
			continue;
		to->placed = true;
		to->address = from->address;
		to->other = NULL;
	}
	for (size_t i = 0; i < orig->n_symbols; i++) {
		orig->symbols[i].other = NULL;
		orig->symbols[i].user = NULL;
	}
	pair_symbols(orig, patched);
	compare_data(orig, patched);
	unit->orig = orig;
	unit->patched = patched;
}

/* Of the object that is compiled as the kernel is: its lines are the original file's. */
static void load_sources(struct judge *judge, struct unit *unit, const char *directory)
{
	char file[4096];

	snprintf(file, sizeof(file), "%s/4-compile/orig/%s", directory, unit->name);
	unit->sources = touched_sources(&judge->touched, file, &unit->n_sources);
}

static void load_units(struct judge *judge, const char *directory)
{
	char file[4096], *line = NULL;
	size_t room = 0;
	FILE *in;

	snprintf(file, sizeof(file), "%s/3-affected/objects", directory);
	in = fopen(file, "r");
	if (!in)
		give_up("%s can't be read", file);
	judge->units = take(1000 * sizeof(*judge->units));
	while (getline(&line, &room, in) > 0 && judge->n_units < 1000) {
		struct unit *unit = &judge->units[judge->n_units];
		char name[2048], module[256];
		size_t conflicts;

		if (sscanf(line, "%2047s %*s %255s", name, module) != 2)
			continue;
		unit->name = strdup(name);
		unit->target = target_get(judge->kernel, module);
		unit->orig = load_side(directory, "orig", name);
		unit->patched = load_side(directory, "patched", name);
		if (!unit->orig || !unit->patched || !unit->target)
			give_up("%s: an object or its module is missing", name);
		pair_symbols(unit->orig, unit->patched);
		compare_data(unit->orig, unit->patched);
		place(unit->orig, unit->target, &unit->functions, &unit->placed, &conflicts);
		printf("note\tplaced\t%s: %zu of %zu functions in %s\n", name, unit->placed, unit->functions, module);
		if (conflicts)
			unsure(judge, "target", name, "%zu addresses are told differently by two references",
			       conflicts);
		load_keys(unit, directory);
		load_sources(judge, unit, directory);
		judge->n_units++;
	}
	free(line);
	fclose(in);
}

int main(int argc, char **argv)
{
	struct judge judge = {0};

	if (argc < 4)
		give_up("usage: judge OBJECTS MODULE.ko|- TARGET [PATCH...]");
	for (int i = 4; i < argc; i++)
		touched_read(&judge.touched, argv[i]);
	judge.kernel =
		kernel_load(target_value(argv[3], "TARGET_VMLINUX"), target_value(argv[3], "TARGET_KALLSYMS"),
			    target_value(argv[3], "TARGET_SYMVERS"), target_value(argv[3], "TARGET_MODULES_DIR"));
	load_units(&judge, argv[1]);
	if (strcmp(argv[2], "-")) {
		judge.module = object_load(argv[2], true);
		check_records(&judge);
	}
	for (size_t i = 0; i < judge.n_units; i++)
		check_coverage(&judge, &judge.units[i]);
	for (struct copy *copy = judge.copies; copy; copy = copy->next)
		if (is_function(copy->symbol))
			check_tables(&judge, copy);
	if (argc > 4) {
		check_touched(&judge);
		printf("note\ttouched\t%zu functions of the source, %zu of them with the same code\n", judge.n_touched,
		       judge.n_without_effect);
	}
	printf("%s\t%zu replaced, %zu functions, %zu references, %zu wrong, %zu unsure\n",
	       judge.wrong    ? "wrong"
	       : judge.unsure ? "unsure"
			      : "right",
	       judge.n_replaced, judge.functions, judge.references, judge.wrong, judge.unsure);
	return judge.wrong != 0;
}
