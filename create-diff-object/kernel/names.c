// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of section names, and the parser of symbol names. Sources: include/asm-generic/vmlinux.lds.h of the
 * kernel for sections, GCC's clone_function_name() and ASM_FORMAT_PRIVATE_NAME for symbol suffixes.
 */
#include "kernel/names.h"

#include <ctype.h>
#include <elf.h>
#include <stdio.h>
#include <string.h>

#include "kernel/author.h"
#include "kernel/special.h"

enum match {
	EXACT,
	PREFIX,
	SUFFIX,
};

static const struct {
	const char *name;
	enum match match;
	enum sec_class class;
} section_names[] = {
	/* Order matters: the first row that matches decides. Special tables have rows of their own (arch/). */
	{".init.", PREFIX, SEC_INIT},
	{".exit.", PREFIX, SEC_INIT},
	{".meminit.", PREFIX, SEC_INIT},
	{".memexit.", PREFIX, SEC_INIT},
	{".head.text", EXACT, SEC_INIT},
	{".initcall", PREFIX, SEC_INIT},
	{".con_initcall", PREFIX, SEC_INIT},
	{".exitcall", PREFIX, SEC_INIT},
	/* Constructors of KASAN and KCSAN, for one object's data; `.text.startup` alone is a function of that name. */
	{".text.startup._sub_I_", PREFIX, SEC_IGNORED},
	{".text.exit._sub_D_", PREFIX, SEC_IGNORED},
	{".pci_fixup", PREFIX, SEC_TABLE},
	/* One structure each, sorted by the linker: the order of the scheduler's classes. */
	{"__stop_sched_class", EXACT, SEC_DATA},
	{"__dl_sched_class", EXACT, SEC_DATA},
	{"__rt_sched_class", EXACT, SEC_DATA},
	{"__fair_sched_class", EXACT, SEC_DATA},
	{"__ext_sched_class", EXACT, SEC_DATA},
	{"__idle_sched_class", EXACT, SEC_DATA},
	{".vdso", PREFIX, SEC_VDSO},
	{".altinstr_replacement", EXACT, SEC_SPECIAL_TEXT},
	{".altinstr_aux", EXACT, SEC_SPECIAL_TEXT},
	{".fixup", EXACT, SEC_SPECIAL_TEXT}, /* before 5.16: what runs after a fault */
	{".orc_unwind_ip", EXACT, SEC_SPECIAL},
	{".orc_header", EXACT, SEC_IGNORED}, /* which layout .orc_unwind has: modpost writes one for the module */
	{"__patchable_function_entries", EXACT, SEC_IGNORED}, /* ftrace on x86 uses __mcount_loc */
	{".printk_index", EXACT, SEC_IGNORED},                /* only lists formats in debugfs */
	{".static_call.text", EXACT, SEC_TEXT},
	{".text", PREFIX, SEC_TEXT},
	{".ref.text", EXACT, SEC_TEXT},
	{".noinstr.text", EXACT, SEC_TEXT},
	{".spinlock.text", EXACT, SEC_TEXT},
	{".sched.text", EXACT, SEC_TEXT},
	{".cpuidle.text", EXACT, SEC_TEXT},
	{".kprobes.text", EXACT, SEC_TEXT},
	{".entry.text", EXACT, SEC_TEXT},
	{".irqentry.text", EXACT, SEC_TEXT},
	{".softirqentry.text", EXACT, SEC_TEXT},
	{".data..init", PREFIX, SEC_INIT},
	{".data", PREFIX, SEC_DATA},
	{".bss", PREFIX, SEC_DATA},
	{".rodata", PREFIX, SEC_DATA},
	{".ref.data", EXACT, SEC_DATA},
	{".ref.rodata", EXACT, SEC_DATA},
	{".static_call_tramp_key", EXACT, SEC_DATA},
	{"__tracepoints_ptrs", EXACT, SEC_TABLE},
	{"__tracepoint", PREFIX, SEC_DATA},
	{"__dyndbg", PREFIX, SEC_DATA},
	{"__verbose", EXACT, SEC_DATA},
	{"__param", EXACT, SEC_INIT},
	{"__modver", EXACT, SEC_INIT},
	{"__syscalls_metadata", EXACT, SEC_TABLE},
	{"_ftrace_", PREFIX, SEC_TABLE},
	{"__ftrace_", PREFIX, SEC_TABLE},
	{"__bpf_raw_tp_map", EXACT, SEC_TABLE},
	{"_error_injection_whitelist", EXACT, SEC_TABLE},
	{"_kprobe_blacklist", EXACT, SEC_TABLE},
	{"__ksymtab", PREFIX, SEC_EXPORT},
	{"___ksymtab", PREFIX, SEC_EXPORT},
	{"__kcrctab", PREFIX, SEC_EXPORT},
	{"___kcrctab", PREFIX, SEC_EXPORT},
	{".export_symbol", EXACT, SEC_EXPORT},
	{".modinfo", EXACT, SEC_IGNORED},
	/* What the build of the kernel reads and then throws away, objtool above all: Linux 5.10 to 6.19. */
	{".discard", EXACT, SEC_IGNORED},
	{".discard.addressable", EXACT, SEC_IGNORED},
	{".discard.annotate_data", EXACT, SEC_IGNORED},
	{".discard.annotate_insn", EXACT, SEC_IGNORED},
	{".discard.func_stack_frame_non_standard", EXACT, SEC_IGNORED},
	{".discard.ibt_endbr_noseal", EXACT, SEC_IGNORED},
	{".discard.ignore_alts", EXACT, SEC_IGNORED},
	{".discard.instr_begin", EXACT, SEC_IGNORED},
	{".discard.instr_end", EXACT, SEC_IGNORED},
	{".discard.intra_function_call", PREFIX, SEC_IGNORED},
	{".discard.ksym", EXACT, SEC_IGNORED},
	{".discard.noendbr", EXACT, SEC_IGNORED},
	{".discard.nospec", EXACT, SEC_IGNORED},
	{".discard.reachable", EXACT, SEC_IGNORED},
	{".discard.retpoline_safe", EXACT, SEC_IGNORED},
	{".discard.text", EXACT, SEC_IGNORED},
	{".discard.unreachable", EXACT, SEC_IGNORED},
	{".discard.unwind_hints", EXACT, SEC_IGNORED},
	{".discard.validate_unret", EXACT, SEC_IGNORED},
	/* What the author of a patch asks for: kernel/author.c. */
	{KLP_AUTHOR_PREFIX, PREFIX, SEC_AUTHOR},
	{KLP_AUTHOR_POINTERS, EXACT, SEC_AUTHOR},
	/* By others of its kind, and by sections of their own, authors tell a tool what to do with the object. */
	{".discard", PREFIX, SEC_UNKNOWN},
	{".kpatch.", PREFIX, SEC_UNKNOWN},
	{".klp.", PREFIX, SEC_UNKNOWN},
	{".debug_", PREFIX, SEC_IGNORED},
	{".note", PREFIX, SEC_IGNORED},
	{".comment", EXACT, SEC_IGNORED},
	{".eh_frame", EXACT, SEC_IGNORED},
	{".sframe", EXACT, SEC_IGNORED},
	{".BTF_ids", EXACT, SEC_UNKNOWN}, /* sets of functions that BPF may call: no use to carry, no good to lose */
	{".BTF", PREFIX, SEC_IGNORED},
	/* What a machine has of its own for its start is called so: `.x86_cpu_dev.init`. */
	{".init", SUFFIX, SEC_INIT},
};

/* Sections that are read, sorted or freed before a relocation that waits for a module is applied; beside the special tables. */
static const struct {
	const char *name;
	enum match match;
	const char *why;
} read_early[] = {
	{".altinstr_replacement", EXACT, "apply_alternatives() has copied it when the module was loaded"},
	{".altinstr_aux", EXACT, "code that a _static_cpu_has() branch reaches"},
	{".static_call_tramp_key", EXACT, "static_call_add_module() has read it"},
	{".static_call.text", EXACT, "trampolines are rewritten by static_call_update()"},
	{".orc_unwind_ip", EXACT, "unwind_module_init() has sorted it: the entry is not where the relocation says"},
	{"__patchable_function_entries", EXACT, "ftrace_module_init() has read it when the module was loaded"},
	{"__tracepoints_ptrs", EXACT, "tracepoint_module_coming() has read it"},
	{"__tracepoints", EXACT, "tracepoint_module_coming() and whoever uses the tracepoint read it at any time"},
	{"_ftrace_events", EXACT, "trace_module_add_events() has read it"},
	{"_ftrace_eval_map", EXACT, "trace_module_add_evals() has read it"},
	{"__trace_printk_fmt", EXACT, "hold_module_trace_bprintk_format() has read it"},
	{"__bpf_raw_tp_map", EXACT, "BPF programs find the tracepoints of the module in it at any time"},
	{"_kprobe_blacklist", EXACT, "add_module_kprobe_blacklist() has read it"},
	{"_error_injection_whitelist", EXACT, "populate_error_injection_list() has read it"},
	{"___srcu_struct_ptrs", EXACT, "srcu_module_coming() has read it"},
	{".printk_index", EXACT, "printk's index of formats reads it at any time"},
	{"__dyndbg", PREFIX, "ddebug_add_module() has read it"},
	{".ctors", EXACT, "do_mod_ctors() has called what it lists"},
	{".kunit_", PREFIX, "kunit_module_init() has read it"},
	{"alloc_tags", EXACT, "codetag_load_module() has read it"},
	{".codetag.", PREFIX, "codetag_load_module() has read it"},
	{"__param", EXACT, "parse_args() has read it when the module was loaded"},
	{".gnu.linkonce.this_module", EXACT, "struct module is in use since the module was loaded"},
	{".BTF", PREFIX, "btf_module_notify() has read it"},
	{".modinfo", EXACT, "it is read when the module is loaded"},
	{"__versions", EXACT, "it is read when the module is loaded"},
	{"__kcrctab", PREFIX, "exports are used by other modules as soon as the module is loaded"},
	{"__ksymtab", PREFIX, "exports are used by other modules as soon as the module is loaded"},
	{".klp.", PREFIX, "the module's own init function has handed it to the kernel"},
	{".init", PREFIX, "do_init_module() has freed it"},
	{".data..percpu", PREFIX, "percpu_modcopy() has copied it when the module was loaded"},
};

static bool starts_with(const char *s, const char *prefix)
{
	return !strncmp(s, prefix, strlen(prefix));
}

static bool is_match(const char *name, const char *row, enum match match)
{
	size_t length = strlen(name), row_length = strlen(row);

	if (match == SUFFIX)
		return length >= row_length && !strcmp(name + length - row_length, row);
	return match == EXACT ? !strcmp(name, row) : starts_with(name, row);
}

enum sec_class section_class(const char *name, const struct special_row *row, uint32_t type, uint64_t flags)
{
	if (type != SHT_PROGBITS && type != SHT_NOBITS && type != SHT_NOTE)
		return SEC_IGNORED;
	if (row)
		return row->left_out ? SEC_IGNORED : SEC_SPECIAL;
	for (size_t i = 0; i < sizeof(section_names) / sizeof(section_names[0]); i++) {
		if (!is_match(name, section_names[i].name, section_names[i].match))
			continue;
		/* `.rodata.foo.str1.1` and `.rodata.cst16` are pools whatever function they belong to. Without bytes there is none. */
		if (section_names[i].class == SEC_DATA && (flags & SHF_MERGE) && type != SHT_NOBITS)
			return flags & SHF_STRINGS ? SEC_STRINGS : SEC_CONST;
		return section_names[i].class;
	}
	return flags & SHF_ALLOC ? SEC_UNKNOWN : SEC_IGNORED;
}

const char *section_read_early(const char *name, const struct special_row *row)
{
	if (row)
		return row->early;
	for (size_t i = 0; i < sizeof(read_early) / sizeof(read_early[0]); i++)
		if (is_match(name, read_early[i].name, read_early[i].match))
			return read_early[i].why;
	return NULL;
}

bool is_constant_section(const char *name, uint64_t flags)
{
	/* `.rodata..c_jump_table`: what two dots set apart has rules of its own. */
	return (!strcmp(name, ".rodata") || (starts_with(name, ".rodata.") && !starts_with(name, ".rodata.."))) &&
	       (flags & (SHF_ALLOC | SHF_WRITE | SHF_EXECINSTR | SHF_MERGE)) == SHF_ALLOC;
}

bool is_exit_section(const char *name)
{
	return starts_with(name, ".exit") || starts_with(name, ".memexit");
}

bool is_function_section(const char *name)
{
	return starts_with(name, ".text.");
}

bool is_type_section(const char *name)
{
	static const char *const names[] = {".BTF", ".BTF.base", ".BTF.ext"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

bool is_ordinary_text(const char *name)
{
	return starts_with(name, ".text");
}

bool is_unwind_section(const char *name)
{
	return starts_with(name, ORC_SECTION);
}

bool export_crc_section(const char *name, char *crcs, size_t size)
{
	static const char table[] = "__ksymtab";

	if (!starts_with(name, table) || !strcmp(name, "__ksymtab_strings"))
		return false;
	snprintf(crcs, size, "__kcrctab%s", name + strlen(table));
	return true;
}

bool is_gpl_export_section(const char *name)
{
	return strstr(name, "_gpl") != NULL;
}

bool is_runtime_constant_section(const char *name)
{
	return starts_with(name, "runtime_ptr_") || starts_with(name, "runtime_shift_");
}

bool is_percpu_section(const char *name)
{
	return starts_with(name, PERCPU_SECTION) || starts_with(name, ".bss..percpu");
}

/* What a section's name says besides that it has data: what follows the two dots. "" if it says nothing. */
static const char *promise_of(const char *name)
{
	/* These only tell where variables shall be, and by how much they are aligned, which is compared. */
	static const char *const places[] = {
		"read_mostly", "cacheline_aligned", "page_aligned", "shared_aligned", "first",
	};
	const char *dots = strstr(name, ".."), *word = dots ? dots + 2 : "";

	if (is_percpu_section(name)) {
		dots = strstr(word, "..");
		word = dots ? dots + 2 : "";
	}
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (!strcmp(word, places[i]))
			return "";
	return word;
}

bool has_same_promise(const char *a, const char *b)
{
	return !strcmp(promise_of(a), promise_of(b));
}

bool is_compiler_section(const char *name)
{
	return starts_with(name, ".data..L");
}

bool is_once_section(const char *name, const char *symbol)
{
	/* Those with one dot are those of WARN_ONCE() up to 5.9, and of some drivers since. */
	if (!strcmp(name, ".data..once") || !strcmp(name, ".data..do_once") || !strcmp(name, ".data..unlikely"))
		return true;
	return (!strcmp(name, ".data.once") || !strcmp(name, ".data.unlikely")) &&
	       strcmp(name + strlen(".data."), symbol) != 0;
}

bool is_descriptor_section(const char *name)
{
	/* Before 5.10 `__verbose`. */
	return !strcmp(name, "__dyndbg") || !strcmp(name, "__verbose");
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

struct sym_name sym_name_parse(const char *name)
{
	static const char *const clones[] = {".isra", ".part", ".constprop", ".lto_priv"};
	struct sym_name result = {.full = name};
	size_t len = strlen(name);

	for (bool more = true; more;) {
		size_t bare = without_number(name, len);

		more = false;
		if (ends_with(name, bare, ".cold")) {
			result.is_cold = true;
			len = bare - strlen(".cold");
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
	return result;
}

size_t cold_parent_length(const char *name)
{
	const char *cold = name + strlen(name);

	for (const char *next = name; (next = strstr(next, ".cold")); next++)
		cold = next;
	return (size_t)(cold - name);
}

/*
 * Skips the digits of a ".123" that p stands in, so that only what the source decides is left to compare; in a name of
 * __UNIQUE_ID() those of __COUNTER__ too ("__UNIQUE_ID_ddebug409.2").
 */
static const char *skip_number(const char *start, const char *p)
{
	if (p > start && (p[-1] == '.' || starts_with(start, "__UNIQUE_ID_")))
		while (isdigit((unsigned char)*p))
			p++;
	return p;
}

bool sym_name_same_base(const char *a, const char *b)
{
	const char *start_a = a, *start_b = b;

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
	return !strcmp(section, ".BTF_ids") && btf_id_length(name);
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
	static const char prefix[] = "__crc_";

	return starts_with(symbol, prefix) ? symbol + strlen(prefix) : NULL;
}

bool is_hidden_by_kallsyms(const char *name)
{
	static const char *const names[] = {
		"kallsyms_addresses",   "kallsyms_offsets",     "kallsyms_relative_base",
		"kallsyms_num_syms",    "kallsyms_names",       "kallsyms_markers",
		"kallsyms_token_table", "kallsyms_token_index", "kallsyms_seqs_of_names",
	};
	static const char *const prefixes[] = {".L", "$", "__crc_", "__kstrtab_", "__kstrtabns_", "__kcfi_typeid_"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(name, names[i]))
			return true;
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (starts_with(name, prefixes[i]))
			return true;
	return !strcmp(name, "L0");
}

size_t source_name_length(const char *name)
{
	size_t length = strcspn(name, ".");

	return length ? length : strlen(name);
}

bool is_prefix_symbol(const char *name)
{
	return starts_with(name, "__pfx_") || starts_with(name, "__cfi_");
}

/*
 * Names that stand before ".<number>": static locals that macros make, and GCC's own constants. A person may use them, too: what is
 * constant, or is a flag of a macro, is so by its section; what is a structure, by its type (lockdep_init_map() and its users,
 * include/linux/lockdep.h; printk_ratelimited(), include/linux/printk.h).
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
	{"_entry", CONSTANT, NULL},
	{"_entry_ptr", CONSTANT, NULL},
	{"__already_done", ONCE, NULL},
	{"__warned", ONCE, NULL},
	{"__key", STRUCTURE, "lock_class_key"},
	{"_rs", STRUCTURE, "ratelimit_state"},
};

static bool is_numbered(const char *name, const char *base)
{
	size_t bare = without_number(name, strlen(name));

	return strlen(base) == bare && !memcmp(name, base, bare) && name[bare];
}

static const struct anonymous_name *find_anonymous_name(const char *name)
{
	for (size_t i = 0; i < sizeof(anonymous_names) / sizeof(anonymous_names[0]); i++)
		if (is_numbered(name, anonymous_names[i].name))
			return &anonymous_names[i];
	return NULL;
}

bool is_anonymous_by_type(const char *name)
{
	const struct anonymous_name *row = find_anonymous_name(name);

	return row && row->is == STRUCTURE;
}

bool is_anonymous_datum(const char *name, const char *section, const char *type)
{
	const struct anonymous_name *row = find_anonymous_name(name);

	/*
	 * Not here, although macros make them: `___done` and `___once_key` of DO_ONCE(). A copy would run once more what ran
	 * once already: inet_ehashfn() would get a new secret, and no established socket would be found any more.
	 */
	if (starts_with(name, "__UNIQUE_ID_"))
		return true;
	/* `descriptor` is a name that people use; pr_debug() of old kernels puts its own into a section. */
	if (is_numbered(name, "descriptor"))
		return starts_with(section, "__dyndbg") || starts_with(section, "__verbose");
	/* NL_SET_ERR_MSG(): a text, and nobody asks for its address. */
	if (is_numbered(name, "__msg"))
		return starts_with(section, ".rodata");
	/* A writable compound literal at file scope is an object that others point to. */
	if (starts_with(name, "__compound_literal"))
		return starts_with(section, ".rodata");
	if (!row)
		return false;
	switch (row->is) {
	case CONSTANT:
		return starts_with(section, ".rodata");
	case ONCE:
		return is_once_section(section, name);
	default:
		return !type || !strcmp(type, row->type);
	}
}

enum data_kind section_data_kind(const char *name, uint64_t flags)
{
	if (is_percpu_section(name))
		return DATA_PERCPU;
	if (starts_with(name, ".data..ro_after_init"))
		return DATA_RO_AFTER_INIT;
	/* Written by relocation only: the tables of labels of a kernel that objtool reads (`.data.rel.ro.c_jump_table`). */
	if (starts_with(name, ".data.rel.ro"))
		return DATA_CONST;
	return flags & SHF_WRITE ? DATA_WRITABLE : DATA_CONST;
}

bool is_counted_name(const char *name)
{
	return starts_with(name, "__UNIQUE_ID_");
}
