// SPDX-License-Identifier: GPL-2.0-only
/*
 * BTF is a header, a row of type records, and their strings. A record has 12 bytes and, depending on its kind, more
 * behind them. Only names and sizes of structures are of interest here, which takes less than a library to read; but
 * every record must be understood to find the next, so an unknown kind is an error.
 */
#include "target/btf.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "arch/arch.h"
#include "elf/model.h"
#include "kernel/names.h"
#include "util/diag.h"

#define BTF_MAGIC 0xeb9f

struct btf_head {
	uint16_t magic;
	uint8_t version;
	uint8_t flags;
	uint32_t hdr_len;
	uint32_t type_off; /* both from the end of the header */
	uint32_t type_len;
	uint32_t str_off;
	uint32_t str_len;
};

struct btf_record {
	uint32_t name; /* offset in the strings */
	uint32_t info; /* bits 0-15: number of members; 24-28: kind */
	uint32_t size; /* bytes of a structure; another record's id for other kinds */
};

enum { KIND_STRUCT = 4, NKINDS = 20 };

/* Bytes behind the record, and bytes for each member: include/uapi/linux/btf.h */
static const struct {
	uint8_t fixed;
	uint8_t each;
	bool known;
} kinds[NKINDS] = {
	[1] = {4, 0, true},                        /* integer */
	[2] = {0, 0, true},                        /* pointer */
	[3] = {12, 0, true},                       /* array */
	[4] = {0, 12, true},                       /* structure */
	[5] = {0, 12, true},                       /* union */
	[6] = {0, 8, true},                        /* enumeration */
	[7] = {0, 0, true},                        /* forward declaration */
	[8] = {0, 0, true},   [9] = {0, 0, true},  /* typedef, volatile */
	[10] = {0, 0, true},  [11] = {0, 0, true}, /* const, restrict */
	[12] = {0, 0, true},                       /* function */
	[13] = {0, 8, true},                       /* function prototype */
	[14] = {4, 0, true},                       /* variable */
	[15] = {0, 12, true},                      /* section */
	[16] = {0, 0, true},                       /* floating point number */
	[17] = {4, 0, true},  [18] = {0, 0, true}, /* tags of declarations and types */
	[19] = {0, 12, true},                      /* enumeration of 64 bits */
};

struct btf {
	const struct arch_ops *arch;
	const uint8_t *types, *end; /* the records */
	const char *strings;
	uint32_t nstrings; /* bytes; the last one is 0 */
};

static bool read_head(const struct arch_ops *arch, const struct elf_sec *sec, struct btf *btf)
{
	struct btf_head head;
	uint64_t room;

	if (sec->size < sizeof(head))
		return false;
	head = (struct btf_head){
		.magic = bytes_get16(sec->data + offsetof(struct btf_head, magic), arch->is_big_endian),
		.version = sec->data[offsetof(struct btf_head, version)],
		.hdr_len = arch_get32(arch, sec->data + offsetof(struct btf_head, hdr_len)),
		.type_off = arch_get32(arch, sec->data + offsetof(struct btf_head, type_off)),
		.type_len = arch_get32(arch, sec->data + offsetof(struct btf_head, type_len)),
		.str_off = arch_get32(arch, sec->data + offsetof(struct btf_head, str_off)),
		.str_len = arch_get32(arch, sec->data + offsetof(struct btf_head, str_len)),
	};
	if (head.magic != BTF_MAGIC || head.version != 1 || head.hdr_len < sizeof(head) || head.hdr_len > sec->size)
		return false;
	room = sec->size - head.hdr_len;
	if (head.type_off > room || head.type_len > room - head.type_off || head.str_off > room || !head.str_len ||
	    head.str_len > room - head.str_off)
		return false;
	btf->arch = arch;
	btf->types = sec->data + head.hdr_len + head.type_off;
	btf->end = btf->types + head.type_len;
	btf->strings = (const char *)sec->data + head.hdr_len + head.str_off;
	btf->nstrings = head.str_len;
	return !btf->strings[head.str_len - 1];
}

/* Takes the record at the start of the types off; false if there is no more, *bad if what is there is none. */
static bool next_record(struct btf *btf, struct btf_record *record, bool *bad)
{
	uint32_t kind;
	uint64_t size;

	*bad = false;
	if (btf->types == btf->end)
		return false;
	*bad = true;
	if ((size_t)(btf->end - btf->types) < sizeof(*record))
		return false;
	*record = (struct btf_record){
		.name = arch_get32(btf->arch, btf->types + offsetof(struct btf_record, name)),
		.info = arch_get32(btf->arch, btf->types + offsetof(struct btf_record, info)),
		.size = arch_get32(btf->arch, btf->types + offsetof(struct btf_record, size)),
	};
	kind = record->info >> 24 & 0x1f;
	if (kind >= NKINDS || !kinds[kind].known || record->name >= btf->nstrings)
		return false;
	size = sizeof(*record) + kinds[kind].fixed + (uint64_t)kinds[kind].each * (record->info & 0xffff);
	if ((uint64_t)(btf->end - btf->types) < size)
		return false;
	btf->types += size;
	*bad = false;
	return true;
}

int btf_read_struct_sizes(const struct elf_obj *image, const char *const *names, uint32_t *sizes, uint32_t n,
			  struct diag *diag)
{
	const struct elf_sec *sec = elf_obj_find_section(image, BTF_SECTION);
	struct btf_record record;
	struct btf btf;
	bool bad;

	memset(sizes, 0, n * sizeof(*sizes));
	if (!sec || !sec->data)
		return 0;
	if (!read_head(image->arch, sec, &btf))
		return diag_error(diag, image->path, sec->name, "not BTF of version 1, or damaged");
	while (next_record(&btf, &record, &bad)) {
		if ((record.info >> 24 & 0x1f) != KIND_STRUCT)
			continue;
		for (uint32_t i = 0; i < n; i++)
			if (names[i] && !sizes[i] && !strcmp(btf.strings + record.name, names[i]))
				sizes[i] = record.size;
	}
	return bad ? diag_error(diag, image->path, sec->name, "has a type of a kind that is not known, or is damaged")
		   : 0;
}
