/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Included by force (-include) when an object of a module is compiled with its static keys tested at run time.
 *
 * A jump label is set up when the livepatch is loaded, and for that the kernel reads the address of its key. If the key
 * lives in a module (one of its own, that of a tracepoint or of a pr_debug()), the address is known only when that
 * module arrives. So the jump that the kernel would write is made here by the processor: read the key's count, compare,
 * jump. No entry is left in __jump_table, and the address is an ordinary operand, which a late relocation may fill in.
 *
 * A count other than 0 means on: it is -1 while the key is being switched on, which static_key_count() counts as on
 * too.
 *
 * The compiler must not notice: if it inlined or cloned other functions than in the target's build, the original object
 * would not be what the target runs, and what inlines a changed function there would be missed. So each test has the
 * shape of the kernel's: an asm goto with the same operands and number of lines, from which gcc guesses its size, in
 * inline functions of the same kind. lib/keys.sh compares the compiler's output, and refuses if more differs than the
 * tests.
 */
#ifndef KLP_RUN_TIME_KEYS_H
#define KLP_RUN_TIME_KEYS_H

#include <linux/jump_label.h>

#ifdef CONFIG_JUMP_LABEL

#include "arch/arch.h"

/* Gone since 6.8, and in stable kernels. */
#ifdef asm_volatile_goto
#define klp_asm_goto asm_volatile_goto
#else
#define klp_asm_goto asm goto
#endif

/* Before 5.14 the table's entry had a line less, and the jump one more. */
#ifdef JUMP_TABLE_ENTRY
#define KLP_NOP_LINES  "\n\t"
#define KLP_JUMP_LINES "\n\t"
#else
#define KLP_NOP_LINES  ""
#define KLP_JUMP_LINES "\n\t"
#endif

static __always_inline bool klp_static_branch(struct static_key *const key, const bool branch)
{
	klp_asm_goto(KLP_KEY_TEST KLP_NOP_LINES : : "i"(key), "i"(branch) : : l_yes);

	return false;
l_yes:
	return true;
}

static __always_inline bool klp_static_branch_jump(struct static_key *const key, const bool branch)
{
	klp_asm_goto(KLP_KEY_TEST KLP_JUMP_LINES : : "i"(key), "i"(branch) : : l_yes);

	return false;
l_yes:
	return true;
}

/* From here on everything uses these: static_branch_likely() and the like are macros, and expand to them. */
#define arch_static_branch      klp_static_branch
#define arch_static_branch_jump klp_static_branch_jump

static __always_inline bool klp_static_key_false(struct static_key *key)
{
	return arch_static_branch(key, false);
}

static __always_inline bool klp_static_key_true(struct static_key *key)
{
	return !arch_static_branch(key, true);
}

/* With arguments: these are names of types as well. */
#define static_key_false(key) klp_static_key_false(key)
#define static_key_true(key)  klp_static_key_true(key)

#endif /* CONFIG_JUMP_LABEL */
#endif /* KLP_RUN_TIME_KEYS_H */
