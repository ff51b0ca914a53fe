/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The last step of making a livepatch module: relocations that refer to undefined `.klp.sym.*` symbols move
 * from the ordinary relocation sections, where modpost and `ld -r` leave them alone, to `.klp.rela.*` sections.
 */
#ifndef KLP_KLP_FINISH_H
#define KLP_KLP_FINISH_H

#include <stdint.h>

struct diag;
struct elf_obj;
struct elf_out;

struct klp_finished {
	const struct elf_obj *in; /* not owned */
	struct elf_out *out;      /* owned; NULL: nothing was to be done */
	uint32_t symbols;         /* livepatch symbols that were made */
	uint32_t relocations;     /* relocations that were moved */
	uint32_t rela_sections;   /* livepatch relocation sections that were made */
	uint32_t removed;         /* sections that are not in the output: emptied ones and BTF */
};

/*
 * Turns a linked module into its final form, in memory. Where nothing is to be done (the module is finished
 * already) the result is the input, byte for byte. Returns 0, or -errno after reporting; each name that can't
 * be represented is one refusal. in must outlive the result, which klp_finished_free() frees.
 */
int klp_finish(const struct elf_obj *in, struct klp_finished *result, struct diag *diag)
	__attribute__((warn_unused_result));
/* Writes the result to a temporary file beside path and renames it. */
int klp_finished_write(const struct klp_finished *result, const char *path, struct diag *diag)
	__attribute__((warn_unused_result));
void klp_finished_free(struct klp_finished *result);

#endif
