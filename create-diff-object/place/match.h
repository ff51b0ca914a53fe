/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The comparison of bytes: which functions of a section are the target's, if the section begins at a given place.
 */
#ifndef KLP_PLACE_MATCH_H
#define KLP_PLACE_MATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "place/place.h"
#include "util/vec.h"

typedef VEC(struct address) address_vec;

/* Fills funcs[] and relas[] of a new placement. */
void match_index_object(struct base_check *check);
/* Index in funcs[] of the function that holds the byte at offset of section sec, or UINT32_MAX. */
uint32_t match_find_func(const struct base_check *check, uint32_t sec, uint64_t offset);
/*
 * Compares bytes [start, end) of a section (those of .bss are zeros) with the target's, apart from relocated fields;
 * base is where the section begins. Returns true if equal, else stores the offset of the first difference.
 */
bool match_bytes(const struct base_check *check, uint32_t sec, struct address base, uint64_t start, uint64_t end,
		 uint64_t *where);
/*
 * Collects the places at which a text section may begin, by the names of its functions: all places at which every
 * function matches (*complete), or the one place at which most of them do, if any does.
 */
void match_find_bases(const struct base_check *check, uint32_t sec, address_vec *bases, bool *complete);
/* The same for a data section, by the names of its objects: places that agree with all names and all bytes. */
void match_find_data_bases(const struct base_check *check, uint32_t sec, address_vec *bases);

#endif
