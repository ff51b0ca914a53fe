// SPDX-License-Identifier: GPL-2.0-only
/* See pair-fixture.h. */
#include "pair-fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "arch/arch.h"
#include "elf/build.h"
#include "object/layout.h"
#include "util/arena.h"
#include "util/vec.h"

struct made_field {
	uint64_t offset;
	uint32_t type;
	const char *target;
	int64_t addend;
};

struct made_section {
	const char *name;
	uint64_t flags;
	VEC(uint8_t) bytes;
	uint64_t zeros; /* bytes of a section without contents */
	VEC(struct made_field) fields;
};

struct maker {
	struct arena *arena;
	const char *source;
	const void *arg;
	VEC(struct made_section) secs; /* section i is i + 1 in the file */
	VEC(struct elf_out_sym) syms;
	uint32_t current; /* section */
};

static struct maker *maker_new(const char *source)
{
	struct maker *maker = calloc(1, sizeof(*maker));

	maker->arena = arena_new();
	maker->source = source;
	return maker;
}

static struct made_section *current(struct maker *maker)
{
	return &maker->secs.v[maker->current];
}

static bool has_contents(const struct made_section *sec)
{
	return strncmp(sec->name, ".bss", 4) != 0;
}

static uint64_t end_of(const struct made_section *sec)
{
	return has_contents(sec) ? sec->bytes.n : sec->zeros;
}

/* The last function ends where something else begins. */
static void end_function(struct maker *maker)
{
	struct elf_out_sym *last = maker->syms.n ? &maker->syms.v[maker->syms.n - 1] : NULL;

	if (last && last->type == STT_FUNC && !last->size)
		last->size = end_of(&maker->secs.v[last->sec - 1]) - last->value;
}

void maker_section(struct maker *maker, const char *name, uint64_t flags)
{
	end_function(maker);
	for (maker->current = maker->secs.n; maker->current-- > 0;)
		if (!strcmp(current(maker)->name, name))
			return;
	maker->current = maker->secs.n;
	*vec_push(&maker->secs) = (struct made_section){.name = arena_strdup(maker->arena, name), .flags = flags};
}

void maker_symbol(struct maker *maker, const char *name, uint8_t type, uint8_t bind, uint64_t size)
{
	end_function(maker);
	*vec_push(&maker->syms) = (struct elf_out_sym){
		.name = arena_strdup(maker->arena, name),
		.value = end_of(current(maker)),
		.size = size,
		.sec = maker->current + 1,
		.type = type,
		.bind = bind,
	};
}

void maker_bytes(struct maker *maker, const void *bytes, size_t size)
{
	if (!has_contents(current(maker)))
		current(maker)->zeros += size;
	for (size_t i = 0; has_contents(current(maker)) && i < size; i++)
		vec_add(&current(maker)->bytes, ((const uint8_t *)bytes)[i]);
}

void maker_field(struct maker *maker, uint32_t type, const char *target, int64_t addend)
{
	vec_add(&current(maker)->fields,
		((struct made_field){end_of(current(maker)), type, arena_strdup(maker->arena, target), addend}));
	maker_bytes(maker, "\0\0\0\0\0\0\0", type == R_X86_64_64 ? 8 : 4);
}

void maker_function(struct maker *maker, const char *name, uint8_t bind)
{
	maker_section(maker, arena_printf(maker->arena, ".text.%s", name), SHF_ALLOC | SHF_EXECINSTR);
	maker_symbol(maker, name, STT_FUNC, bind, 0);
}

void maker_variable(struct maker *maker, const char *name, uint8_t bind, const void *bytes, size_t size)
{
	maker_section(maker, arena_printf(maker->arena, ".%s.%s", bytes ? "data" : "bss", name), SHF_ALLOC | SHF_WRITE);
	maker_symbol(maker, name, STT_OBJECT, bind, size);
	maker_bytes(maker, bytes, size);
}

void maker_call(struct maker *maker, const char *function)
{
	maker_bytes(maker, "\xe8", 1);
	maker_field(maker, R_X86_64_PLT32, function, -4);
}

void maker_load(struct maker *maker, const char *variable)
{
	maker_bytes(maker, "\x8b\x05", 2);
	maker_field(maker, R_X86_64_PC32, variable, -4);
}

void maker_store(struct maker *maker, const char *variable)
{
	maker_bytes(maker, "\x89\x05", 2);
	maker_field(maker, R_X86_64_PC32, variable, -4);
}

void maker_number(struct maker *maker, uint32_t number)
{
	maker_bytes(maker, "\xbe", 1);
	maker_bytes(maker, &number, sizeof(number));
}

void maker_text(struct maker *maker, const char *text)
{
	static const char pool[] = ".rodata.str1.1";
	uint32_t code = maker->current;
	uint64_t at;

	maker_section(maker, pool, SHF_ALLOC | SHF_MERGE | SHF_STRINGS);
	at = end_of(current(maker));
	maker_bytes(maker, text, strlen(text) + 1);
	maker->current = code;
	maker_bytes(maker, "\x48\xc7\xc7", 3);
	maker_field(maker, R_X86_64_32S, pool, (int64_t)at);
}

void maker_return(struct maker *maker)
{
	maker_bytes(maker, "\xc3", 1);
}

static uint32_t find_symbol(const struct maker *maker, const char *name)
{
	for (uint32_t i = 0; i < maker->syms.n; i++)
		if (!strcmp(maker->syms.v[i].name, name))
			return i;
	return UINT32_MAX;
}

static void add_undefined(struct maker *maker, const struct elf_out *out, const struct made_section *sec)
{
	for (uint32_t i = 0; i < sec->fields.n; i++) {
		const char *name = sec->fields.v[i].target;

		if (find_symbol(maker, name) == UINT32_MAX && !elf_out_find_section(out, name))
			*vec_push(&maker->syms) = (struct elf_out_sym){.name = name, .bind = STB_GLOBAL};
	}
}

/* What is local and no function has a place in its section. */
static void add_rela(const struct maker *maker, struct elf_out *out, const uint32_t *ids, uint32_t sec,
		     const struct made_field *field)
{
	uint32_t i = find_symbol(maker, field->target), target = elf_out_find_section(out, field->target);
	const struct elf_out_sym *sym = i == UINT32_MAX ? NULL : &maker->syms.v[i];
	int64_t addend = field->addend;

	if (sym && sym->sec && sym->bind == STB_LOCAL && sym->type != STT_FUNC) {
		target = sym->sec;
		addend += (int64_t)sym->value;
		sym = NULL;
	}
	elf_out_add_rela(out, sec, field->offset, field->type, sym ? ids[i] : elf_out_section_symbol(out, target),
			 addend);
}

struct elf_obj *object_of(struct elf_out *out)
{
	struct diag diag = {.out = stderr};
	char path[] = "/tmp/klp-unit-pair.XXXXXX";
	int fd = mkstemp(path);
	struct elf_obj *obj;

	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(elf_out_write(out, path, &diag), 0);
	elf_out_free(out);
	assert_int_equal(elf_obj_read(path, &obj, &diag), 0);
	unlink(path);
	return obj;
}

/* Frees maker. */
static struct elf_obj *maker_finish(struct maker *maker)
{
	struct elf_out *out = elf_out_new(&arch_x86_64);
	struct elf_obj *obj;
	uint32_t *ids;

	end_function(maker);
	for (uint32_t i = 0; i < maker->secs.n; i++) {
		struct made_section *sec = &maker->secs.v[i];
		struct elf_out_sec_attr attr = {
			.type = has_contents(sec) ? SHT_PROGBITS : SHT_NOBITS,
			.flags = sec->flags,
			.align = sec->flags & SHF_MERGE ? 1 : 8,
			.entsize = sec->flags & SHF_MERGE ? 1 : 0,
		};

		assert_int_equal(elf_out_add_section(out, sec->name, &attr), i + 1);
		elf_out_append(out, i + 1, sec->bytes.v, end_of(sec), 1);
	}
	for (uint32_t i = 0; i < maker->secs.n; i++)
		add_undefined(maker, out, &maker->secs.v[i]);
	if (maker->source)
		elf_out_add_symbol(out,
				   &(struct elf_out_sym){.name = maker->source, .sec = ELF_SHN_ABS, .type = STT_FILE});
	ids = arena_array(maker->arena, uint32_t, maker->syms.n);
	for (uint32_t i = 0; i < maker->syms.n; i++)
		ids[i] = elf_out_add_symbol(out, &maker->syms.v[i]);
	for (uint32_t i = 0; i < maker->secs.n; i++)
		for (uint32_t k = 0; k < maker->secs.v[i].fields.n; k++)
			add_rela(maker, out, ids, i + 1, &maker->secs.v[i].fields.v[k]);
	obj = object_of(out);
	for (uint32_t i = 0; i < maker->secs.n; i++) {
		vec_free(&maker->secs.v[i].bytes);
		vec_free(&maker->secs.v[i].fields);
	}
	vec_free(&maker->secs);
	vec_free(&maker->syms);
	arena_free(maker->arena);
	free(maker);
	return obj;
}

/* ---- pairs ---- */

void pair_open(struct pair *pair, struct elf_obj *orig, struct elf_obj *patched)
{
	static const struct layout layout;

	*pair = (struct pair){.obj = {orig, patched}};
	/* Messages are compared as whole lines. */
	setenv("COLUMNS", "10000", 1);
	pair->diag.out = open_memstream(&pair->messages, &pair->messages_size);
	for (int i = 0; i < 2; i++) {
		struct side *side = i ? &pair->patched : &pair->orig;

		assert_int_equal(elf_obj_check(pair->obj[i], &pair->diag), 0);
		assert_int_equal(side_open(pair->obj[i], &layout, false, side, &pair->diag), 0);
	}
	assert_int_equal(corr_new(&pair->orig, &pair->patched, &pair->corr, &pair->diag), 0);
}

void pair_make(struct elf_obj *objs[2], const char *source, side_builder *build, const void *arg)
{
	for (int i = 0; i < 2; i++) {
		struct maker *maker = maker_new(source);

		maker->arg = arg;
		build(maker, i);
		objs[i] = maker_finish(maker);
	}
}

const void *maker_arg(const struct maker *maker)
{
	return maker->arg;
}

void pair_build(struct pair *pair, side_builder *build, const void *arg)
{
	struct elf_obj *objs[2];

	pair_make(objs, "a.c", build, arg);
	pair_open(pair, objs[0], objs[1]);
}

void pair_close(struct pair *pair)
{
	corr_free(pair->corr);
	side_close(&pair->orig);
	side_close(&pair->patched);
	for (int i = 0; i < 2; i++)
		elf_obj_free(pair->obj[i]);
	fclose(pair->diag.out);
	free(pair->messages);
	diag_free(&pair->diag);
}

const char *pair_messages(struct pair *pair)
{
	fflush(pair->diag.out);
	return pair->messages;
}

uint32_t pair_piece(const struct side *side, const char *name)
{
	uint32_t sym = elf_obj_find_symbol(side->obj, name);
	uint32_t sec = elf_obj_find_section_index(side->obj, name);

	if (sym)
		return side->pieces->of_sym[sym];
	if (sec && side->pieces->first_of_sec[sec] != PIECE_NONE)
		return side->pieces->first_of_sec[sec];
	fail_msg("no symbol or section %s", name);
	return PIECE_NONE;
}

static const char *name_of(const struct side *side, uint32_t id)
{
	return id == PIECE_NONE ? "nothing" : side_piece(side, id)->name;
}

void expect_pair(const struct pair *pair, const char *orig, const char *patched, enum corr_rule rule)
{
	uint32_t o = orig ? pair_piece(&pair->orig, orig) : PIECE_NONE, p = pair_piece(&pair->patched, patched);
	uint32_t found = pair->corr->to_orig[p];

	if (found != o || pair->corr->rule[p] != rule)
		fail_msg("%s is paired with %s by rule %d, not %s by rule %d", patched, name_of(&pair->orig, found),
			 pair->corr->rule[p], name_of(&pair->orig, o), rule);
	if (o != PIECE_NONE)
		assert_int_equal(pair->corr->to_patched[o], p);
}

void expect_ambiguous(const struct pair *pair, const char *orig, const char *patched, const char *other)
{
	uint32_t found = pair->corr->other[pair_piece(&pair->patched, patched)];

	expect_pair(pair, orig, patched, CORR_AMBIGUOUS);
	if (found != pair_piece(&pair->orig, other))
		fail_msg("%s may be %s, not %s", patched, name_of(&pair->orig, found), other);
}

void expect_removed(const struct pair *pair, const char *orig)
{
	uint32_t found = pair->corr->to_patched[pair_piece(&pair->orig, orig)];

	if (found != PIECE_NONE)
		fail_msg("%s is paired with %s", orig, name_of(&pair->patched, found));
}
