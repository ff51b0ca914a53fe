// SPDX-License-Identifier: GPL-2.0-only
/* Tables of words that are known; what is not in them is taken for what keeps most. */
#include "source/words.h"

#include <string.h>

/* Attributes that don't make the compiler keep what nobody names. Their names without the underscores around. */
static const char *const harmless[] = {
	"gnu_inline",
	"unused",
	"maybe_unused",
	"no_instrument_function",
	"always_inline",
	"noinline",
	"noclone",
	"noipa",
	"const",
	"pure",
	"malloc",
	"warn_unused_result",
	"format",
	"format_arg",
	"nonnull",
	"returns_nonnull",
	"deprecated",
	"error",
	"warning",
	"cold",
	"hot",
	"flatten",
	"aligned",
	"packed",
	"may_alias",
	"mode",
	"vector_size",
	"noreturn",
	"alloc_size",
	"alloc_align",
	"assume_aligned",
	"no_sanitize",
	"no_sanitize_address",
	"no_sanitize_thread",
	"no_sanitize_undefined",
	"no_sanitize_coverage",
	"no_stack_protector",
	"patchable_function_entry",
	"access",
	"target",
	"leaf",
	"nothrow",
	"artificial",
	"sentinel",
	"transparent_union",
	"designated_init",
	"cleanup",
	"no_profile_instrument_function",
	"fallthrough",
	"overloadable",
	"btf_type_tag",
	"address_space",
	"indirect_branch",
	"function_return",
	"nocf_check",
	"counted_by",
	"nonstring",
	"section",
	"weak",
	"visibility",
	"randomize_layout",
	"no_randomize_layout",
	"uninitialized",
	"zero_call_used_regs",
	"pass_object_size",
	"no_split_stack",
};

/* In a body these speak of variables and statements of the body only. */
static const char *const local[] = {
	"unused",  "maybe_unused",  "fallthrough", "cleanup",   "aligned",     "packed",
	"section", "uninitialized", "cold",        "may_alias", "vector_size", "mode",
};

static const char *const following[] = {"#pragma pack", "#pragma GCC visibility"};

/* The compiler calls these by itself, so what a source says about them is there without being named. */
static const char *const implicit[] = {
	"memcpy", "memmove", "memset",     "memcmp", "abort", "__stack_chk_fail", "__stack_chk_guard",
	"bcmp",   "strlen",  "__fentry__", "mcount",
};

const struct word_row word_rows[] = {
	{"static", STATIC},
	{"extern", EXTERN},
	{"typedef", TYPEDEF},
	{"struct", COMPOUND},
	{"union", COMPOUND},
	{"enum", ENUM},
	{"__attribute__", ATTRIBUTE},
	{"__attribute", ATTRIBUTE},
	{"typeof", GROUP},
	{"__typeof", GROUP},
	{"__typeof__", GROUP},
	{"typeof_unqual", GROUP},
	{"__typeof_unqual__", GROUP},
	{"_Alignas", GROUP},
	{"_Atomic", GROUP},
	{"asm", ASM},
	{"__asm", ASM},
	{"__asm__", ASM},
	{"_Static_assert", ASSERT},
	{"static_assert", ASSERT},
	{"inline", MODIFIER},
	{"__inline", MODIFIER},
	{"__inline__", MODIFIER},
	{"const", MODIFIER},
	{"volatile", VOLATILE},
	{"__volatile", VOLATILE},
	{"__const", MODIFIER},
	{"__volatile__", VOLATILE},
	{"restrict", MODIFIER},
	{"void", KEYWORD},
	{"char", KEYWORD},
	{"short", KEYWORD},
	{"int", KEYWORD},
	{"long", KEYWORD},
	{"unsigned", KEYWORD},
	{"signed", KEYWORD},
	{"__signed__", KEYWORD},
	{"__restrict", MODIFIER},
	{"__restrict__", MODIFIER},
	{"__const__", MODIFIER},
	{"float", KEYWORD},
	{"double", KEYWORD},
	{"_Bool", KEYWORD},
	{"__extension__", MODIFIER},
	{"register", MODIFIER},
	{"_Noreturn", MODIFIER},
	{"_Thread_local", MODIFIER},
	{"__thread", MODIFIER},
	{"sizeof", KEYWORD},
	{"__int128", KEYWORD},
	{"auto", MODIFIER},
	{"__auto_type", KEYWORD},
	{0},
};

static bool is_in(const char *name, const char *const *list, size_t n)
{
	size_t length = strlen(name);
	const char *from = name;

	if (length > 4 && !strncmp(name, "__", 2) && !strcmp(name + length - 2, "__")) {
		from += 2;
		length -= 4;
	}
	for (size_t i = 0; i < n; i++)
		if (strlen(list[i]) == length && !strncmp(list[i], from, length))
			return true;
	return false;
}

bool attribute_is_harmless(const char *name)
{
	return is_in(name, harmless, sizeof(harmless) / sizeof(*harmless));
}

bool attribute_is_local(const char *name)
{
	return is_in(name, local, sizeof(local) / sizeof(*local));
}

bool word_is_implicit(const char *name)
{
	for (size_t i = 0; i < sizeof(implicit) / sizeof(*implicit); i++)
		if (!strcmp(name, implicit[i]))
			return true;
	return false;
}

static bool begins(const char *line, const char *with)
{
	return !strncmp(line, with, strlen(with));
}

bool pragma_is_of_messages(const char *line)
{
	return begins(line, "#pragma GCC diagnostic ");
}

bool pragma_is_of_what_follows(const char *line)
{
	for (size_t i = 0; i < sizeof(following) / sizeof(*following); i++)
		if (begins(line, following[i]))
			return true;
	return false;
}
