// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a number is shown to be a line number and nothing else.
 *
 * In code: it is a constant that an instruction loads into the register of an argument. From there control runs straight
 * on, and no instruction touches that register, to a call of a function outside of this object whose argument is known to
 * be a line number (elf/line-names.c). The call may then change the register as it likes, so the number goes nowhere else:
 *
 *	mov    $0x0,%rdi          "fs/open.c"
 *	mov    $0x4d2,%esi        the line
 *	call   __might_sleep
 *
 * A function of this object is no such end: GCC may know which registers it leaves alone, and use the number again.
 *
 * In texts: __FILE__ ":" __stringify(__LINE__) leaves "fs/open.c:1234". Only a number right behind the name of this
 * object's own source file counts.
 *
 * What is left are the numbers that printk("%d", __LINE__) and the like get: they look like any other.
 */
#include "diff/lines.h"

#include <ctype.h>
#include <string.h>

#include "arch/arch.h"

/* More instructions than this between a constant and its call are not followed. */
#define MAX_STEPS 32

/* The name of the function outside of this object that the call or jump at insn goes to, or NULL. */
static const char *find_callee(const struct side *side, uint32_t sec, const struct arch_insn *insn)
{
	const struct ref *ref;
	uint64_t field = insn->offset + insn->field_offset;

	if (!refs_in_range(side->refs, sec, field, field + 1, &ref) || !ref->is_branch || ref->target)
		return NULL;
	return elf_sym_is_undefined(&side->obj->syms[ref->sym]) ? side->obj->syms[ref->sym].name : NULL;
}

/* Does what the instruction at `at` loads only go to a call, as its caller's line number? */
static bool is_line_number(const struct side *side, uint32_t sec, uint64_t at, const struct arch_load *load)
{
	const struct elf_sec *text = &side->obj->secs[sec];
	const struct arch_ops *arch = side->obj->arch;
	struct arch_insn insn;

	if (!arch->decode(text->data, text->size, at, &insn))
		return false;
	for (unsigned int i = 0; i < MAX_STEPS; i++) {
		at += insn.length;
		if (!arch->decode(text->data, text->size, at, &insn))
			return false;
		if (insn.is_branch) {
			const char *callee = insn.is_call || insn.is_jump_always ? find_callee(side, sec, &insn) : NULL;

			return callee && line_argument_of_function(callee) == load->argument;
		}
		if (insn.is_jump_always || insn.is_call ||
		    arch->uses_argument(text->data, text->size, at, load->argument))
			return false;
	}
	return false;
}

/* The load whose constant has the byte at `at`; false if there is none. */
static bool find_load(const struct side *side, uint32_t sec, uint64_t at, struct line_cursor *cursor,
		      struct arch_load *load)
{
	const struct elf_sec *text = &side->obj->secs[sec];
	const struct arch_ops *arch = side->obj->arch;
	struct arch_insn insn;

	while (!cursor->lost) {
		cursor->lost = !arch->decode(text->data, text->size, cursor->at, &insn);
		if (cursor->lost || at < cursor->at + insn.length)
			break;
		cursor->at += insn.length;
	}
	return !cursor->lost && arch->decode_load(text->data, text->size, cursor->at, load) &&
	       at >= cursor->at + load->field_offset && at < cursor->at + load->field_offset + load->field_size;
}

uint64_t lines_skip_argument(const struct side *orig, uint32_t o_sec, uint64_t o_at, struct line_cursor *o_cursor,
			     const struct side *patched, uint32_t p_sec, uint64_t p_at, struct line_cursor *p_cursor)
{
	struct arch_load o_load, p_load;

	if (!find_load(orig, o_sec, o_at, o_cursor, &o_load) || !find_load(patched, p_sec, p_at, p_cursor, &p_load) ||
	    o_load.argument != p_load.argument || o_load.field_offset != p_load.field_offset ||
	    o_load.field_size != p_load.field_size || o_at - o_cursor->at != p_at - p_cursor->at ||
	    !is_line_number(orig, o_sec, o_cursor->at, &o_load) ||
	    !is_line_number(patched, p_sec, p_cursor->at, &p_load))
		return 0;
	return o_cursor->at + o_load.field_offset + o_load.field_size;
}

const char *lines_source_name(const struct elf_obj *obj)
{
	for (uint32_t i = 1; i < obj->nsyms; i++) {
		const char *name = obj->syms[i].name, *slash = strrchr(name, '/');

		if (obj->syms[i].type == STT_FILE && *name)
			return slash ? slash + 1 : name;
	}
	return NULL;
}

/* Does the text before p end in "name:", name being a whole file name? */
static bool is_behind_name(const char *name, const char *text, const char *p)
{
	size_t len = strlen(name);

	return (size_t)(p - text) > len && p[-1] == ':' && !memcmp(p - 1 - len, name, len) &&
	       (p - 1 - len == text || p[-2 - (ptrdiff_t)len] == '/' || p[-2 - (ptrdiff_t)len] == ' ');
}

bool lines_same_text(const char *name, const char *orig, const char *patched)
{
	const char *o = orig, *p = patched;

	for (;; o++, p++) {
		if (isdigit((unsigned char)*o) && isdigit((unsigned char)*p) && is_behind_name(name, orig, o)) {
			while (isdigit((unsigned char)*o))
				o++;
			while (isdigit((unsigned char)*p))
				p++;
		}
		if (*o != *p)
			return false;
		if (!*o)
			return true;
	}
}
