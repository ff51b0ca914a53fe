// SPDX-License-Identifier: GPL-2.0-only
/* Records, whose pointers are relocations: see kmod/patch/klp-records.h. */
#include "klp/funcs.h"

#include <elf.h>
#include <stddef.h>
#include <string.h>

#include "arch/arch.h"
#include "elf/build.h"
#include "kernel/livepatch.h"
#include "klp/plan.h"

static uint32_t section(struct elf_out *out, const char *name, uint64_t flags, uint64_t align)
{
	const struct elf_out_sec_attr attr = {.type = SHT_PROGBITS, .flags = SHF_ALLOC | flags, .align = align};
	uint32_t id = elf_out_find_section(out, name);

	return id ? id : elf_out_add_section(out, name, &attr);
}

/* Appends a string, and points to it from `at` of the table. */
static void add_string(struct elf_out *out, const struct arch_ops *arch, uint32_t table, uint64_t at, const char *text)
{
	uint32_t strings = section(out, KLP_STRINGS_SECTION, 0, 1);
	uint64_t text_at = elf_out_append(out, strings, text, strlen(text) + 1, 1);

	elf_out_add_rela(out, table, at, arch->reloc_abs64, elf_out_section_symbol(out, strings), (int64_t)text_at);
}

static void put_number(struct elf_out *out, const struct arch_ops *arch, uint32_t table, uint64_t at, uint64_t number)
{
	uint8_t bytes[sizeof(number)];

	bytes_put64(bytes, number, arch->is_big_endian);
	elf_out_patch(out, table, at, bytes, sizeof(bytes));
}

void funcs_add(struct elf_out *out, const struct arch_ops *arch, const char *object,
	       const struct plan_function *function, uint32_t new_func)
{
	/* Writable, for its pointers are relocated. */
	uint32_t table = section(out, KLP_FUNCS_SECTION, SHF_WRITE, _Alignof(struct klp_func_record));
	uint64_t at =
		elf_out_append(out, table, NULL, sizeof(struct klp_func_record), _Alignof(struct klp_func_record));

	put_number(out, arch, table, at + offsetof(struct klp_func_record, sympos), function->sympos);
	add_string(out, arch, table, at + offsetof(struct klp_func_record, object), object);
	add_string(out, arch, table, at + offsetof(struct klp_func_record, name), function->name);
	elf_out_add_rela(out, table, at + offsetof(struct klp_func_record, new_func), arch->reloc_abs64, new_func, 0);
}

void funcs_add_callback(struct elf_out *out, const struct arch_ops *arch, const char *object,
			enum klp_callback_kind kind, uint32_t function)
{
	uint32_t table = section(out, KLP_CALLBACKS_SECTION, SHF_WRITE, _Alignof(struct klp_callback_record));
	uint64_t at = elf_out_append(out, table, NULL, sizeof(struct klp_callback_record),
				     _Alignof(struct klp_callback_record));

	put_number(out, arch, table, at + offsetof(struct klp_callback_record, kind), kind);
	add_string(out, arch, table, at + offsetof(struct klp_callback_record, object), object);
	elf_out_add_rela(out, table, at + offsetof(struct klp_callback_record, function), arch->reloc_abs64, function,
			 0);
}

void funcs_add_states(struct elf_out *out, const struct arch_ops *arch, uint32_t states)
{
	uint32_t table = section(out, KLP_STATES_SECTION, SHF_WRITE, _Alignof(struct klp_states_record));
	uint64_t at =
		elf_out_append(out, table, NULL, sizeof(struct klp_states_record), _Alignof(struct klp_states_record));

	elf_out_add_rela(out, table, at + offsetof(struct klp_states_record, states), arch->reloc_abs64, states, 0);
}
