// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of sections, and the questions that are answered from it. Sources: include/asm-generic/vmlinux.lds.h for
 * the sections; for those that are read early, what kernel/module/main.c calls while it loads a module, and the
 * notifiers of modules.
 */
#include "kernel/sections.h"

#include <elf.h>
#include <stdio.h>
#include <string.h>

#include "kernel/author.h"
#include "kernel/module.h"
#include "kernel/special.h"

#define CLANG_LITERAL_WORD "compoundliteral"
#define EXPORT_TABLE       "__ksymtab"
#define EXPORT_CRC_TABLE   "__kcrctab"

static const char sorted_by_unwinder[] =
	"unwind_module_init() has sorted it: the entry is not where the relocation says";
static const char used_as_export[] = "exports are used by other modules as soon as the module is loaded";
static const char read_by_loader[] = "it is read when the module is loaded";
static const char read_by_ddebug[] = "ddebug_add_module() has read it";
static const char read_by_codetag[] = "codetag_load_module() has read it";
static const char read_by_btf[] = "btf_module_notify() has read it";
static const char handed_over[] = "the module's own init function has handed it to the kernel";

/* ROW(name, match, class, [.traits = ...,] [.early = ...]) */
#define ROW(n, m, c, ...)                                                                                              \
	{                                                                                                              \
		.name = (n), .match = (m), .class = (c), ##__VA_ARGS__                                                 \
	}

const struct section_row kernel_sections[] = {
	/*
	 * What exists while the object starts or leaves. The loader frees what begins with .init:
	 * module_section_is_init().
	 */
	ROW(".init.", PREFIX, SEC_INIT),
	ROW(".exit.", PREFIX, SEC_INIT, .traits = SECTION_IS_EXIT),
	ROW(".meminit.", PREFIX, SEC_INIT),
	ROW(".memexit.", PREFIX, SEC_INIT, .traits = SECTION_IS_EXIT),
	ROW(".head.text", EXACT, SEC_INIT),
	ROW(".initcall", PREFIX, SEC_INIT),
	ROW(".con_initcall", PREFIX, SEC_INIT),
	ROW(".exitcall", PREFIX, SEC_INIT, .traits = SECTION_IS_EXIT),
	ROW(".data..init", PREFIX, SEC_INIT),
	ROW(".data..init_task", EXACT, SEC_DATA), /* the stack of the first task, up to 4.16 */
	ROW("__param", EXACT, SEC_INIT, .early = "parse_args() has read it when the module was loaded"),
	ROW("__modver", EXACT, SEC_INIT),
	/* What a machine has of its own for its start is called so: `.x86_cpu_dev.init`. */
	ROW(".init", SUFFIX, SEC_INIT),
	ROW(".ctors", EXACT, SEC_UNKNOWN, .early = "do_mod_ctors() has called what it lists"),

	/* Code */
	ROW(".text", PREFIX, SEC_TEXT, .traits = SECTION_IS_ORDINARY_TEXT),
	ROW(FUNCTION_SECTION_PREFIX, PREFIX, SEC_TEXT, .traits = SECTION_IS_ORDINARY_TEXT | SECTION_IS_OF_FUNCTION),
	/* Constructors of KASAN and KCSAN, for one object's data; `.text.startup` alone is a function of that name. */
	ROW(".text.startup._sub_I_", PREFIX, SEC_IGNORED, .traits = SECTION_IS_ORDINARY_TEXT | SECTION_IS_OF_FUNCTION),
	ROW(".text.asan.module_", PREFIX, SEC_IGNORED, .traits = SECTION_IS_ORDINARY_TEXT | SECTION_IS_OF_FUNCTION),
	ROW(".text.exit._sub_D_", PREFIX, SEC_IGNORED, .traits = SECTION_IS_ORDINARY_TEXT | SECTION_IS_OF_FUNCTION),
	ROW(".ref.text", EXACT, SEC_TEXT, .traits = SECTION_IS_CHOSEN_TEXT),
	ROW(".noinstr.text", EXACT, SEC_TEXT),
	ROW(".spinlock.text", EXACT, SEC_TEXT, .traits = SECTION_IS_CHOSEN_TEXT),
	ROW(".sched.text", EXACT, SEC_TEXT, .traits = SECTION_IS_CHOSEN_TEXT),
	ROW(".cpuidle.text", EXACT, SEC_TEXT),
	ROW(".kprobes.text", EXACT, SEC_TEXT, .traits = SECTION_IS_CHOSEN_TEXT),
	ROW(".entry.text", EXACT, SEC_TEXT),
	ROW(".irqentry.text", EXACT, SEC_TEXT, .traits = SECTION_IS_CHOSEN_TEXT),
	ROW(".softirqentry.text", EXACT, SEC_TEXT, .traits = SECTION_IS_CHOSEN_TEXT),
	ROW(".static_call.text", EXACT, SEC_TEXT, .early = "trampolines are rewritten by static_call_update()"),
	ROW(".vdso", PREFIX, SEC_VDSO),
	ROW(".altinstr_replacement", EXACT, SEC_SPECIAL_TEXT,
	    .early = "apply_alternatives() has copied it when the module was loaded"),
	ROW(".altinstr_aux", EXACT, SEC_SPECIAL_TEXT, .early = "code that a _static_cpu_has() branch reaches"),
	ROW(".fixup", EXACT, SEC_SPECIAL_TEXT),          /* before 5.16: what runs after a fault */
	ROW(".text..refcount", EXACT, SEC_SPECIAL_TEXT), /* 4.13 to 4.20: what runs after refcount_inc() overflows */

	/*
	 * Data. After two dots stands what variables have in common, however -fdata-sections calls the sections of
	 * others.
	 */
	ROW(".data", PREFIX, SEC_DATA),
	ROW(".data.once", EXACT, SEC_DATA,
	    .traits = SECTION_MAY_BE_ONCE), /* of WARN_ONCE() up to 5.9, and of some drivers since */
	ROW(".data.unlikely", EXACT, SEC_DATA, .traits = SECTION_MAY_BE_ONCE),
	ROW(".data..once", EXACT, SEC_DATA, .traits = SECTION_IS_ONCE),
	ROW(".data..do_once", EXACT, SEC_DATA, .traits = SECTION_IS_ONCE),
	ROW(".data..unlikely", EXACT, SEC_DATA, .traits = SECTION_IS_ONCE),
	ROW(".data..L", PREFIX, SEC_DATA, .traits = SECTION_IS_OF_COMPILER),
	ROW(".data..Lubsan_data", PREFIX, SEC_DATA, .traits = SECTION_IS_OF_COMPILER | SECTION_IS_OF_SANITIZER),
	/* clang gives what it reports of an operation no name. All else that has none is constant. */
	ROW(".data..L__unnamed_", PREFIX, SEC_DATA, .traits = SECTION_IS_OF_COMPILER | SECTION_IS_OF_SANITIZER),
	/* What the constructors of KASAN register; no other code reaches it. */
	ROW(".data..LASAN0", EXACT, SEC_DATA, .traits = SECTION_IS_OF_COMPILER | SECTION_HAS_ZONES),
	ROW(".data.__unnamed_", PREFIX, SEC_IGNORED, .traits = SECTION_IS_OF_COMPILER),
	ROW(".data..ro_after_init", PREFIX, SEC_DATA, .traits = SECTION_IS_RO_AFTER_INIT),
	ROW(PERCPU_SECTION, PREFIX, SEC_DATA, .traits = SECTION_IS_PERCPU,
	    .early = "percpu_modcopy() has copied it when the module was loaded"),
	/* With the tables of labels of a kernel that objtool reads (`.data.rel.ro.c_jump_table`). */
	ROW(".data.rel.ro", PREFIX, SEC_DATA, .traits = SECTION_IS_WRITTEN_BY_RELOCATIONS),
	ROW(".bss", PREFIX, SEC_DATA),
	ROW(".bss..percpu", PREFIX, SEC_DATA, .traits = SECTION_IS_PERCPU),
	ROW(".rodata", EXACT, SEC_DATA, .traits = SECTION_IS_RODATA | SECTION_IS_CONSTANT),
	ROW(".rodata1", EXACT, SEC_DATA, .traits = SECTION_IS_RODATA),
	ROW(".rodata.", PREFIX, SEC_DATA, .traits = SECTION_IS_RODATA | SECTION_IS_CONSTANT),
	/* `.rodata..c_jump_table`: what two dots set apart has rules of its own. */
	ROW(".rodata..", PREFIX, SEC_DATA, .traits = SECTION_IS_RODATA),
	ROW(".ref.data", EXACT, SEC_DATA),
	ROW(".ref.rodata", EXACT, SEC_DATA),
	ROW(".static_call_tramp_key", EXACT, SEC_DATA, .early = "static_call_add_module() has read it"),
	/* One structure each, sorted by the linker: the order of the scheduler's classes. */
	ROW("__stop_sched_class", EXACT, SEC_DATA),
	ROW("__dl_sched_class", EXACT, SEC_DATA),
	ROW("__rt_sched_class", EXACT, SEC_DATA),
	ROW("__fair_sched_class", EXACT, SEC_DATA),
	ROW("__ext_sched_class", EXACT, SEC_DATA),
	ROW("__idle_sched_class", EXACT, SEC_DATA),

	/* Tracing and messages */
	ROW("__tracepoints", EXACT, SEC_DATA,
	    .early = "tracepoint_module_coming() and whoever uses the tracepoint read it at any time"),
	ROW("__tracepoints_strings", EXACT, SEC_DATA),
	ROW("__tracepoint_str", EXACT, SEC_DATA),
	ROW("__tracepoints_ptrs", EXACT, SEC_TABLE, .early = "tracepoint_module_coming() has read it"),
	ROW("_ftrace_", PREFIX, SEC_TABLE),
	ROW("_ftrace_events", EXACT, SEC_TABLE, .early = "trace_module_add_events() has read it"),
	ROW("_ftrace_eval_map", EXACT, SEC_TABLE, .early = "trace_module_add_evals() has read it"),
	ROW("__ftrace_", PREFIX, SEC_TABLE),
	ROW("__trace_printk_fmt", EXACT, SEC_UNKNOWN, .early = "hold_module_trace_bprintk_format() has read it"),
	ROW("__bpf_raw_tp_map", EXACT, SEC_TABLE,
	    .early = "BPF programs find the tracepoints of the module in it at any time"),
	ROW("__syscalls_metadata", EXACT, SEC_TABLE),
	ROW("__dyndbg", EXACT, SEC_DATA, .traits = SECTION_HAS_DESCRIPTORS, .early = read_by_ddebug),
	ROW("__dyndbg_", PREFIX, SEC_DATA, .early = read_by_ddebug),          /* classes of descriptors, since 6.1 */
	ROW("__verbose", EXACT, SEC_DATA, .traits = SECTION_HAS_DESCRIPTORS), /* before 5.10 */
	/* Only lists formats in debugfs. */
	ROW(".printk_index", EXACT, SEC_IGNORED, .early = "printk's index of formats reads it at any time"),

	/* Tables that the linker collects, and others that are read when a module is loaded */
	ROW(".pci_fixup", PREFIX, SEC_TABLE),
	ROW("_error_injection_whitelist", EXACT, SEC_TABLE, .early = "populate_error_injection_list() has read it"),
	ROW("_kprobe_blacklist", EXACT, SEC_TABLE, .early = "add_module_kprobe_blacklist() has read it"),
	ROW("___srcu_struct_ptrs", EXACT, SEC_UNKNOWN, .early = "srcu_module_coming() has read it"),
	ROW(".kunit_", PREFIX, SEC_UNKNOWN, .early = "kunit_module_init() has read it"),
	/* One for each call that allocates (lib/alloc_tag.c), since 6.10; the second name since 6.15. */
	ROW("alloc_tags", EXACT, SEC_DATA, .traits = SECTION_HAS_DESCRIPTORS | SECTION_HAS_TAGS,
	    .early = read_by_codetag),
	ROW(".codetag.alloc_tags", EXACT, SEC_DATA, .traits = SECTION_HAS_DESCRIPTORS | SECTION_HAS_TAGS,
	    .early = read_by_codetag),
	ROW(".codetag.", PREFIX, SEC_UNKNOWN, .early = read_by_codetag),
	ROW("runtime_ptr_", PREFIX, SEC_UNKNOWN, .traits = SECTION_IS_RUNTIME_CONSTANT),
	ROW("runtime_shift_", PREFIX, SEC_UNKNOWN, .traits = SECTION_IS_RUNTIME_CONSTANT),
	ROW(ORC_IP_SECTION, EXACT, SEC_SPECIAL, .early = sorted_by_unwinder),
	/* Which layout .orc_unwind has: modpost writes one for the module. */
	ROW(".orc_header", EXACT, SEC_IGNORED),

	/* What a module says of itself */
	ROW(EXPORT_TABLE, PREFIX, SEC_EXPORT, .traits = SECTION_HAS_EXPORTS, .early = used_as_export),
	ROW(EXPORT_TABLE "_strings", EXACT, SEC_EXPORT, .early = used_as_export),
	ROW(EXPORT_CRC_TABLE, PREFIX, SEC_EXPORT, .early = used_as_export),
	ROW("___ksymtab", PREFIX, SEC_EXPORT),
	ROW("___kcrctab", PREFIX, SEC_EXPORT),
	ROW(".export_symbol", EXACT, SEC_EXPORT),
	ROW(MODINFO_SECTION, EXACT, SEC_IGNORED, .traits = SECTION_IS_ABOUT_FILE, .early = read_by_loader),
	ROW(VERSIONS_SECTION, EXACT, SEC_UNKNOWN, .early = read_by_loader),
	ROW(MODULE_STRUCT_SECTION, EXACT, SEC_UNKNOWN, .early = "struct module is in use since the module was loaded"),

	/* What the build of the kernel reads and then throws away, objtool above all: Linux 5.10 to 6.19. */
	ROW(".discard", EXACT, SEC_IGNORED),
	ROW(".discard.addressable", EXACT, SEC_IGNORED),
	ROW(".discard.annotate_data", EXACT, SEC_IGNORED),
	ROW(".discard.annotate_insn", EXACT, SEC_IGNORED),
	ROW(".discard.func_stack_frame_non_standard", EXACT, SEC_IGNORED),
	ROW("__func_stack_frame_non_standard", EXACT, SEC_IGNORED), /* its name in 4.6 to 4.9 */
	ROW(".discard.ibt_endbr_noseal", EXACT, SEC_IGNORED),
	ROW(".discard.ignore_alts", EXACT, SEC_IGNORED),
	ROW(".discard.instr_begin", EXACT, SEC_IGNORED),
	ROW(".discard.instr_end", EXACT, SEC_IGNORED),
	ROW(".discard.intra_function_call", PREFIX, SEC_IGNORED),
	ROW(".discard.ksym", EXACT, SEC_IGNORED),
	ROW(".discard.noendbr", EXACT, SEC_IGNORED),
	ROW(".discard.nospec", EXACT, SEC_IGNORED),
	ROW(".discard.reachable", EXACT, SEC_IGNORED),
	ROW(".discard.retpoline_safe", EXACT, SEC_IGNORED),
	ROW(".discard.text", EXACT, SEC_IGNORED),
	ROW(".discard.unreachable", EXACT, SEC_IGNORED),
	ROW(".discard.unwind_hints", EXACT, SEC_IGNORED),
	ROW(".discard.validate_unret", EXACT, SEC_IGNORED),

	/* What the author of a patch asks for: kernel/author.c. */
	ROW(KLP_AUTHOR_PREFIX, PREFIX, SEC_AUTHOR, .early = handed_over),
	ROW(KLP_AUTHOR_POINTERS, EXACT, SEC_AUTHOR),
	ROW(KPATCH_IGNORE_FUNCTIONS, EXACT, SEC_AUTHOR),
	ROW(KPATCH_IGNORE_SECTIONS, EXACT, SEC_AUTHOR),
	/* By others of their kind, and by sections of their own, authors tell a tool what to do with the object. */
	ROW(".discard.", PREFIX, SEC_UNKNOWN, .traits = SECTION_IS_FOR_TOOLS),
	ROW(".klp.", PREFIX, SEC_UNKNOWN, .traits = SECTION_IS_FOR_TOOLS, .early = handed_over),
	ROW(".kpatch.", PREFIX, SEC_UNKNOWN, .traits = SECTION_IS_FOR_KPATCH),

	/* For debuggers, and for who reads the file */
	ROW(".debug_", PREFIX, SEC_IGNORED),
	ROW(".zdebug_", PREFIX, SEC_IGNORED),
	ROW(".note", PREFIX, SEC_IGNORED, .traits = SECTION_IS_ABOUT_FILE),
	ROW(".note.GNU-stack", EXACT, SEC_IGNORED),
	ROW(".note.gnu.", PREFIX, SEC_IGNORED),
	ROW(COMPILER_SECTION, EXACT, SEC_IGNORED),
	ROW(".eh_frame", EXACT, SEC_IGNORED),
	ROW(".GCC.command.line", EXACT, SEC_IGNORED),
	ROW(".gnu", PREFIX, SEC_IGNORED), /* .gnu_debuglink, .gnu.build.attributes */
	ROW(".stab", PREFIX, SEC_IGNORED),
	ROW(".sframe", EXACT, SEC_IGNORED),
	ROW(BTF_SECTION, EXACT, SEC_IGNORED, .traits = SECTION_HAS_TYPES, .early = read_by_btf),
	ROW(BTF_SECTION ".base", EXACT, SEC_IGNORED, .traits = SECTION_HAS_TYPES, .early = read_by_btf),
	ROW(BTF_SECTION ".ext", EXACT, SEC_IGNORED, .traits = SECTION_HAS_TYPES, .early = read_by_btf),
	/* Sets of functions that BPF may call: no use to copy, no good to lose. */
	ROW(BTF_SECTION "_ids", EXACT, SEC_UNKNOWN, .traits = SECTION_HAS_BTF_IDS, .early = read_by_btf),
	{0},
};

/* What follows a prefix in a name, NULL if the name does not begin with it. */
static const char *after_prefix(const char *name, const char *prefix)
{
	for (; *prefix; name++, prefix++)
		if (*name != *prefix)
			return NULL;
	return name;
}

static bool ends_with(const char *name, const char *suffix)
{
	size_t length = strlen(name), n = strlen(suffix);

	return length >= n && !strcmp(name + length - n, suffix);
}

const struct section_row *kernel_section_find(const char *name)
{
	const struct section_row *best = NULL;
	const char *best_rest = NULL;

	for (const struct section_row *row = kernel_sections; row->name; row++) {
		const char *rest;

		/* An object has thousands of sections, the table 150 rows: two characters tell most apart. */
		if (row->match == SUFFIX || row->name[0] != name[0] || row->name[1] != name[1])
			continue;
		rest = after_prefix(name, row->name);
		if (rest && row->match == EXACT && !*rest)
			return row;
		if (rest && row->match == PREFIX && (!best || rest > best_rest)) {
			best = row;
			best_rest = rest;
		}
	}
	for (const struct section_row *row = kernel_sections; !best && row->name; row++)
		if (row->match == SUFFIX && ends_with(name, row->name))
			best = row;
	return best;
}

bool kernel_section_is(const char *name, enum section_trait trait)
{
	const struct section_row *row = kernel_section_find(name);

	return row && (row->traits & trait);
}

enum sec_class section_class(const char *name, const struct special_row *special, uint32_t type, uint64_t flags)
{
	const struct section_row *row;

	if (type != SHT_PROGBITS && type != SHT_NOBITS && type != SHT_NOTE)
		return SEC_IGNORED;
	if (special)
		return special->left_out ? SEC_IGNORED : SEC_SPECIAL;
	row = kernel_section_find(name);
	if (!row)
		return flags & SHF_ALLOC ? SEC_UNKNOWN : SEC_IGNORED;
	/*
	 * `.rodata.foo.str1.1` and `.rodata.cst16` are pools whatever function they belong to. Without bytes there is
	 * none.
	 */
	if (row->class == SEC_DATA && (flags & SHF_MERGE) && type != SHT_NOBITS)
		return flags & SHF_STRINGS ? SEC_STRINGS : SEC_CONST;
	return row->class;
}

const char *section_read_early(const char *name, const struct special_row *special)
{
	const struct section_row *row;

	if (special)
		return special->early;
	if (module_section_is_init(name))
		return "do_init_module() has freed it";
	row = kernel_section_find(name);
	return row ? row->early : NULL;
}

bool is_constant_section(const char *name, uint64_t flags)
{
	return (flags & (SHF_ALLOC | SHF_WRITE | SHF_EXECINSTR | SHF_MERGE)) == SHF_ALLOC &&
	       kernel_section_is(name, SECTION_IS_CONSTANT);
}

bool is_exit_section(const char *name)
{
	return kernel_section_is(name, SECTION_IS_EXIT);
}

bool is_function_section(const char *name)
{
	return kernel_section_is(name, SECTION_IS_OF_FUNCTION);
}

bool is_type_section(const char *name)
{
	return kernel_section_is(name, SECTION_HAS_TYPES);
}

bool is_ordinary_text(const char *name)
{
	return kernel_section_is(name, SECTION_IS_ORDINARY_TEXT);
}

bool is_chosen_text(const char *name)
{
	return kernel_section_is(name, SECTION_IS_CHOSEN_TEXT);
}

bool export_crc_section(const char *name, char *crcs, size_t size)
{
	if (!kernel_section_is(name, SECTION_HAS_EXPORTS))
		return false;
	snprintf(crcs, size, EXPORT_CRC_TABLE "%s", name + strlen(EXPORT_TABLE));
	return true;
}

void table_border_name(const char *section, enum table_border border, char *symbol, size_t size)
{
	snprintf(symbol, size, "__%s_%s", border == TABLE_BEGIN ? "start" : "stop", section);
}

const char *table_border_stem(const char *section)
{
	return section + strspn(section, "._");
}

const char export_flags_section[] = "__kflagstab";

const char *section_left_out(const char *name, uint64_t flags)
{
	if (!strcmp(name, MODINFO_SECTION))
		return "they are about the patched file, not about the livepatch (but namespaces are imported there, too)";
	if (kernel_section_is(name, SECTION_IS_ABOUT_FILE))
		return "they are about the patched file, not about the livepatch";
	return kernel_section_find(name) || (flags & SHF_ALLOC) ? NULL : "the kernel loads no such section";
}

bool is_gpl_export_section(const char *name)
{
	return strstr(name, "_gpl") != NULL;
}

bool is_runtime_constant_section(const char *name)
{
	return kernel_section_is(name, SECTION_IS_RUNTIME_CONSTANT);
}

bool is_percpu_section(const char *name)
{
	return kernel_section_is(name, SECTION_IS_PERCPU);
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
	/* clang's `.data..compoundliteral.3` is the section of a variable that is called `.compoundliteral.3`. */
	return strncmp(word, CLANG_LITERAL_WORD, strlen(CLANG_LITERAL_WORD)) != 0 ? word : "";
}

bool has_same_promise(const char *a, const char *b)
{
	return !strcmp(promise_of(a), promise_of(b));
}

bool is_compiler_section(const char *name)
{
	return kernel_section_is(name, SECTION_IS_OF_COMPILER);
}

bool is_once_section(const char *name, const char *symbol)
{
	const struct section_row *row = kernel_section_find(name);

	if (!row || !(row->traits & SECTION_MAY_BE_ONCE))
		return row && (row->traits & SECTION_IS_ONCE);
	return strcmp(strrchr(name, '.') + 1, symbol) != 0;
}

bool is_descriptor_section(const char *name)
{
	return kernel_section_is(name, SECTION_HAS_DESCRIPTORS);
}

enum data_kind section_data_kind(const char *name, uint64_t flags)
{
	const struct section_row *row = kernel_section_find(name);
	unsigned int traits = row ? row->traits : 0;

	if (traits & SECTION_IS_PERCPU)
		return DATA_PERCPU;
	if (traits & SECTION_IS_RO_AFTER_INIT)
		return DATA_RO_AFTER_INIT;
	if (traits & SECTION_IS_WRITTEN_BY_RELOCATIONS)
		return DATA_CONST;
	return flags & SHF_WRITE ? DATA_WRITABLE : DATA_CONST;
}
