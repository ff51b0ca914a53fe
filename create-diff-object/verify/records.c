// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reader of `.klp.funcs` and `.klp.callbacks`, the tables of patched functions and of callbacks that modules of this
 * tool have (kmod/patch/klp-records.h). Their pointers are relocations.
 * The patch's own code hands the records to the kernel as they are, so one that can't be read here is a finding.
 */
#include <stddef.h>
#include <string.h>

#include "arch/arch.h"
#include "util/arena.h"
#include "verify/checks.h"

#define OBJECT_FIELD   offsetof(struct klp_func_record, object)
#define NAME_FIELD     offsetof(struct klp_func_record, name)
#define NEW_FUNC_FIELD offsetof(struct klp_func_record, new_func)
#define SYMPOS_FIELD   offsetof(struct klp_func_record, sympos)

/* The ordinary relocation at offset of the table, or NULL. */
static const struct elf_rela *find_rela(const struct elf_sec *sec, uint64_t offset)
{
	for (uint32_t i = 0; i < sec->nrelas; i++)
		if (sec->relas[i].offset == offset)
			return &sec->relas[i];
	return NULL;
}

/* The section of the module that the pointer at offset of the table points into, and where; or NULL. */
static const struct elf_sec *find_target(const struct verify *v, const struct elf_sec *sec, uint64_t offset,
					 uint64_t *at)
{
	const struct elf_rela *rela = find_rela(sec, offset);
	const struct elf_sec *target;

	if (!rela || !elf_sym_has_section(&v->mod->syms[rela->sym]))
		return NULL;
	target = &v->mod->secs[v->mod->syms[rela->sym].shndx];
	*at = v->mod->syms[rela->sym].value + (uint64_t)rela->addend;
	return *at < target->size ? target : NULL;
}

/* The string that the pointer at offset of the table points to, or NULL. */
static const char *read_string(const struct verify *v, const struct elf_sec *sec, uint64_t offset)
{
	uint64_t at;
	const struct elf_sec *strings = find_target(v, sec, offset, &at);

	if (!strings || !strings->data || !memchr(strings->data + at, 0, strings->size - at))
		return NULL;
	return (const char *)strings->data + at;
}

/* The section of the code that the pointer at offset of the table points to, and where; 0: it is none. */
static uint32_t find_function(const struct verify *v, const struct elf_sec *sec, uint64_t offset, uint64_t *at)
{
	const struct elf_sec *text = find_target(v, sec, offset, at);

	return text && (text->flags & SHF_EXECINSTR) ? (uint32_t)(text - v->mod->secs) : 0;
}

static void add_bad(struct verify *v, const struct elf_sec *sec, uint64_t offset, const char *what, const char *why)
{
	vec_add(&v->bad_records,
		((struct klp_bad_record){.section = sec->name, .offset = offset, .what = what, .why = why}));
}

static void read_record(struct verify *v, const struct elf_sec *sec, uint64_t at)
{
	struct klp_func_entry entry = {
		.object = read_string(v, sec, at + OBJECT_FIELD),
		.name = read_string(v, sec, at + NAME_FIELD),
		.offset = at,
	};

	entry.sympos = arch_get64(v->mod->arch, sec->data + at + SYMPOS_FIELD);
	if (!entry.object)
		add_bad(v, sec, at + OBJECT_FIELD, "the record does not point to the name of an object",
			"nobody can tell what is patched");
	if (!entry.name)
		add_bad(v, sec, at + NAME_FIELD, "the record does not point to the name of a function",
			"klp_init_patch() refuses a function without a name, or the wrong one is patched");
	entry.text = find_function(v, sec, at + NEW_FUNC_FIELD, &entry.text_offset);
	if (!entry.text)
		add_bad(v, sec, at + NEW_FUNC_FIELD, "the record does not point to code of the module",
			"klp_init_func() refuses a function without a new one, or calls go astray");
	if (entry.object && entry.name)
		vec_add(&v->funcs, entry);
}

/* A record of zeros, and no pointer in it: the end of the table. */
static bool is_end(const struct elf_sec *sec, uint64_t at)
{
	static const struct klp_callback_record none;

	return at + sizeof(none) == sec->size && !memcmp(sec->data + at, &none, sizeof(none)) &&
	       !find_rela(sec, at + offsetof(struct klp_callback_record, object));
}

static void read_callback(struct verify *v, const struct elf_sec *sec, uint64_t at)
{
	struct klp_callback_entry entry = {
		.object = read_string(v, sec, at + offsetof(struct klp_callback_record, object)),
		.kind = arch_get64(v->mod->arch, sec->data + at + offsetof(struct klp_callback_record, kind)),
		.offset = at,
	};
	uint64_t function;

	if (is_end(sec, at))
		return;
	if (!entry.object)
		add_bad(v, sec, at, "the record does not point to the name of an object",
			"nobody can tell for what it is called");
	if (!find_function(v, sec, at + offsetof(struct klp_callback_record, function), &function))
		add_bad(v, sec, at + offsetof(struct klp_callback_record, function),
			"the record does not point to code of the module", "the call goes astray");
	if (entry.kind > KLP_POST_UNPATCH)
		add_bad(v, sec, at + offsetof(struct klp_callback_record, kind),
			"the kind of the callback is not known", "it is never called");
	if (!entry.object)
		return;
	for (uint32_t i = 0; i < v->callbacks.n; i++)
		if (v->callbacks.v[i].kind == entry.kind && !strcmp(v->callbacks.v[i].object, entry.object))
			add_bad(v, sec, at, "the object has two callbacks of a kind", "only the first is called");
	vec_add(&v->callbacks, entry);
}

static const struct elf_sec *read_table(struct verify *v, const char *name, uint64_t size,
					void (*read)(struct verify *, const struct elf_sec *, uint64_t))
{
	const struct elf_sec *sec = elf_obj_find_section(v->mod, name);
	uint64_t at = 0;

	if (!sec)
		return NULL;
	for (; sec->data && at + size <= sec->size; at += size)
		read(v, sec, at);
	if (at < sec->size)
		add_bad(v, sec, at, "the table does not end with a whole record",
			"what follows in memory is read as one");
	return sec;
}

void verify_read_records(struct verify *v)
{
	const struct elf_sec *sec;

	v->funcs_sec = read_table(v, KLP_FUNCS_SECTION, sizeof(struct klp_func_record), read_record);
	sec = read_table(v, KLP_CALLBACKS_SECTION, sizeof(struct klp_callback_record), read_callback);
	if (sec && (!sec->data || sec->size < sizeof(struct klp_callback_record) ||
		    !is_end(sec, sec->size - sizeof(struct klp_callback_record))))
		add_bad(v, sec, sec->size, "the table does not end with a record of zeros",
			"what follows in memory is read as one");
}
