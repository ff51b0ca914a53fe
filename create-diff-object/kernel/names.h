/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What names of sections and symbols mean. They are compared in this folder and nowhere else: the rest of the engine
 * asks for a class. What is asked of a section stands in its row: kernel/sections.h.
 */
#ifndef KLP_KERNEL_NAMES_H
#define KLP_KERNEL_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The section of an image that has its BTF. */
#define BTF_SECTION      ".BTF"
/* Who compiled the object. */
#define COMPILER_SECTION ".comment"
/*
 * Addresses that ftrace can patch, and where a linked kernel has them (include/asm-generic/vmlinux.lds.h, MCOUNT_REC).
 */
#define MCOUNT_SECTION   "__mcount_loc"
/* Where functions have room for a call at their entry, or before it (-fpatchable-function-entry). */
#define ENTRIES_SECTION  "__patchable_function_entries"
#define MCOUNT_BEGIN     "__start_mcount_loc"
#define MCOUNT_END       "__stop_mcount_loc"
/* What a function calls at its entry to be traced (gcc -pg -mfentry; arch/x86/kernel/ftrace_64.S). */
#define MCOUNT_CALL      "__fentry__"
/* Records for the unwinder, and the address of each. */
#define ORC_SECTION      ".orc_unwind"
#define ORC_IP_SECTION   ".orc_unwind_ip"
/* Where a linked kernel has them, if it unwinds by them (ORC_UNWIND_TABLE). */
#define ORC_BEGIN        "__start_orc_unwind"
/* Functions whose endbr the kernel takes away. */
#define SEAL_SECTION     ".ibt_endbr_seal"
/* The one section for percpu data that the module loader knows (kernel/module/main.c, find_pcpusec()). */
#define PERCPU_SECTION   ".data..percpu"
/* The first symbol of every kernel. */
#define KERNEL_BEGIN     "_text"
/* What a linked kernel frees when it has started stands between these two (arch/x86/kernel/vmlinux.lds.S). */
#define FREED_BEGIN      "__init_begin"
#define FREED_END        "__init_end"
/*
 * But not what is per-CPU, which in Linux 7.3 has its place there (before, its symbols were offsets from 0): of these
 * addresses each CPU's offset makes those of its own copy (include/asm-generic/vmlinux.lds.h, PERCPU_INPUT).
 */
#define PERCPU_BEGIN     "__per_cpu_start"
#define PERCPU_END       "__per_cpu_end"

struct arena;
struct special_row; /* kernel/special.h */

enum sec_class {
	SEC_UNKNOWN, /* allocated, and nothing here knows what it is for: refused if it refers to included code */
	SEC_TEXT,    /* functions */
	SEC_INIT, /* code and data that exist only while the object starts or leaves; entries that point to such code */
	SEC_VDSO, /* code that runs in user space */
	SEC_DATA, /* writable or constant data, .bss */
	SEC_TABLE,        /* tables that the linker collects and __init code reads: quirks, events, lists */
	SEC_STRINGS,      /* mergeable strings */
	SEC_CONST,        /* mergeable constants of a fixed size */
	SEC_SPECIAL,      /* table whose entries belong to functions, see object/entries.h */
	SEC_SPECIAL_TEXT, /* instructions that only a special entry or a static_cpu_has() branch reaches */
	SEC_AUTHOR,       /* what the author of a patch asks for: kernel/author.h */
	SEC_EXPORT,       /* what EXPORT_SYMBOL() leaves in an object */
	SEC_IGNORED,      /* never compared, never copied: debug information, notes, build-time checks */
};

/*
 * The class of a section, by its name, its row if it is a special table (NULL: it is none), and where these say nothing
 * its type and flags (SHT_*, SHF_*).
 */
enum sec_class section_class(const char *name, const struct special_row *row, uint32_t type, uint64_t flags);

/*
 * Why a relocation in the section does nothing, or harm, when it is applied only after the module was loaded
 * ("ftrace_module_init() has read it ..."); NULL: it does what it says.
 */
const char *section_read_early(const char *name, const struct special_row *row);

/* Who may write to data, and when. A variable that changes its kind is another variable. */
enum data_kind {
	DATA_CONST,
	DATA_RO_AFTER_INIT,
	DATA_WRITABLE,
	DATA_PERCPU,
};

enum data_kind section_data_kind(const char *name, uint64_t flags);

/*
 * Does the section hold nothing but constants, which nothing writes, not even __init code (`.rodata.foo`), and which
 * are not merged?
 */
bool is_constant_section(const char *name, uint64_t flags);

/* How -ffunction-sections calls the section of a function: this, and then the function's name. */
#define FUNCTION_SECTION_PREFIX ".text."

/*
 * The symbol where a linked kernel has the begin or the end of a table: `__start___jump_table`,
 * `__start_static_call_sites`. Of some sections (.static_call_sites, __mcount_loc) it has a part of the name only, the
 * stem.
 */
enum table_border {
	TABLE_BEGIN,
	TABLE_END,
};
void table_border_name(const char *section, enum table_border border, char *symbol, size_t size);
const char *table_border_stem(const char *section);

/* Does code of this section run when its object leaves (`.exit.text`)? */
bool is_exit_section(const char *name);
/* Has -ffunction-sections made it for one function (`.text.foo`)? */
bool is_function_section(const char *name);
/* Is it type information of the object itself (`.BTF.base`)? */
bool is_type_section(const char *name);
/*
 * Is it text that functions choose by an attribute (__sched, __kprobes) and so share, whatever -ffunction-sections
 * says, and which is ordinary text otherwise?
 */
bool is_chosen_text(const char *name);
/* Is it text without rules of its own (not `.noinstr.text`, `.entry.text`, ...)? */
bool is_ordinary_text(const char *name);

/*
 * Is it a table of a linked kernel's exports (`__ksymtab_gpl`)? Then stores the name of the section of its CRCs
 * (`__kcrctab_gpl`).
 */
bool export_crc_section(const char *name, char *crcs, size_t size);
bool is_gpl_export_section(const char *name);

/*
 * The section with a byte of flags for each entry of __ksymtab, in the same order, in kernels that have no
 * __ksymtab_gpl (7.3), and the flag of what is for GPL modules only (enum ksym_flags, include/linux/module_symbol.h).
 */
extern const char export_flags_section[];
enum { EXPORT_FLAG_GPL_ONLY = 1 };

/* The sites of a constant that the kernel writes into its instructions when it starts (`runtime_ptr_USER_PTR_MAX`). */
bool is_runtime_constant_section(const char *name);

/*
 * Why a livepatch has nothing of a section that an author may have written to: it says something of the file that has
 * it (`.modinfo`, `.note.Linux`), or is not loaded and of no known meaning. NULL: it may have, or nobody minds.
 */
const char *section_left_out(const char *name, uint64_t flags);

/* Is it percpu data (its symbols are offsets, not addresses)? */
bool is_percpu_section(const char *name);
/* Is it what a call counts in that allocates? Only its tag leads there, to its start (DEFINE_ALLOC_TAG()). */
bool is_tag_counter(const char *name, const char *section);

/*
 * Does the section hold the flags of printk_once(), WARN_ONCE() and DO_ONCE()? Not if it is the one that
 * -fdata-sections makes for the symbol: `.data.once` is the section of a variable that is called once.
 */
bool is_once_section(const char *name, const char *symbol);

/*
 * Do both sections of data promise the same of what stands there, but for its place? `.data..decrypted` is shared with
 * the host, `.data..nosave` not restored; `.data..read_mostly` only is near to its like.
 */
bool has_same_promise(const char *a, const char *b);

/* Is it data that the compiler made for itself, which no source can name (`.data..Lubsan_data4`)? */
bool is_compiler_section(const char *name);

/*
 * The descriptors of pr_debug(): records, each of which a macro makes for one use. They are used one by one and are no
 * array for the code of an object: nothing refers to the end of one.
 */
bool is_descriptor_section(const char *name);

/*
 * Does the kernel keep instructions in step with what a structure of that name holds, so that to write to it is not
 * enough? A static key is switched by static_branch_enable(), which rewrites the jumps too.
 */
bool is_code_switch(const char *type);

/* Has a typedef of that name the permissions of a file (0644)? */
bool is_mode_type(const char *name);

/* How a symbol's name is derived from the name in the source. */
struct sym_name {
	const char *full;
	size_t base_len; /* bytes of full that are the name in the source: "foo" of "foo.isra.0.cold" */
	bool is_cold;    /* the .cold part of a function, split off by GCC: "foo.cold" */
	bool has_number; /* ends in ".123": a static local or a clone; the number may differ between two compilations */
	bool has_owner;  /* a static local of clang, "f.count" or "f.count.1": its function stands before it */
};

struct sym_name sym_name_parse(const char *name);
/*
 * Where the ".cold" of a cold part's name begins, which sym_name_parse() finds it to be; what is before is its parent's
 * name.
 */
size_t cold_parent_length(const char *name);
/* The same of a variable without the function that clang puts before it: "count.1" of "f.count.1". */
const char *variable_name(const char *name);
/* Do both come from one name in the source, and are of one kind of derivation ("foo.isra.0", "foo.isra.1")? */
bool sym_name_same_base(const char *a, const char *b);

/*
 * BTF_ID(func, bpf_throw) in .BTF_ids is `__BTF_ID__func__bpf_throw__108511738`: what follows the last two underscores
 * is made of __COUNTER__, which every new min() moves, and of the line. Is it such a name, and are two the same but for
 * that?
 */
bool is_btf_id(const char *name, const char *section);
bool is_same_btf_id(const char *a, const char *b);

/* Is it a name of __UNIQUE_ID() (include/linux/compiler.h), made of __COUNTER__? */
bool is_counted_name(const char *name);

/*
 * In preprocessed source: is it a word that macros of the kernel make of __COUNTER__ (`__UNIQUE_ID_x_12`,
 * `__compiletime_assert_12`), and are two the same but for the number? They name what only the code around them knows.
 */
bool counter_is_word(const char *word);
bool counter_is_same_word(const char *a, const char *b);

/* The name that a symbol of EXPORT_SYMBOL() exports; NULL: it is none, or another part of an export. */
const char *exported_name(const char *symbol);
/* The name whose CRC the symbol `__crc_<name>` marks, or is; NULL: it is none. */
const char *exported_crc_name(const char *symbol);

/*
 * Do some kernels have a symbol of that name and yet no kallsyms for it (scripts/mksysmap, is_ignored_symbol() of
 * scripts/kallsyms.c)? The tables of kallsyms themselves (in 6.1, not in 6.12), check sums and names of exports, local
 * labels.
 */
bool is_hidden_by_kallsyms(const char *name);

/*
 * What of a symbol's name the source has, and how long it is: compilers name parts and clones of a function, and its
 * static variables, "foo.part.0", "table.7", with clang "foo.table".
 */
const char *source_name(const char *name, size_t *length);
/* The same as a string of its own; the arena owns it. */
const char *source_name_copy(struct arena *arena, const char *name);

/*
 * Is it clang's name of a text (`.str.7`), which it keeps with KASAN only, to put a red zone behind it? The numbers
 * count the texts of the object.
 */
bool is_text_symbol(const char *name);

/* Is it a label for the padding before a function (`__pfx_foo`, `__cfi_foo`), not a function? */
bool is_prefix_symbol(const char *name);
/* Is it one for the hash of the function's type, which calls by a pointer check (kCFI: `__cfi_foo`)? */
bool is_type_hash_symbol(const char *name);

/* Bits of a variable that hold a line number of the source and nothing else. */
struct line_field {
	uint8_t offset; /* bytes from the start of the variable */
	uint32_t mask;  /* of the 32-bit number there */
	/*
	 * A message that is moved to another line is the same message to who switched it on: the number may always
	 * differ.
	 */
	bool is_for_people;
};

/* The line number in data of a section, or NULL. */
const struct line_field *line_field_of_section(const char *name);
/* The argument of a function of the kernel, counted from 1, that is a line number of its caller; 0: has none. */
unsigned int line_argument_of_function(const char *name);

/*
 * Is it a variable that the compiler or a macro makes anew for each use (`__func__.3`, `__already_done.7`,
 * `__UNIQUE_ID_ddebug409.2`, `CSWTCH.12`)? Such data has no identity to keep: it is never correlated between the two
 * objects (but for the descriptors of pr_debug(), see diff/descriptors.h), and a changed function gets a copy of
 * its own. type: the name of its structure, "" if it is something else, NULL if that is not known.
 */
bool is_anonymous_variable(const char *name, const char *section, const char *type);
/* Is it the type that tells what a macro made from what a person named so? */
bool is_anonymous_by_type(const char *name);

/* Bytes of "helper" in ThinLTO's name of a static that it made global, "helper.llvm.1234"; 0: it is no such name. */
size_t promoted_name_length(const char *name);

#endif
