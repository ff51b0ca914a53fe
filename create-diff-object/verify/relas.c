// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reader of what only livepatch modules have: `.klp.rela.*` sections (one section of code can have several, next
 * to its ordinary one) and `.klp.sym.*` names. It follows what the kernel reads, klp_apply_section_relocs() and
 * klp_resolve_symbols() in kernel/livepatch/core.c, and is silent: form.c says what is wrong.
 */
#include <stdlib.h>
#include <string.h>

#include "arch/arch.h"
#include "util/arena.h"
#include "verify/checks.h"

static void read_relas(struct verify *v, const struct elf_sec *sec, struct klp_rela_sec *klp)
{
	uint64_t n = sec->size / sizeof(Elf64_Rela);

	klp->relas = arena_array(v->arena, struct elf_rela, n ? n : 1);
	for (uint64_t i = 0; i < n; i++) {
		struct elf_rela *rela = &klp->relas[klp->nrelas];

		*rela = elf_obj_rela(v->mod, sec, i);
		if (rela->sym < v->mod->nsyms && rela->offset < klp->target->size)
			klp->nrelas++;
	}
}

static void read_section(struct verify *v, const struct elf_sec *sec)
{
	const char *object = sec->name + strlen(KLP_RELA_PREFIX), *dot;
	struct klp_rela_sec *klp;

	if (sec->type != SHT_RELA || sec->size % sizeof(Elf64_Rela) || !sec->info || sec->info >= v->mod->nsecs)
		return;
	if (strncmp(sec->name, KLP_RELA_PREFIX, strlen(KLP_RELA_PREFIX)))
		return;
	dot = strchr(object, '.');
	if (!dot || dot == object)
		return;
	klp = vec_push(&v->klp_secs);
	klp->sec = sec;
	klp->object = arena_printf(v->arena, "%.*s", (int)(dot - object), object);
	klp->is_late = strcmp(klp->object, KLP_VMLINUX) != 0;
	klp->target_index = sec->info;
	klp->target = &v->mod->secs[sec->info];
	read_relas(v, sec, klp);
}

/* `.klp.sym.<object>.<symbol>,<sympos>` and nothing behind it. */
static bool parse_name(struct verify *v, const char *text, struct klp_sym_name *name)
{
	struct klp_sym_parts parts;
	char *end;

	if (!klp_sym_split(text, &parts) || *parts.sympos < '0' || *parts.sympos > '9')
		return false;
	name->sympos = strtoul(parts.sympos, &end, 10);
	if (*end)
		return false;
	name->object = arena_printf(v->arena, "%.*s", (int)parts.object_len, parts.object);
	name->symbol = arena_printf(v->arena, "%.*s", (int)parts.symbol_len, parts.symbol);
	name->is_vmlinux = !strcmp(name->object, KLP_VMLINUX);
	return true;
}

void verify_read_livepatch(struct verify *v)
{
	v->names = arena_array(v->arena, struct klp_sym_name, v->mod->nsyms);
	for (uint32_t i = 1; i < v->mod->nsyms; i++)
		parse_name(v, v->mod->syms[i].name, &v->names[i]);
	for (uint32_t i = 1; i < v->mod->nsecs; i++)
		if (klp_is_rela_section(v->mod->secs[i].name, v->mod->secs[i].flags))
			read_section(v, &v->mod->secs[i]);
}

bool verify_is_branch(const struct verify *v, const struct klp_rela_sec *sec, const struct elf_rela *rela)
{
	uint64_t at = 0;
	struct arch_insn insn;

	if (!elf_sec_is_text(sec->target) || !sec->target->data)
		return false;
	for (uint32_t i = 1; i < v->mod->nsyms; i++) {
		const struct elf_sym *sym = &v->mod->syms[i];

		if (sym->shndx == sec->target_index && elf_sym_is_function(sym) && sym->value <= rela->offset &&
		    sym->value > at)
			at = sym->value;
	}
	for (; at <= rela->offset; at += insn.length) {
		if (!v->mod->arch->decode(sec->target->data, sec->target->size, at, &insn))
			return false;
		if (at + insn.length > rela->offset)
			return insn.is_branch && at + insn.field_offset == rela->offset;
	}
	return false;
}
