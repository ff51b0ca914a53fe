// SPDX-License-Identifier: GPL-2.0-only
/*
 * What names of symbols mean, and the parser of names that a compiler made. Sources: GCC's clone_function_name() and
 * ASM_FORMAT_PRIVATE_NAME for suffixes.
 */
#include "kernel/names.h"

#include <ctype.h>
#include <string.h>

#include "kernel/sections.h"
#include "util/arena.h"

/* Unlikely code of a function (GCC, -freorder-blocks-and-partition). */
#define COLD_SUFFIX   ".cold"
/* include/linux/compiler.h, __UNIQUE_ID() */
#define UNIQUE_PREFIX "__UNIQUE_ID_"
/* clang's compound literals at file scope; the first one has no number behind it. */
#define CLANG_LITERAL ".compoundliteral"
/* The check sum of an export (include/linux/export-internal.h). */
#define CRC_PREFIX    "__crc_"

static bool starts_with(const char *s, const char *prefix)
{
	return !strncmp(s, prefix, strlen(prefix));
}

bool is_code_switch(const char *type)
{
	/* include/linux/jump_label.h, static_call_types.h, tracepoint-defs.h */
	static const char *const types[] = {
		"static_key", "static_key_true", "static_key_false", "static_key_mod", "static_call_key", "tracepoint",
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (!strcmp(type, types[i]))
			return true;
	return false;
}

bool is_mode_type(const char *name)
{
	return !strcmp(name, "umode_t") || !strcmp(name, "mode_t");
}

/* The length of name without a last ".123", or its whole length. */
static size_t without_number(const char *name, size_t len)
{
	size_t i = len;

	while (i > 0 && isdigit((unsigned char)name[i - 1]))
		i--;
	return i > 1 && i < len && name[i - 1] == '.' ? i - 1 : len;
}

static bool ends_with(const char *name, size_t len, const char *suffix)
{
	size_t n = strlen(suffix);

	return len > n && !memcmp(name + len - n, suffix, n);
}

static const char *const clones[] = {".isra", ".part", ".constprop", ".lto_priv", ".llvm", ".specialized"};

/* What clang makes of a whole function, and calls by it: `__func__.f`, `switch.table.f` */
static bool is_made_for_function(const char *name)
{
	return starts_with(name, "__func__.") || starts_with(name, "__FUNCTION__.") ||
	       starts_with(name, "__PRETTY_FUNCTION__.") || starts_with(name, "switch.table.");
}

const char *variable_name(const char *name)
{
	const char *dot = strchr(name, '.');

	if (!dot || dot == name || !dot[1] || isdigit((unsigned char)dot[1]) || starts_with(dot, COLD_SUFFIX) ||
	    is_made_for_function(name))
		return name;
	for (size_t i = 0; i < sizeof(clones) / sizeof(clones[0]); i++)
		if (starts_with(dot, clones[i]))
			return name;
	return dot + 1;
}

struct sym_name sym_name_parse(const char *name)
{
	struct sym_name result = {.full = name, .has_owner = variable_name(name) != name};
	size_t len = strlen(name);

	for (bool more = true; more;) {
		size_t bare = without_number(name, len);

		more = false;
		if (ends_with(name, bare, COLD_SUFFIX)) {
			result.is_cold = true;
			len = bare - strlen(COLD_SUFFIX);
			more = true;
			continue;
		}
		if (bare < len)
			result.has_number = true;
		for (size_t i = 0; i < sizeof(clones) / sizeof(clones[0]); i++) {
			if (!ends_with(name, bare, clones[i]))
				continue;
			len = bare - strlen(clones[i]);
			more = true;
			break;
		}
		if (!more)
			len = bare;
	}
	result.base_len = len;
	result.has_number |= !strcmp(name, CLANG_LITERAL);
	return result;
}

size_t cold_parent_length(const char *name)
{
	const char *cold = name + strlen(name);

	for (const char *next = name; (next = strstr(next, COLD_SUFFIX)); next++)
		cold = next;
	return (size_t)(cold - name);
}

/*
 * Skips the digits of a ".123" that p stands in, so that only what the source decides is left to compare; in a name of
 * __UNIQUE_ID() those of __COUNTER__ too ("__UNIQUE_ID_ddebug409.2").
 */
static const char *skip_number(const char *start, const char *p)
{
	if (p > start && (p[-1] == '.' || starts_with(start, UNIQUE_PREFIX)))
		while (isdigit((unsigned char)*p))
			p++;
	return p;
}

bool sym_name_same_base(const char *a, const char *b)
{
	const char *start_a = variable_name(a), *start_b = variable_name(b);

	/* The first of its name in a function has no number: `f.count`, `f.count.1` */
	if (start_a != a && start_b != b) {
		size_t n = without_number(a, strlen(a)), m = without_number(b, strlen(b));

		if (n == m && !memcmp(a, b, n))
			return true;
	}
	if (starts_with(a, CLANG_LITERAL) && starts_with(b, CLANG_LITERAL))
		return true;
	for (;; a++, b++) {
		a = skip_number(start_a, a);
		b = skip_number(start_b, b);
		if (*a != *b)
			return false;
		if (!*a)
			return true;
	}
}

/* The length of a BTF id's name without its numbers, 0: it is none. */
static size_t btf_id_length(const char *name)
{
	size_t len = strlen(name), i = len;

	if (!starts_with(name, "__BTF_ID__"))
		return 0;
	while (i > 0 && isdigit((unsigned char)name[i - 1]))
		i--;
	return i < len && ends_with(name, i, "__") ? i : 0;
}

bool is_btf_id(const char *name, const char *section)
{
	return kernel_section_is(section, SECTION_HAS_BTF_IDS) && btf_id_length(name);
}

bool is_same_btf_id(const char *a, const char *b)
{
	size_t len = btf_id_length(a);

	return len && len == btf_id_length(b) && !memcmp(a, b, len);
}

const char *exported_name(const char *symbol)
{
	static const char *const prefixes[] = {"__ksymtab_", "__export_symbol_"};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (starts_with(symbol, prefixes[i]))
			return symbol + strlen(prefixes[i]);
	return NULL;
}

const char *exported_crc_name(const char *symbol)
{
	static const char prefix[] = CRC_PREFIX;

	return starts_with(symbol, prefix) ? symbol + strlen(prefix) : NULL;
}

bool is_hidden_by_kallsyms(const char *name)
{
	static const char *const names[] = {
		"kallsyms_addresses",   "kallsyms_offsets",     "kallsyms_relative_base",
		"kallsyms_num_syms",    "kallsyms_names",       "kallsyms_markers",
		"kallsyms_token_table", "kallsyms_token_index", "kallsyms_seqs_of_names",
	};
	static const char *const prefixes[] = {".L", "$", CRC_PREFIX, "__kstrtab_", "__kstrtabns_", "__kcfi_typeid_"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(name, names[i]))
			return true;
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (starts_with(name, prefixes[i]))
			return true;
	return !strcmp(name, "L0");
}

const char *source_name(const char *name, size_t *length)
{
	name = variable_name(name);
	*length = strcspn(name, ".");
	if (!*length)
		*length = strlen(name);
	return name;
}

const char *source_name_copy(struct arena *arena, const char *name)
{
	size_t length;

	name = source_name(name, &length);
	return arena_printf(arena, "%.*s", (int)length, name);
}

bool is_text_symbol(const char *name)
{
	const char *number = starts_with(name, ".str") ? name + strlen(".str") : NULL;

	return number && (!*number || (*number == '.' && !number[1 + strspn(number + 1, "0123456789")]));
}

bool is_prefix_symbol(const char *name)
{
	return starts_with(name, "__pfx_") || is_type_hash_symbol(name);
}

bool is_type_hash_symbol(const char *name)
{
	return starts_with(name, "__cfi_");
}

/*
 * Names that stand before ".<number>": static locals that macros make, and GCC's own constants. A person may use them,
 * too: what is constant, or is a flag of a macro, is so by its section; what is a structure, by its type
 * (lockdep_init_map() and its users, include/linux/lockdep.h; printk_ratelimited(), include/linux/printk.h).
 */
static const struct anonymous_name {
	const char *name;
	enum { CONSTANT, ONCE, STRUCTURE } is;
	const char *type;
} anonymous_names[] = {
	{"__func__", CONSTANT, NULL},
	{"__FUNCTION__", CONSTANT, NULL},
	{"__PRETTY_FUNCTION__", CONSTANT, NULL},
	{"CSWTCH", CONSTANT, NULL},
	{"switch.table", CONSTANT, NULL},
	{"_entry", CONSTANT, NULL},
	{"_entry_ptr", CONSTANT, NULL},
	{"__already_done", ONCE, NULL},
	{"__warned", ONCE, NULL},
	{"__key", STRUCTURE, "lock_class_key"},
	{"_rs", STRUCTURE, "ratelimit_state"},
};

/* Is it the compiler's name of a static local that is called base? */
static bool is_local(const char *name, const char *base)
{
	const char *variable = variable_name(name);
	size_t bare = without_number(variable, strlen(variable));

	return strlen(base) == bare && !memcmp(variable, base, bare) && (variable[bare] || variable != name);
}

/* clang's tables for a switch, and its names of a function: `switch.table.f`, `__func__.f` */
static bool is_of_function(const char *name, const char *base)
{
	return is_made_for_function(name) && starts_with(name, base) && name[strlen(base)] == '.';
}

static const struct anonymous_name *find_anonymous_name(const char *name)
{
	for (size_t i = 0; i < sizeof(anonymous_names) / sizeof(anonymous_names[0]); i++)
		if (is_local(name, anonymous_names[i].name) || is_of_function(name, anonymous_names[i].name))
			return &anonymous_names[i];
	return NULL;
}

bool is_counted_name(const char *name)
{
	return starts_with(variable_name(name), UNIQUE_PREFIX);
}

static const char *const counter_prefixes[] = {
	UNIQUE_PREFIX, "__compiletime_assert_", /* include/linux/compiler_types.h, compiletime_assert() */
};

bool counter_is_word(const char *word)
{
	for (size_t i = 0; i < sizeof(counter_prefixes) / sizeof(*counter_prefixes); i++)
		if (starts_with(word, counter_prefixes[i]))
			return isdigit((unsigned char)word[strlen(word) - 1]);
	return false;
}

static size_t without_digits(const char *word)
{
	size_t length = strlen(word);

	while (length && isdigit((unsigned char)word[length - 1]))
		length--;
	return length;
}

bool counter_is_same_word(const char *a, const char *b)
{
	size_t length = without_digits(a);

	return counter_is_word(a) && counter_is_word(b) && without_digits(b) == length && !strncmp(a, b, length);
}

bool is_anonymous_by_type(const char *name)
{
	const struct anonymous_name *row = find_anonymous_name(name);

	return row && row->is == STRUCTURE;
}

bool is_tag_counter(const char *name, const char *section)
{
	return is_local(name, "_alloc_tag_cntr") && is_percpu_section(section);
}

bool is_anonymous_variable(const char *name, const char *section, const char *type)
{
	const struct anonymous_name *row = find_anonymous_name(name);

	/*
	 * Not here, although macros make them: `___done` and `___once_key` of DO_ONCE(). A copy would run once more
	 * what ran once already: inet_ehashfn() would get a new secret, and no established socket would be found any
	 * more.
	 */
	if (is_counted_name(name))
		return true;
	/* `descriptor` is a name that people use; pr_debug() of old kernels puts its own into a section. */
	if (is_local(name, "descriptor") || is_local(name, "_alloc_tag"))
		return is_descriptor_section(section);
	if (is_tag_counter(name, section))
		return true;
	/* NL_SET_ERR_MSG(): a text, and nobody asks for its address. */
	if (is_local(name, "__msg"))
		return kernel_section_is(section, SECTION_IS_RODATA);
	/* A writable compound literal at file scope is an object that others point to. */
	if (starts_with(name, "__compound_literal") || starts_with(name, CLANG_LITERAL))
		return kernel_section_is(section, SECTION_IS_RODATA);
	if (!row)
		return false;
	switch (row->is) {
	case CONSTANT:
		return kernel_section_is(section, SECTION_IS_RODATA);
	case ONCE:
		return is_once_section(section, name);
	default:
		return !type || !strcmp(type, row->type);
	}
}

size_t promoted_name_length(const char *name)
{
	const char *mark = strstr(name, ".llvm.");

	return mark && mark[6] && strspn(mark + 6, "0123456789") == strlen(mark + 6) ? (size_t)(mark - name) : 0;
}
