// SPDX-License-Identifier: GPL-2.0-only
/*
 * create-klp-module: what moves, what stays as it was, what is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "elf/model.h"
#include "klp/finish.h"
#include "livepatch-fixture.h"
#include "util/diag.h"

static struct elf_obj *read_file(const struct fixture *fixture, const char *name)
{
	struct diag diag = {.out = stderr};
	struct elf_obj *obj;

	assert_int_equal(elf_obj_read(fixture_path(fixture, name), &obj, &diag), 0);
	return obj;
}

/* Finishes one file into another; the result must be freed. */
static struct klp_finished finish(const struct fixture *fixture, const char *in_name, const char *out_name)
{
	struct diag diag = {.out = stderr};
	struct elf_obj *in = read_file(fixture, in_name);
	struct klp_finished result;

	assert_int_equal(klp_finish(in, &result, &diag), 0);
	assert_int_equal(klp_finished_write(&result, fixture_path(fixture, out_name), &diag), 0);
	elf_obj_free(in);
	return result;
}

/* Assembles a source text. */
static void assemble_text(const struct fixture *fixture, const char *object, const char *text)
{
	FILE *file = fopen(fixture_path(fixture, "text.S"), "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	fixture_run(fixture, "cc -c -o %s text.S", object);
}

struct expected_entry {
	const char *section;
	const char *target;
	uint32_t n;         /* entries */
	const char *symbol; /* of the first entry */
	uint64_t offset;    /* of the first entry */
	int64_t addend;
};

static void check_entries(const struct elf_obj *out, const struct expected_entry *expected)
{
	const struct elf_sec *sec = elf_obj_find_section(out, expected->section);
	Elf64_Rela rela;

	assert_non_null(sec);
	assert_int_equal(sec->type, SHT_RELA);
	assert_int_equal(sec->flags, SHF_ALLOC | SHF_INFO_LINK | SHF_RELA_LIVEPATCH);
	assert_int_equal(sec->link, out->symtab);
	assert_int_equal(sec->entsize, sizeof(rela));
	assert_int_equal(sec->align, 8);
	assert_string_equal(out->secs[sec->info].name, expected->target);
	assert_int_equal(sec->size, expected->n * sizeof(rela));
	memcpy(&rela, sec->data, sizeof(rela));
	assert_int_equal(rela.r_offset, expected->offset);
	assert_int_equal(rela.r_addend, expected->addend);
	assert_string_equal(out->syms[ELF64_R_SYM(rela.r_info)].name, expected->symbol);
	assert_int_equal(out->syms[ELF64_R_SYM(rela.r_info)].shndx, ELF_SHN_LIVEPATCH);
	assert_int_equal(out->syms[ELF64_R_SYM(rela.r_info)].bind, STB_GLOBAL);
}

static void test_sections(void **state)
{
	static const struct expected_entry expected[] = {
		{".klp.rela.vmlinux..text.patched_fn", ".text.patched_fn", 5, ".klp.sym.vmlinux.hidden_fn,0", 6, -4},
		{".klp.rela.mod_a..text.fn_a", ".text.fn_a", 2, ".klp.sym.mod_a.fn_a,0", 1, -4},
		{".klp.rela.vmlinux..text.fn_a", ".text.fn_a", 1, ".klp.sym.vmlinux.hidden_fn,0", 11, -4},
		{".klp.rela.vmlinux.__jump_table", "__jump_table", 1, ".klp.sym.vmlinux.hidden_var,0", 8, 0},
		{".klp.rela.vmlinux..data", ".data", 1, ".klp.sym.vmlinux.hidden_var,0", 8, 8},
		{".klp.rela.mod_b..data", ".data", 1, ".klp.sym.mod_b.fn_b,0", 16, 0},
	};
	struct elf_obj *out = read_file(*state, "good.ko");
	uint32_t found = 0;

	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
		check_entries(out, &expected[i]);
	for (uint32_t i = 1; i < out->nsecs; i++)
		found += !strncmp(out->secs[i].name, ".klp.rela.", 10);
	assert_int_equal(found, sizeof(expected) / sizeof(expected[0]));
	elf_obj_free(out);
}

static void test_counts(void **state)
{
	struct klp_finished result = finish(*state, "linked.ko", "again.ko");

	assert_int_equal(result.relocations, 11);
	assert_int_equal(result.symbols, 7);
	assert_int_equal(result.rela_sections, 6);
	assert_int_equal(result.removed, 2); /* .BTF and .rela.BTF */
	klp_finished_free(&result);
}

static void test_symbols(void **state)
{
	struct elf_obj *in = read_file(*state, "linked.ko"), *out = read_file(*state, "good.ko");
	uint32_t last = 0, locals = 0;

	/* All that was there is there, in the same order, with the same properties. */
	for (uint32_t i = 1; i < in->nsyms; i++) {
		const struct elf_sym *sym = &in->syms[i];
		uint32_t j = elf_obj_find_symbol(out, sym->name);

		if (!*sym->name || elf_sym_is_section(sym) || !strncmp(sym->name, ".klp.sym.", 9))
			continue;
		assert_true(j > last);
		last = j;
		assert_int_equal(out->syms[j].value, sym->value);
		assert_int_equal(out->syms[j].size, sym->size);
		assert_int_equal(out->syms[j].type, sym->type);
		assert_int_equal(out->syms[j].bind, sym->bind);
		if (elf_sym_has_section(sym))
			assert_string_equal(out->secs[out->syms[j].shndx].name, in->secs[sym->shndx].name);
	}
	while (locals < out->nsyms && elf_sym_is_local(&out->syms[locals]))
		locals++;
	assert_int_equal(out->secs[out->symtab].info, locals);
	for (uint32_t i = locals; i < out->nsyms; i++)
		assert_false(elf_sym_is_local(&out->syms[i]));
	/* One symbol for both spellings, none for a name that nothing refers to. */
	assert_int_not_equal(elf_obj_find_symbol(out, ".klp.sym.mod_b.fn_b,0"), 0);
	assert_int_equal(elf_obj_find_symbol(out, ".klp.sym.mod_b.fn_b,0,mod_a"), 0);
	assert_int_equal(elf_obj_find_symbol(out, ".klp.sym.vmlinux.never_used,0"), 0);
	elf_obj_free(in);
	elf_obj_free(out);
}

static void test_rest_is_unchanged(void **state)
{
	struct elf_obj *in = read_file(*state, "linked.ko"), *out = read_file(*state, "good.ko");
	uint32_t j = 1;

	for (uint32_t i = 1; i < in->nsecs; i++) {
		const struct elf_sec *a = &in->secs[i], *b = &out->secs[j];

		if (!strcmp(a->name, ".BTF") || !strcmp(a->name, ".rela.BTF") || a->type == SHT_SYMTAB ||
		    a->type == SHT_STRTAB)
			continue;
		j++;
		assert_string_equal(a->name, b->name);
		assert_int_equal(a->type, b->type);
		assert_int_equal(a->flags, b->flags);
		assert_int_equal(a->align, b->align);
		assert_int_equal(a->addr, b->addr);
		assert_int_equal(a->entsize, b->entsize);
		if (a->type == SHT_RELA)
			continue;
		assert_int_equal(a->size, b->size);
		assert_int_equal(a->info, b->info);
		if (a->data)
			assert_memory_equal(a->data, b->data, a->size);
	}
	elf_obj_free(in);
	elf_obj_free(out);
}

static void test_ordinary_relas_stay(void **state)
{
	struct elf_obj *in = read_file(*state, "linked.ko"), *out = read_file(*state, "good.ko");

	for (uint32_t i = 1; i < in->nsecs; i++) {
		const struct elf_sec *a = &in->secs[i], *b = elf_obj_find_section(out, a->name);
		uint32_t k = 0;

		if (!strcmp(a->name, ".BTF"))
			continue;
		for (uint32_t j = 0; j < a->nrelas; j++) {
			const struct elf_sym *sym = &in->syms[a->relas[j].sym];

			if (!strncmp(sym->name, ".klp.sym.", 9))
				continue;
			assert_true(k < b->nrelas);
			assert_string_equal(out->syms[b->relas[k].sym].name, sym->name);
			assert_int_equal(b->relas[k].offset, a->relas[j].offset);
			assert_int_equal(b->relas[k].type, a->relas[j].type);
			assert_int_equal(b->relas[k].addend, a->relas[j].addend);
			k++;
		}
		assert_int_equal(k, b ? b->nrelas : 0);
	}
	elf_obj_free(in);
	elf_obj_free(out);
}

static void test_idempotent_and_deterministic(void **state)
{
	struct klp_finished first = finish(*state, "linked.ko", "first.ko"),
			    second = finish(*state, "linked.ko", "second.ko");
	struct klp_finished again = finish(*state, "first.ko", "again.ko");

	fixture_run(*state, "cmp first.ko second.ko && cmp first.ko again.ko");
	assert_non_null(first.out);
	assert_null(again.out);
	assert_int_equal(again.relocations, 0);
	klp_finished_free(&first);
	klp_finished_free(&second);
	klp_finished_free(&again);
}

/* A module with nothing to move is copied, whatever it is. */
static void test_plain_object(void **state)
{
	struct klp_finished result = finish(*state, "modules/mod_b.ko", "copy.ko");

	fixture_run(*state, "cmp modules/mod_b.ko copy.ko");
	klp_finished_free(&result);
}

static void test_emptied_section_is_dropped(void **state)
{
	struct klp_finished result;
	struct elf_obj *out;

	assemble_text(*state, "one.ko", ".weak \".klp.sym.vmlinux.f,0\"\n.text\ncall \".klp.sym.vmlinux.f,0\"\n");
	result = finish(*state, "one.ko", "one-out.ko");
	out = read_file(*state, "one-out.ko");
	assert_null(elf_obj_find_section(out, ".rela.text"));
	assert_non_null(elf_obj_find_section(out, ".klp.rela.vmlinux..text"));
	assert_int_equal(result.removed, 1);
	klp_finished_free(&result);
	elf_obj_free(out);
}

/* The livepatch symbols of a finished object that is linked again serve the new references too. */
static void test_finished_symbol_is_shared(void **state)
{
	struct klp_finished result;
	struct elf_edit edit;
	struct elf_obj *out;

	assemble_text(
		*state, "two.ko",
		".weak \".klp.sym.vmlinux.f,0\"\n.weak \".klp.sym.vmlinux.g,0\"\n.text\ncall \".klp.sym.vmlinux.f,0\"\n"
		".data\n.quad \".klp.sym.vmlinux.g,0\"\n");
	edit = elf_edit_read(fixture_path(*state, "two.ko"));
	elf_edit_symbol(&edit, ".klp.sym.vmlinux.g,0")->st_shndx = SHN_LIVEPATCH;
	elf_edit_section(&edit, ".rela.data")->sh_flags |= SHF_RELA_LIVEPATCH;
	elf_edit_rename_section(&edit, ".rela.data", ".klp.rela.vmlinux..data");
	elf_edit_write(&edit, fixture_path(*state, "two.ko"));
	elf_edit_free(&edit);
	result = finish(*state, "two.ko", "two-out.ko");
	out = read_file(*state, "two-out.ko");
	check_entries(out,
		      &(struct expected_entry){".klp.rela.vmlinux..text", ".text", 1, ".klp.sym.vmlinux.f,0", 1, -4});
	/* The section that was there keeps its entry, which follows its symbol. */
	assert_int_equal(elf_obj_find_section(out, ".klp.rela.vmlinux..data")->size, sizeof(Elf64_Rela));
	klp_finished_free(&result);
	elf_obj_free(out);
}

/* The kernel can't load such a module, but the tool must not write a wrong file. */
static void test_many_sections_and_symbols(void **state)
{
	struct diag diag = {0};
	struct klp_finished result;
	struct elf_obj *in, *out;
	const struct elf_sec *sec;
	uint32_t last;

	assemble_text(*state, "many.ko",
		      ".section .BTF\n.long 0\n"
		      ".weak \".klp.sym.vmlinux.f,0\"\n"
		      ".macro one\n.section .text.s\\@,\"ax\"\nlocal\\@: nop\n.endm\n"
		      ".rept 66000\none\n.endr\n"
		      ".section .text.last,\"ax\"\n.globl last\nlast: call \".klp.sym.vmlinux.f,0\"\n");
	in = read_file(*state, "many.ko");
	assert_int_equal(klp_finish(in, &result, &diag), 0);
	assert_int_equal(diag.warnings, 1);
	assert_int_equal(klp_finished_write(&result, fixture_path(*state, "many-out.ko"), &diag), 0);
	out = read_file(*state, "many-out.ko");
	assert_int_equal(out->nsecs, in->nsecs - 1); /* .BTF and .rela.text.last go, .klp.rela.* comes */
	sec = elf_obj_find_section(out, ".klp.rela.vmlinux..text.last");
	assert_non_null(sec);
	assert_string_equal(out->secs[sec->info].name, ".text.last");
	last = elf_obj_find_symbol(out, "last");
	assert_int_not_equal(last, 0);
	assert_string_equal(out->secs[out->syms[last].shndx].name, ".text.last");
	assert_true(last > 65535);
	klp_finished_free(&result);
	elf_obj_free(in);
	elf_obj_free(out);
}

/* ---- refusals ---- */

static void expect_refused(const struct fixture *fixture, const char *object)
{
	struct elf_obj *in = read_file(fixture, object);
	struct klp_finished result;
	struct diag diag = {0};

	assert_int_not_equal(klp_finish(in, &result, &diag), 0);
	assert_int_equal(diag.refusals + diag.errors, 1);
	assert_null(result.out);
	elf_obj_free(in);
}

#define X50 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

static void test_bad_names(void **state)
{
	static const char *const names[] = {
		".klp.sym.vmlinux",
		".klp.sym.vmlinux.f",
		".klp.sym..f,0",
		".klp.sym.vmlinux.,0",
		".klp.sym.vmlinux.f,",
		".klp.sym.vmlinux.f,x",
		".klp.sym.vmlinux.f,1x",
		".klp.sym.vmlinux.f,-1",
		".klp.sym.vmlinux.f,9999999999",
		".klp.sym.mod_a.f,0,",
		".klp.sym.mod_a.f,0,mod.b",
		".klp.sym.mod_a.f,0,mod_b,mod_c",
		".klp.sym.mod_a.f,0," X50 "xxxxxx",
		".klp.sym." X50 "xxxxxx.f,0",
		".klp.sym.mod_a." X50 X50 X50 X50 X50 X50 X50 X50 X50 X50 "xxxxxxxxxxxx,0",
		/* L2: it would be refused by the kernel. */
		".klp.sym.vmlinux.f,0,mod_a",
	};
	char text[2048];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(text, sizeof(text), ".weak \"%s\"\n.text\ncall \"%s\"\n", names[i], names[i]);
		assemble_text(*state, "bad.ko", text);
		expect_refused(*state, "bad.ko");
	}
}

static void expect_unreadable(const struct fixture *fixture, uint64_t size, const char *message)
{
	struct elf_edit edit = elf_edit_read(fixture_path(fixture, "linked.ko"));
	const char *path = fixture_path(fixture, "entries.ko");
	struct elf_obj *obj;
	struct diag diag = {0};
	char *text = NULL;
	size_t len;

	elf_edit_section(&edit, ".rela.text.fn_a")->sh_size = size;
	elf_edit_write(&edit, path);
	elf_edit_free(&edit);
	diag.out = open_memstream(&text, &len);
	assert_int_not_equal(elf_obj_read(path, &obj, &diag), 0);
	fclose(diag.out);
	assert_non_null(strstr(text, message));
	free(text);
}

static void test_size_of_entries(void **state)
{
	expect_unreadable(*state, sizeof(Elf64_Rela) + 1, "size is not a multiple of the entry size");
	expect_unreadable(*state, sizeof(Elf64_Rela) << 20, "the section reaches past the end of the file");
}

static void test_longest_names(void **state)
{
	struct klp_finished result;

	assemble_text(*state, "long.ko",
		      ".weak \".klp.sym." X50 "xxxxx." X50 X50 X50 X50 X50 X50 X50 X50 X50 X50 "xxxxxxxxxxx,0\"\n"
		      ".text\ncall \".klp.sym." X50 "xxxxx." X50 X50 X50 X50 X50 X50 X50 X50 X50 X50
		      "xxxxxxxxxxx,0\"\n");
	result = finish(*state, "long.ko", "long-out.ko");
	assert_int_equal(result.relocations, 1);
	klp_finished_free(&result);
}

static void test_all_bad_names_are_reported(void **state)
{
	struct klp_finished result;
	struct diag diag = {0};
	struct elf_obj *in;

	assemble_text(*state, "bad.ko",
		      ".weak \".klp.sym.a.f\"\n.weak \".klp.sym.a.g\"\n.text\ncall \".klp.sym.a.f\"\ncall "
		      "\".klp.sym.a.g\"\n");
	in = read_file(*state, "bad.ko");
	assert_int_not_equal(klp_finish(in, &result, &diag), 0);
	assert_int_equal(diag.refusals, 2);
	elf_obj_free(in);
}

static void test_defined_symbol(void **state)
{
	assemble_text(*state, "bad.ko", ".text\n.globl \".klp.sym.a.f,0\"\n\".klp.sym.a.f,0\": ret\n");
	expect_refused(*state, "bad.ko");
}

static void test_section_that_is_not_loaded(void **state)
{
	assemble_text(*state, "bad.ko", ".weak \".klp.sym.a.f,0\"\n.section .debug_x\n.quad \".klp.sym.a.f,0\"\n");
	expect_refused(*state, "bad.ko");
}

static void test_section_exists(void **state)
{
	assemble_text(
		*state, "bad.ko",
		".weak \".klp.sym.a.f,0\"\n.text\ncall \".klp.sym.a.f,0\"\n.section .klp.rela.a..text\n.long 0\n");
	expect_refused(*state, "bad.ko");
}

static void test_two_sections_of_one_name(void **state)
{
	struct elf_edit edit;

	assemble_text(*state, "bad.ko",
		      ".weak \".klp.sym.a.f,0\"\n.section .d1,\"aw\"\n.quad \".klp.sym.a.f,0\"\n"
		      ".section .d2,\"aw\"\n.quad \".klp.sym.a.f,0\"\n");
	edit = elf_edit_read(fixture_path(*state, "bad.ko"));
	elf_edit_rename_section(&edit, ".d2", ".d1");
	elf_edit_write(&edit, fixture_path(*state, "bad.ko"));
	elf_edit_free(&edit);
	expect_refused(*state, "bad.ko");
}

static void test_reference_to_dropped_section(void **state)
{
	assemble_text(*state, "bad.ko", ".data\n.quad btf\n.section .BTF\nbtf: .long 0\n");
	expect_refused(*state, "bad.ko");
}

static void test_section_group(void **state)
{
	assemble_text(
		*state, "bad.ko",
		".weak \".klp.sym.a.f,0\"\n.section .text.g,\"axG\",@progbits,g,comdat\ncall \".klp.sym.a.f,0\"\n");
	expect_refused(*state, "bad.ko");
}

/* ---- broken files ---- */

/* A section that counts symbols (`.llvm_addrsig`): their numbers change. */
static void link_to_symbols(struct elf_edit *edit)
{
	const Elf64_Shdr *sections = (const Elf64_Shdr *)(edit->bytes + elf_edit_header(edit)->e_shoff);

	elf_edit_section(edit, ".text")->sh_link = (uint32_t)(elf_edit_section(edit, ".symtab") - sections);
}

static void link_to_nowhere(struct elf_edit *edit)
{
	elf_edit_section(edit, ".text")->sh_link = 0xfff0;
}

static void link_to_dropped_section(struct elf_edit *edit)
{
	const Elf64_Shdr *sections = (const Elf64_Shdr *)(edit->bytes + elf_edit_header(edit)->e_shoff);

	elf_edit_section(edit, ".text")->sh_link = (uint32_t)(elf_edit_section(edit, ".BTF") - sections);
}

static void huge_alignment(struct elf_edit *edit)
{
	elf_edit_section(edit, ".text")->sh_addralign = 1ull << 40;
}

static void odd_alignment(struct elf_edit *edit)
{
	elf_edit_section(edit, ".text")->sh_addralign = 3;
}

/* Turns an ordinary section into a livepatch section, as if the module were half finished. */
static void make_livepatch_section(struct elf_edit *edit, uint64_t flags)
{
	elf_edit_section(edit, ".rela__ex_table")->sh_flags |= flags;
	elf_edit_rename_section(edit, ".rela__ex_table", ".klp.rela.vmlinux.__ex_table");
}

static void livepatch_section_without_flag(struct elf_edit *edit)
{
	make_livepatch_section(edit, 0);
}

static void livepatch_section_of_nothing(struct elf_edit *edit)
{
	make_livepatch_section(edit, SHF_RELA_LIVEPATCH);
	elf_edit_section(edit, ".klp.rela.vmlinux.__ex_table")->sh_info = 0xfff0;
}

static void livepatch_entry_without_symbol(struct elf_edit *edit)
{
	make_livepatch_section(edit, SHF_RELA_LIVEPATCH);
	((Elf64_Rela *)elf_edit_data(edit, ".klp.rela.vmlinux.__ex_table"))->r_info =
		ELF64_R_INFO(9999ull, R_X86_64_64);
}

static void test_broken_files(void **state)
{
	static void (*const breaks[])(struct elf_edit * edit) = {
		link_to_symbols,
		link_to_nowhere,
		link_to_dropped_section,
		livepatch_section_without_flag,
		livepatch_section_of_nothing,
		livepatch_entry_without_symbol,
		huge_alignment,
		odd_alignment,
	};

	for (size_t i = 0; i < sizeof(breaks) / sizeof(breaks[0]); i++) {
		struct elf_edit edit = elf_edit_read(fixture_path(*state, "linked.ko"));

		breaks[i](&edit);
		elf_edit_write(&edit, fixture_path(*state, "bad.ko"));
		elf_edit_free(&edit);
		expect_refused(*state, "bad.ko");
	}
}

static void test_signed_module(void **state)
{
	fixture_run(*state, "cp linked.ko bad.ko && printf '~Module signature appended~\\n' >> bad.ko");
	expect_refused(*state, "bad.ko");
}

static void test_linked_image(void **state)
{
	expect_refused(*state, "vmlinux");
}

static void test_no_partial_output(void **state)
{
	struct klp_finished result = finish(*state, "linked.ko", "out.ko");
	struct diag diag = {0};

	assert_int_not_equal(klp_finished_write(&result, fixture_path(*state, "no/such/dir.ko"), &diag), 0);
	fixture_run(*state, "mkdir in-the-way");
	assert_int_not_equal(klp_finished_write(&result, fixture_path(*state, "in-the-way"), &diag), 0);
	assert_int_equal(diag.errors, 2);
	fixture_run(*state, "test -z \"$(ls | grep in-the-way.)\"");
	klp_finished_free(&result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sections),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_symbols),
		cmocka_unit_test(test_rest_is_unchanged),
		cmocka_unit_test(test_ordinary_relas_stay),
		cmocka_unit_test(test_idempotent_and_deterministic),
		cmocka_unit_test(test_plain_object),
		cmocka_unit_test(test_emptied_section_is_dropped),
		cmocka_unit_test(test_finished_symbol_is_shared),
		cmocka_unit_test(test_many_sections_and_symbols),
		cmocka_unit_test(test_bad_names),
		cmocka_unit_test(test_longest_names),
		cmocka_unit_test(test_size_of_entries),
		cmocka_unit_test(test_all_bad_names_are_reported),
		cmocka_unit_test(test_defined_symbol),
		cmocka_unit_test(test_section_that_is_not_loaded),
		cmocka_unit_test(test_section_exists),
		cmocka_unit_test(test_two_sections_of_one_name),
		cmocka_unit_test(test_reference_to_dropped_section),
		cmocka_unit_test(test_section_group),
		cmocka_unit_test(test_broken_files),
		cmocka_unit_test(test_signed_module),
		cmocka_unit_test(test_linked_image),
		cmocka_unit_test(test_no_partial_output),
	};

	return cmocka_run_group_tests_name("finish", tests, fixture_setup, fixture_teardown);
}
