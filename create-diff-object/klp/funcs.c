// SPDX-License-Identifier: GPL-2.0-only
/* Records of patched functions: three pointers by relocation and a number, see kmod/patch/klp-records.h. */
#include "klp/funcs.h"

#include <elf.h>
#include <stddef.h>
#include <string.h>

#include "elf/build.h"
#include "kernel/livepatch.h"
#include "klp/plan.h"

static uint32_t section(struct elf_out *out, const char *name, uint64_t flags, uint64_t align)
{
	const struct elf_out_sec_attr attr = {.type = SHT_PROGBITS, .flags = SHF_ALLOC | flags, .align = align};
	uint32_t id = elf_out_find_section(out, name);

	return id ? id : elf_out_add_section(out, name, &attr);
}

void funcs_add(struct elf_out *out, uint32_t abs64, const char *object, const struct plan_function *function,
	       uint32_t new_func)
{
	/* Writable, for its pointers are relocated. */
	uint32_t table = section(out, KLP_FUNCS_SECTION, SHF_WRITE, _Alignof(struct klp_func_record));
	uint32_t strings = section(out, KLP_STRINGS_SECTION, 0, 1);
	const struct klp_func_record record = {.sympos = function->sympos};
	uint64_t at = elf_out_append(out, table, &record, sizeof(record), _Alignof(struct klp_func_record));
	uint64_t object_at = elf_out_append(out, strings, object, strlen(object) + 1, 1);
	uint64_t name_at = elf_out_append(out, strings, function->name, strlen(function->name) + 1, 1);
	uint32_t strings_sym = elf_out_section_symbol(out, strings);

	elf_out_add_rela(out, table, at + offsetof(struct klp_func_record, object), abs64, strings_sym,
			 (int64_t)object_at);
	elf_out_add_rela(out, table, at + offsetof(struct klp_func_record, name), abs64, strings_sym, (int64_t)name_at);
	elf_out_add_rela(out, table, at + offsetof(struct klp_func_record, new_func), abs64, new_func, 0);
}
