// SPDX-License-Identifier: GPL-2.0-only
/*
 * Symbols from each kind of source come out alike, and sympos counts as the kernel counts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "elf/model.h"
#include "target/symtab.h"
#include "target/symvers.h"
#include "util/diag.h"

static struct symtab *read_text(const char *text)
{
	struct diag diag = {.out = stderr};
	struct symtab *tab;

	assert_int_equal(symtab_read_text("symbols", text, strlen(text), &tab, &diag), 0);
	return tab;
}

static void expect_bad_text(const char *text, const char *message)
{
	struct diag diag = {0};
	struct symtab *tab;
	char *messages;
	size_t size;

	diag.out = open_memstream(&messages, &size);
	assert_int_not_equal(symtab_read_text("symbols", text, strlen(text), &tab, &diag), 0);
	fclose(diag.out);
	if (!strstr(messages, message))
		fail_msg("message is: %s", messages);
	free(messages);
}

static const char kallsyms[] = "0000000000000000 A fixed_percpu_data\n"
			       "ffffffff81000000 T _text\n"
			       "ffffffff81000000 T _stext\n"
			       "ffffffff81000100 t t_show\n"
			       "ffffffff81000200 t t_show\n"
			       "ffffffff81000300 W weak_function\n"
			       "ffffffff82000000 d state.3\n"
			       "ffffffff82100000 ? __nosave_begin\n"
			       "ffffffffc0000000 t t_show\t[ext4]\n";

static void test_kallsyms(void **state)
{
	struct symtab *tab = read_text(kallsyms);
	uint32_t id = symtab_find(tab, "t_show"), at;

	(void)state;
	assert_false(tab->relocatable);
	assert_int_equal(tab->nsyms, 8);
	assert_int_equal(symtab_count(tab, "t_show"), 2);
	assert_int_equal(tab->syms[id].addr, 0xffffffff81000100);
	assert_int_equal(symtab_sympos(tab, id), 1);
	assert_int_equal(symtab_sympos(tab, tab->syms[id].next), 2);
	assert_int_equal(symtab_sympos(tab, symtab_find(tab, "_stext")), 0);
	assert_true(tab->syms[id].local);
	assert_int_equal(tab->syms[id].kind, SYMTAB_FUNC);
	assert_false(tab->syms[symtab_find(tab, "weak_function")].local);
	assert_false(tab->syms[symtab_find(tab, "weak_function")].any_bind);
	assert_true(tab->syms[symtab_find(tab, "fixed_percpu_data")].any_bind);
	assert_int_equal(tab->syms[symtab_find(tab, "state.3")].kind, SYMTAB_OBJECT);
	assert_int_equal(tab->syms[symtab_find(tab, "__nosave_begin")].kind, SYMTAB_NOTYPE);
	assert_true(tab->syms[symtab_find(tab, "__nosave_begin")].any_bind);
	/* Aliases follow each other. */
	at = symtab_find_addr(tab, 0, 0xffffffff81000000);
	assert_string_equal(tab->syms[tab->by_addr[at]].name, "_text");
	assert_string_equal(tab->syms[tab->by_addr[at + 1]].name, "_stext");
	assert_int_equal(symtab_find_addr(tab, 0, 0xffffffff81000001), SYMTAB_NONE);
	assert_int_equal(symtab_find_name_at(tab, "t_show", 0, 0xffffffff81000200), tab->syms[id].next);
	assert_int_equal(symtab_find(tab, "missing"), SYMTAB_NONE);
	symtab_free(tab);
}

static void test_bad_text(void **state)
{
	(void)state;
	expect_bad_text("", "no symbols");
	expect_bad_text("ffffffff81000000 T _text\nnonsense\n", "line 2");
	expect_bad_text("ffffffff81000000 T _text\nffffffff82000000 5 x\n", "line 2");
	expect_bad_text("0000000000000000 T _text\n0000000000000000 T foo\n", "kptr_restrict");
	expect_bad_text(
		"\nSymbol table '.symtab' contains 2 entries:\n     1: 00000000000000zz 0 FUNC LOCAL DEFAULT 1 f\n",
		"line 3");
}

/* The order of the file is not that of addresses, which counts for a linked kernel. */
static void test_readelf_of_vmlinux(void **state)
{
	struct symtab *tab =
		read_text("\nSymbol table '.symtab' contains 8 entries:\n"
			  "   Num:    Value          Size Type    Bind   Vis      Ndx Name\n"
			  "     0: 0000000000000000     0 NOTYPE  LOCAL  DEFAULT  UND \n"
			  "     1: ffffffff81000000     0 SECTION LOCAL  DEFAULT    1 .text\n"
			  "     2: 0000000000000000     0 FILE    LOCAL  DEFAULT  ABS b.c\n"
			  "     3: ffffffff81000200    16 FUNC    LOCAL  DEFAULT    1 t_show\n"
			  "     4: 0000000000000000     0 FILE    LOCAL  DEFAULT  ABS a.c\n"
			  "     5: ffffffff81000100 0x100 FUNC    LOCAL  DEFAULT    1 t_show\n"
			  "     6: ffffffff81000300     8 OBJECT  GLOBAL DEFAULT    2 shared\n"
			  "     7: ffffffff81000400     8 FUNC    WEAK   DEFAULT  [<localentry>: 8]     1 odd\n");
	uint32_t id = symtab_find(tab, "t_show"), next = tab->syms[id].next;

	(void)state;
	assert_false(tab->relocatable);
	assert_true(tab->has_files);
	assert_int_equal(tab->syms[id].size, 0x100);
	assert_string_equal(tab->syms[tab->syms[id].file].name, "a.c");
	assert_string_equal(tab->syms[tab->syms[next].file].name, "b.c");
	assert_int_equal(symtab_sympos(tab, next), 2);
	assert_int_equal(tab->syms[symtab_find(tab, "shared")].file, SYMTAB_NONE);
	assert_int_not_equal(symtab_find(tab, "odd"), SYMTAB_NONE);
	symtab_free(tab);
}

/* In a module the table's order counts, whatever the addresses are. */
static void test_readelf_of_module(void **state)
{
	struct symtab *tab =
		read_text("Symbol table '.symtab' contains 5 entries:\n"
			  "     1: 0000000000000040     9 FUNC    LOCAL  DEFAULT    3 twin\n"
			  "     2: 0000000000000010     9 FUNC    LOCAL  DEFAULT    1 twin\n"
			  "     3: 0000000000000000     0 NOTYPE  GLOBAL DEFAULT  UND twin_user\n"
			  "     4: 0000000000000000     0 NOTYPE  GLOBAL DEFAULT OS [0xff20] .klp.sym.vmlinux.foo,0\n");
	uint32_t id = symtab_find(tab, "twin");

	(void)state;
	assert_true(tab->relocatable);
	assert_int_equal(tab->syms[id].addr, 0x40);
	assert_int_equal(tab->syms[tab->syms[id].next].addr, 0x10);
	/* By place they are sorted, by section first. */
	assert_int_equal(symtab_find_addr(tab, 1, 0x10), 0);
	assert_int_equal(symtab_find_addr(tab, 3, 0x40), 1);
	assert_int_equal(symtab_find_addr(tab, 1, 0x40), SYMTAB_NONE);
	symtab_free(tab);
}

static void expect_module_counts(const struct symtab *tab)
{
	uint32_t id = symtab_find(tab, "twin");

	assert_true(tab->relocatable);
	/* .init.text does not count. */
	assert_int_equal(symtab_count(tab, "twin"), 2);
	assert_int_not_equal(tab->syms[id].addr, tab->syms[tab->syms[id].next].addr);
	assert_int_equal(symtab_sympos(tab, id), 1);
	/* While the module is loaded it does, but behind them. */
	assert_true(symtab_has_sympos(tab, id));
	assert_true(symtab_has_sympos(tab, tab->syms[id].next));
	/*
	 * This one has no other in .text, but one behind it in .init.text: 0 would be refused while the module is
	 * loaded.
	 */
	id = symtab_find(tab, "soon");
	assert_int_equal(symtab_sympos(tab, id), 1);
	assert_true(symtab_has_sympos(tab, id));
	/* The one in .init.text stands before it: 1 or 2, as the module's state is. */
	assert_false(symtab_has_sympos(tab, symtab_find(tab, "late")));
	/* Undefined symbols are there, but are no answer. */
	assert_int_equal(symtab_find(tab, "outside"), SYMTAB_NONE);
	assert_int_equal(symtab_find_uncounted(tab, "outside"), SYMTAB_NONE);
}

static void test_module(void **state)
{
	char dir[] = "/tmp/test_symtab.XXXXXX", command[1024], path[64];
	struct diag diag = {.out = stderr};
	struct symtab *tab;

	(void)state;
	assert_non_null(mkdtemp(dir));
	/* Three files have a local `twin`, the last one in .init.text. */
	snprintf(
		command, sizeof(command),
		"cd %s && printf '%%s\\n' "
		"'.file \"a.c\"' '.text' 'nop' '.type twin,@function' 'twin: call outside' "
		"'soon: nop' '.section .init.text,\"ax\"' '.type only_init,@function' 'only_init: nop' 'late: nop' > a.s && "
		"printf '%%s\\n' '.file \"b.c\"' '.text' '.type twin,@function' 'twin: nop' 'late: nop' '.section .init.text,\"ax\"' 'soon: nop' > b.s && "
		"printf '%%s\\n' '.file \"c.c\"' '.section .init.text,\"ax\"' '.type twin,@function' 'twin: nop' > "
		"c.s && "
		"for f in a b c; do as -o $f.o $f.s; done && "
		"ld -r -o mod.ko a.o b.o c.o && readelf -sW mod.ko > mod.txt && xz -k mod.ko",
		dir);
	assert_int_equal(system(command), 0);
	snprintf(path, sizeof(path), "%s/mod.ko", dir);
	assert_int_equal(symtab_read(path, &tab, &diag), 0);
	expect_module_counts(tab);
	assert_int_equal(symtab_find(tab, "only_init"), SYMTAB_NONE);
	assert_int_not_equal(symtab_find_uncounted(tab, "only_init"), SYMTAB_NONE);
	symtab_free(tab);
	snprintf(path, sizeof(path), "%s/mod.ko.xz", dir);
	assert_int_equal(symtab_read(path, &tab, &diag), 0);
	expect_module_counts(tab);
	symtab_free(tab);
	/* A listing has no section names, so .init.text can't be told apart there. */
	snprintf(path, sizeof(path), "%s/mod.txt", dir);
	assert_int_equal(symtab_read(path, &tab, &diag), 0);
	assert_true(tab->relocatable);
	assert_int_equal(symtab_count(tab, "twin"), 3);
	symtab_free(tab);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	assert_int_equal(system(command), 0);
}

static int read_symvers(const char *text, struct symvers **symvers, struct diag *diag)
{
	char path[] = "/tmp/test_symvers.XXXXXX";
	int fd = mkstemp(path), err;

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	err = symvers_read(path, symvers, diag);
	unlink(path);
	return err;
}

static void test_symvers(void **state)
{
	struct diag diag = {.out = stderr}, quiet = {0};
	const struct symvers_entry *entry;
	struct symvers *symvers;

	(void)state;
	assert_int_equal(read_symvers("0xf7370f56\tsystem_state\tvmlinux\tEXPORT_SYMBOL\t\n"
				      "0xbea5ff1e\tkey_get\tsound/core/snd-seq\tEXPORT_SYMBOL_GPL\tSND\n"
				      "0x00000001\told\tvmlinux\tEXPORT_SYMBOL\n",
				      &symvers, &diag),
			 0);
	assert_int_equal(symvers->nentries, 3);
	entry = symvers_find(symvers, "system_state");
	assert_non_null(entry);
	assert_int_equal(entry->crc, 0xf7370f56);
	assert_string_equal(entry->module, "vmlinux");
	assert_false(entry->gpl_only);
	entry = symvers_find(symvers, "key_get");
	assert_non_null(entry);
	assert_string_equal(entry->owner, "sound/core/snd-seq");
	assert_string_equal(entry->module, "snd_seq");
	assert_string_equal(entry->ns, "SND");
	assert_true(entry->gpl_only);
	assert_null(symvers_find(symvers, "key_put"));
	symvers_free(symvers);
	assert_int_equal(symvers_read("/dev/null", &symvers, &diag), 0);
	assert_int_equal(symvers->nentries, 0);
	symvers_free(symvers);
	assert_int_not_equal(read_symvers("0xf7370f56 system_state vmlinux EXPORT_SYMBOL\n", &symvers, &quiet), 0);
	assert_int_not_equal(read_symvers("nonsense\tname\tvmlinux\tEXPORT_SYMBOL\t\n", &symvers, &quiet), 0);
	assert_int_equal(quiet.errors, 2);
}

static bool is_wanted(const void *arg, const char *name)
{
	return !strcmp(name, arg);
}

static int read_wanted(const char *text, struct symtab **tab, struct symvers **symvers, struct diag *diag)
{
	char path[] = "/tmp/test-wanted-XXXXXX";
	FILE *file = fdopen(mkstemp(path), "w");
	int err;

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	err = tab ? symtab_read_wanted(path, is_wanted, "twin", tab, diag)
		  : symvers_read_wanted(path, is_wanted, "twin", symvers, diag);
	unlink(path);
	return err;
}

/* What stands between the borders is freed, wherever the table comes from. */
static void test_freed(void **state)
{
	static const char kallsyms[] =
		"ffffffff81000000 T twins\nffffffff83000000 D __init_begin\nffffffff83000000 T twin\n"
		"ffffffff83000fff t twin\nffffffff83001000 R __init_end\nffffffff83001000 T twin\n";
	struct diag diag = {.out = stderr};
	struct symtab *tab;
	uint32_t id;

	(void)state;
	assert_int_equal(read_wanted(kallsyms, &tab, NULL, &diag), 0);
	id = symtab_find(tab, "twin");
	assert_true(symtab_is_freed(tab, id));
	assert_true(symtab_is_freed(tab, tab->syms[id].next));
	assert_false(symtab_is_freed(tab, tab->syms[tab->syms[id].next].next));
	symtab_free(tab);
	tab = read_text(kallsyms);
	assert_false(symtab_is_freed(tab, symtab_find(tab, "twins")));
	assert_true(symtab_is_freed(tab, symtab_find(tab, "twin")));
	symtab_free(tab);
	tab = read_text("ffffffff81000000 T _text\nffffffff83000000 T twin\n");
	assert_false(symtab_is_freed(tab, symtab_find(tab, "twin")));
	symtab_free(tab);
	/* Per-CPU variables may have their place among it. */
	assert_int_equal(read_wanted("ffffffff83000000 B __init_begin\nffffffff83001000 T twin\n"
				     "ffffffff83002000 D __per_cpu_start\nffffffff83002000 d twin\n"
				     "ffffffff83003000 D __per_cpu_end\nffffffff83003000 d twin\n"
				     "ffffffff83004000 D __init_end\n",
				     &tab, NULL, &diag),
			 0);
	id = symtab_find(tab, "twin");
	assert_true(symtab_is_freed(tab, id));
	id = tab->syms[id].next;
	assert_false(symtab_is_freed(tab, id));
	assert_true(symtab_is_freed(tab, tab->syms[id].next));
	symtab_free(tab);
}

/*
 * Of a kernel's names only the wanted ones are kept; they count as they do among all, and what is wrong is told all the
 * same.
 */
static void test_wanted(void **state)
{
	struct diag diag = {.out = stderr}, quiet = {.out = fopen("/dev/null", "we")};
	struct symvers *symvers;
	struct symtab *tab;
	uint32_t id;

	(void)state;
	assert_int_equal(read_wanted("0000000000000000 A fixed\r\nffffffff81000010 t twin\nffffffff81000020 T twins\n"
				     "\nffffffff81000000 t twin\nffffffffc0000000 t twin\t[module]\n",
				     &tab, NULL, &diag),
			 0);
	assert_int_equal(tab->nsyms, 2);
	id = symtab_find(tab, "twin");
	assert_int_equal(tab->syms[id].addr, 0xffffffff81000000);
	assert_int_equal(symtab_sympos(tab, id), 1);
	assert_int_equal(symtab_sympos(tab, tab->syms[id].next), 2);
	assert_true(tab->syms[id].local);
	symtab_free(tab);
	assert_int_not_equal(read_wanted("0000000000000000 T twin\n0000000000000000 T other\n", &tab, NULL, &quiet), 0);
	assert_int_not_equal(read_wanted("ffffffff81000000 T other\nnonsense\n", &tab, NULL, &quiet), 0);
	assert_int_equal(read_wanted("0xf7370f56\tother\tvmlinux\tEXPORT_SYMBOL\t\n"
				     "0x12345678\ttwin\tvmlinux\tEXPORT_SYMBOL\t\n",
				     NULL, &symvers, &diag),
			 0);
	assert_int_equal(symvers->nentries, 1);
	assert_int_equal(symvers_find(symvers, "twin")->crc, 0x12345678);
	symvers_free(symvers);
	assert_int_not_equal(read_wanted("nonsense\tother\tvmlinux\tEXPORT_SYMBOL\t\n", NULL, &symvers, &quiet), 0);
	assert_int_equal(quiet.errors, 3);
	fclose(quiet.out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kallsyms),
		cmocka_unit_test(test_bad_text),
		cmocka_unit_test(test_readelf_of_vmlinux),
		cmocka_unit_test(test_module),
		cmocka_unit_test(test_readelf_of_module),
		cmocka_unit_test(test_symvers),
		cmocka_unit_test(test_freed),
		cmocka_unit_test(test_wanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
