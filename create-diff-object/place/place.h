/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Base check and placement: is this object what the target (kernel image or module) was built from, and where in
 * the target is each of its functions and data?
 *
 * The object is compiled as the target's build did. Its text sections are found by the names of their functions, and
 * each function must be identical apart from relocated fields. A relocated field of the target, read back, says where
 * the symbol that it refers to is; all that refer to one section or symbol must agree. So data sections get
 * their address from the code that uses them, and from there on pointers in data are followed the same way.
 * Names are the start and a cross-check, never the only reason where code says more.
 */
#ifndef KLP_PLACE_PLACE_H
#define KLP_PLACE_PLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "object/relas.h"
#include "place/target.h"

struct arena;
struct diag;

enum address_state {
	ADDRESS_UNKNOWN,
	ADDRESS_KNOWN,
	ADDRESS_CONFLICT, /* two references disagreed (only seen with --skip-base-check) */
};

/* Where a section's start, or an undefined symbol, is in the target. */
struct known_address {
	enum address_state state;
	bool by_reference;   /* told by a relocated field, not by name and bytes */
	bool followed;       /* a section's relocations were followed already */
	uint32_t naddresses; /* of a text section without a place: at how many all of its functions match */
	struct address at;
};

enum func_state {
	FUNC_UNSEEN, /* its section has no place */
	FUNC_MATCHES,
	FUNC_DIFFERS,
};

struct place_func {
	uint32_t sym;   /* symbol index in the object */
	uint32_t sec;   /* section index in the object */
	uint64_t start; /* bytes from the start of the section */
	uint64_t end;   /* behind the last byte */
	enum func_state state;
	uint64_t where;     /* FUNC_DIFFERS: offset in the section of what differs */
	const char *reason; /* FUNC_DIFFERS: the text of the message, owned by the arena; NULL: the bytes do */
};

/*
 * What is not a function and differs: data, or code between functions. Its bytes do, or a reference that the target
 * resolves in another way.
 */
struct place_diff {
	uint32_t sec;
	uint64_t where;     /* offset in the section */
	const char *reason; /* owned by the arena; NULL: the bytes differ */
};

struct base_check {
	const struct elf_obj *obj;   /* not owned */
	const struct target *target; /* not owned */
	struct known_address *secs;  /* index: section index of the object */
	struct known_address *syms;  /* index: symbol index; undefined and weak symbols only */
	struct relas *relas;         /* per section; those that do nothing left out */
	struct place_func *funcs;    /* sorted by (sec, start) */
	uint32_t nfuncs;
	uint32_t nmatched; /* functions that match, of ntotal */
	uint32_t ntotal;
	struct place_diff *diffs;
	uint32_t ndiffs;
	struct arena *arena; /* owns all of the above */
};

/*
 * Places the object. What differs is refused through diag (-EPERM), with the first difference; without insist
 * it is a warning, and what matches is placed. Returns 0 or -errno; *check is set unless there was an error.
 */
int place_object(const struct elf_obj *obj, const struct target *target, bool insist, struct base_check **check,
		 struct diag *diag) __attribute__((warn_unused_result));
void base_check_free(struct base_check *check);

/*
 * For the parts of the check: a section's byte at where differs, or what it refers to (reason, owned by the arena,
 * NULL: the bytes differ). One difference of a section is kept, the first.
 */
void base_check_add_diff(struct base_check *check, uint32_t sec, uint64_t where, const char *reason);

/* Where symbol sym of the object is in the target; false if that is not known. */
bool base_check_find_symbol(const struct base_check *check, uint32_t sym, struct address *at);
/* Id in the target's symtab of the record for a placed symbol, or SYMTAB_NONE. */
uint32_t base_check_find_record(const struct base_check *check, uint32_t sym, struct address at);

#endif
