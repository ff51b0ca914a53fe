// SPDX-License-Identifier: GPL-2.0-only
/*
 * scripts/kallsyms.c of the kernel writes these tables, one after the other, each aligned to 8 bytes, in 7.3 to 4:
 *
 *   up to 6.3   offsets (or addresses), relative_base, num_syms, names, markers, [seqs_of_names], token_table,
 *               token_index
 *   since 6.4   num_syms, names, markers, token_table, token_index, offsets, relative_base, seqs_of_names
 *   in 7.3      the same without relative_base: each offset counts from its own place
 *
 * Nothing in a stripped image points at them, but they check each other. The token table holds 256 strings, and
 * the 256 numbers of the index behind it must be the places of those strings. The names, packed with these
 * tokens, begin with a count; unpacking that many must end at the markers, which hold the place of each 256th
 * name. The addresses must ascend. A false match of all of these is not possible, so the version of the kernel
 * need not be known.
 */
#include "target/kallsyms.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/arch.h"
#include "elf/model.h"
#include "util/diag.h"

enum {
	NTOKENS = 256,
	NAMES_PER_MARKER = 256,
	MIN_SYMS = 16,
	MAX_SYMS = 1 << 24,
	MAX_NAME = 4096,      /* unpacked; the kernel's own limit is 128 or 512 */
	MAX_TEXT = 256 << 20, /* bytes of all names, unpacked; 12 MB in a Debian kernel */
	/*
	 * So many bytes are looked at for each byte of a section. A kernel's is read about four times; data made to
	 * look like kallsyms at each place would be read as often as it has bytes.
	 */
	MAX_LOOKS = 64,
};

struct tables {
	const struct arch_ops *arch;
	const struct elf_sec *sec;
	uint64_t align;       /* of each table */
	uint64_t token_table; /* these are offsets in sec */
	uint64_t token_end;   /* behind token_index */
	uint64_t num_syms;
	uint64_t names;
	uint32_t nsyms;
	uint16_t token_index[NTOKENS];
	uint64_t looks; /* bytes that may still be looked at */
};

/* False if nothing more may be looked at. */
static bool look_at(struct tables *t, uint64_t bytes)
{
	t->looks -= bytes < t->looks ? bytes : t->looks;
	return t->looks;
}

/* How the addresses are kept. */
struct addresses {
	uint64_t table; /* offset in the section */
	uint64_t base;  /* relative_base */
	enum {
		FROM_BASE,
		PERCPU,   /* offsets with the sign bit count back from the base, others are absolute */
		ABSOLUTE, /* 8 bytes each, no base (CONFIG_KALLSYMS_BASE_RELATIVE is off) */
		FROM_PLACE,
	} form;
};

static uint32_t get32(const struct tables *t, uint64_t offset)
{
	return arch_get32(t->arch, t->sec->data + offset);
}

static uint64_t get64(const struct tables *t, uint64_t offset)
{
	return arch_get64(t->arch, t->sec->data + offset);
}

/* Returns the offset at or behind this one where a table may begin. */
static uint64_t align_up(const struct tables *t, uint64_t offset)
{
	return ((t->sec->addr + offset + t->align - 1) & ~(t->align - 1)) - t->sec->addr;
}

/* Returns the offset behind the string at offset, or 0. */
static uint64_t skip_string(const struct elf_sec *sec, uint64_t offset)
{
	const uint8_t *nul = offset < sec->size ? memchr(sec->data + offset, 0, sec->size - offset) : NULL;

	return nul ? (uint64_t)(nul - sec->data) + 1 : 0;
}

/* Is the token of '0' at this offset? Then the index behind the table shows it. */
static bool try_tokens(struct tables *t, uint64_t zero)
{
	const struct elf_sec *sec = t->sec;
	uint64_t end = zero, at;

	for (int i = '0'; i < NTOKENS; i++) {
		uint64_t next = skip_string(sec, end);

		if (!next || next - zero > UINT16_MAX || !look_at(t, next - end))
			return false;
		end = next;
	}
	end = align_up(t, end);
	if (end + sizeof(t->token_index) > sec->size)
		return false;
	for (int i = 0; i < NTOKENS; i++)
		t->token_index[i] =
			bytes_get16(sec->data + end + (uint64_t)i * sizeof(t->token_index[i]), t->arch->is_big_endian);
	if (t->token_index['0'] > zero)
		return false;
	t->token_table = zero - t->token_index['0'];
	at = t->token_table;
	for (int i = 0; i < NTOKENS; i++) {
		if (!at || t->token_table + t->token_index[i] != at)
			return false;
		at = skip_string(sec, at);
	}
	t->token_end = end + sizeof(t->token_index);
	return true;
}

/* Characters that occur in names stand for themselves in the table, and all ten digits do in any kernel. */
static bool find_tokens(struct tables *t, uint64_t from)
{
	static const char digits[] = "0\0001\0002\0003\0004\0005\0006\0007\0008\0009";
	const uint8_t *data = t->sec->data, *p = data + from, *end = data + t->sec->size;

	while (p < end && (p = memmem(p, (size_t)(end - p), digits, sizeof(digits)))) {
		if (try_tokens(t, (uint64_t)(p - data)))
			return true;
		if (!t->looks)
			return false;
		p++;
	}
	return false;
}

/*
 * Reads the length of the packed name at *offset: one byte, or two for a "big" symbol (since 6.1; no packed name
 * of an earlier kernel is that long). Returns 0 if there can't be a name.
 */
static uint32_t name_length(const struct elf_sec *sec, uint64_t *offset)
{
	uint32_t len;

	if (*offset + 2 > sec->size)
		return 0;
	len = sec->data[(*offset)++];
	if (len & 0x80)
		len = (len & 0x7f) | (uint32_t)sec->data[(*offset)++] << 7;
	return *offset + len <= sec->size ? len : 0;
}

static const char *token(const struct tables *t, uint8_t index)
{
	return (const char *)t->sec->data + t->token_table + t->token_index[index];
}

/* A name starts with nm's letter for its type, and the letter may be the whole first token or its start. */
static bool starts_like_name(const struct tables *t, uint64_t packed)
{
	char type = *token(t, t->sec->data[packed]);

	return type && strchr("aAbBcCdDgGiInNrRsStTuUvVwW?", type);
}

/* Do the count at offset and the names behind it agree with the markers? */
static bool try_names(struct tables *t, uint64_t offset)
{
	const struct elf_sec *sec = t->sec;
	uint64_t names = offset + t->align, at = names, markers;
	uint32_t nsyms = get32(t, offset);

	if (nsyms < MIN_SYMS || nsyms > MAX_SYMS || (t->align == 8 && get32(t, offset + 4)))
		return false;
	for (uint32_t i = 0; i < nsyms; i++) {
		uint32_t len = name_length(sec, &at);

		if (!len || !starts_like_name(t, at) || !look_at(t, 2))
			return false;
		at += len;
	}
	markers = align_up(t, at);
	if (markers + ((nsyms + NAMES_PER_MARKER - 1) / NAMES_PER_MARKER) * 4ull > sec->size)
		return false;
	at = names;
	for (uint32_t i = 0; i < nsyms; i++) {
		if (i % NAMES_PER_MARKER == 0 && get32(t, markers + i / NAMES_PER_MARKER * 4ull) != at - names)
			return false;
		at += name_length(sec, &at);
	}
	t->num_syms = offset;
	t->names = names;
	t->nsyms = nsyms;
	return true;
}

static bool find_names(struct tables *t)
{
	for (uint64_t offset = align_up(t, 0); offset + 16 <= t->token_table && look_at(t, 8); offset += t->align)
		if (try_names(t, offset))
			return true;
	return false;
}

static uint64_t address_of(const struct tables *t, const struct addresses *addrs, uint32_t i)
{
	uint64_t place = addrs->table + i * 4ull;
	int64_t offset;

	if (addrs->form == ABSOLUTE)
		return get64(t, addrs->table + i * 8ull);
	offset = (int32_t)get32(t, place);
	switch (addrs->form) {
	case FROM_PLACE:
		return t->sec->addr + place + (uint64_t)offset;
	case PERCPU:
		return offset >= 0 ? (uint64_t)offset : addrs->base - 1 - (uint64_t)offset;
	default:
		return addrs->base + (uint32_t)offset;
	}
}

static bool addresses_ascend(const struct tables *t, const struct addresses *addrs)
{
	uint64_t before = 0;

	for (uint32_t i = 0; i < t->nsyms; i++) {
		uint64_t addr = address_of(t, addrs, i);

		if (addr < before)
			return false;
		before = addr;
	}
	/* Also refuses a table of zeros: the last symbol of a kernel is in its upper half. */
	return (int64_t)before < 0;
}

static bool try_offsets(const struct tables *t, uint64_t table, uint64_t base, struct addresses *addrs)
{
	*addrs = (struct addresses){.table = table, .base = get64(t, base)};
	if ((int64_t)addrs->base >= 0)
		return false;
	if ((int32_t)get32(t, table + (t->nsyms - 1) * 4ull) < 0)
		addrs->form = PERCPU;
	return addresses_ascend(t, addrs);
}

/*
 * Offsets from their places: the first symbol is of the text, which comes before this section, so its offset is
 * negative (none is where they count from a base). Behind them is the order of the names, a number of 3 bytes each.
 */
static bool try_places(const struct tables *t, uint64_t table, uint64_t seqs, struct addresses *addrs)
{
	const uint8_t *seq = t->sec->data + seqs;

	*addrs = (struct addresses){.table = table, .form = FROM_PLACE};
	if ((int32_t)get32(t, table) >= 0 || seqs + t->nsyms * 3ull > t->sec->size)
		return false;
	for (uint32_t i = 0; i < t->nsyms; i++, seq += 3)
		if (((uint32_t)seq[0] << 16 | (uint32_t)seq[1] << 8 | seq[2]) >= t->nsyms)
			return false;
	return addresses_ascend(t, addrs);
}

static bool find_addresses(const struct tables *t, struct addresses *addrs)
{
	const struct elf_sec *sec = t->sec;
	uint64_t room = (t->nsyms * 4ull + t->align - 1) & ~(t->align - 1), table = align_up(t, t->token_end);

	if (table + room + 8 <= sec->size && try_offsets(t, table, table + room, addrs))
		return true;
	if (table + room <= sec->size && try_places(t, table, table + room, addrs))
		return true;
	if (t->num_syms >= 8 + room && try_offsets(t, t->num_syms - 8 - room, t->num_syms - 8, addrs))
		return true;
	room = t->nsyms * 8ull;
	*addrs = (struct addresses){.table = t->num_syms - room, .form = ABSOLUTE};
	return t->num_syms >= room && addresses_ascend(t, addrs);
}

static int find_tables(const struct arch_ops *arch, const struct elf_sec *sec, struct tables *t,
		       struct addresses *addrs)
{
	for (uint64_t align = 8; align >= 4; align /= 2) {
		uint64_t from = 0;

		*t = (struct tables){
			.arch = arch, .sec = sec, .align = align, .looks = (uint64_t)MAX_LOOKS * sec->size};
		while (find_tokens(t, from)) {
			if (find_names(t) && find_addresses(t, addrs))
				return 0;
			from = t->token_table + t->token_index['0'] + 1;
		}
	}
	return -ENOENT;
}

/* Appends one name, unpacked: first the type letter, then the name itself. Returns its length, 0 if too long. */
static size_t unpack_name(const struct tables *t, uint64_t at, uint32_t len, char *name)
{
	size_t n = 0;

	for (uint32_t i = 0; i < len; i++) {
		const char *part = token(t, t->sec->data[at + i]);
		size_t size = strlen(part);

		if (n + size >= MAX_NAME)
			return 0;
		memcpy(name + n, part, size);
		n += size;
	}
	name[n] = 0;
	return n;
}

static int print_symbols(const struct elf_obj *image, const struct tables *t, const struct addresses *addrs,
			 char **text, size_t *size, struct diag *diag)
{
	FILE *out = open_memstream(text, size);
	uint64_t at = t->names;
	char name[MAX_NAME];
	size_t total = 0;
	int err = 0;

	if (!out)
		return -ENOMEM;
	for (uint32_t i = 0; i < t->nsyms && !err; i++) {
		uint32_t len = name_length(t->sec, &at);
		size_t n = unpack_name(t, at, len, name);

		total += n;
		if (n < 2 || total > MAX_TEXT)
			err = diag_error(diag, image->path, "kallsyms", "name %u is empty or too long", i);
		else
			fprintf(out, "%016llx %c %s\n", (unsigned long long)address_of(t, addrs, i), name[0], name + 1);
		at += len;
	}
	if (fclose(out) && !err)
		err = -ENOMEM;
	if (err)
		free(*text);
	return err;
}

int kallsyms_extract(const struct elf_obj *image, char **text, size_t *size, struct diag *diag)
{
	struct addresses addrs;
	struct tables tables;

	for (uint32_t i = 1; i < image->nsecs; i++) {
		const struct elf_sec *sec = &image->secs[i];

		/* .rodata, in practice; it is the second section, so the others cost nothing. */
		if (!(sec->flags & SHF_ALLOC) || !sec->data || elf_sec_is_text(sec))
			continue;
		if (!find_tables(image->arch, sec, &tables, &addrs))
			return print_symbols(image, &tables, &addrs, text, size, diag);
	}
	return diag_error(diag, image->path, NULL,
			  "no kallsyms found; the kernel needs CONFIG_KALLSYMS, or give --symbols");
}
