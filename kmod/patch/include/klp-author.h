/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the author of a patch can ask for, whatever the spelling: kpatch-macros.h and linux/livepatch_helpers.h have the
 * names. A request is a variable in a section that create-diff-object reads (klp-records.h). None of them is in the
 * livepatch, nor does one change the code of what it names: functions are named by strings where that will do.
 *
 * Each ends with its own semicolon. Existing patches have KPATCH_PRE_PATCH_CALLBACK(f) with one behind it and without.
 */
#ifndef KLP_AUTHOR_H
#define KLP_AUTHOR_H

#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/livepatch.h>
#include <linux/stringify.h>

#include "../klp-records.h"

/* The name of a request: one for each function and kind, so that a second one does not compile. */
#define KLP_REQUEST(kind, name) __PASTE(__PASTE(klp_author_, kind), __PASTE(_, name))
#define KLP_IN_SECTION(name)    __used __section(name) __aligned(1)

/* The compiler checks the type of a callback: the kernel makes an error of a wrong one. */
#define KLP_ASK_INT_CALLBACK(kind, section, func)                                                                      \
	static int (*const KLP_REQUEST(kind, func))(struct klp_object *) __used __section(section) = func;
#define KLP_ASK_VOID_CALLBACK(kind, section, func)                                                                     \
	static void (*const KLP_REQUEST(kind, func))(struct klp_object *) __used __section(section) = func;

#define KLP_ASK_PRE_PATCH(func)    KLP_ASK_INT_CALLBACK(pre_patch, KLP_AUTHOR_PRE_PATCH, func)
#define KLP_ASK_POST_PATCH(func)   KLP_ASK_VOID_CALLBACK(post_patch, KLP_AUTHOR_POST_PATCH, func)
#define KLP_ASK_PRE_UNPATCH(func)  KLP_ASK_VOID_CALLBACK(pre_unpatch, KLP_AUTHOR_PRE_UNPATCH, func)
#define KLP_ASK_POST_UNPATCH(func) KLP_ASK_VOID_CALLBACK(post_unpatch, KLP_AUTHOR_POST_UNPATCH, func)

#define KLP_ASK_NAMED(kind, section, tag, text)                                                                        \
	static const char KLP_REQUEST(kind, tag)[] KLP_IN_SECTION(section) = text;

#define KLP_ASK_IGNORE_FUNCTION(func) KLP_ASK_NAMED(ignore_function, KLP_AUTHOR_IGNORE_FUNCTION, func, #func)
#define KLP_ASK_FORCE(func)           KLP_ASK_NAMED(force, KLP_AUTHOR_FORCE, func, #func)

/*
 * The name of a section is no C identifier. The number of the line is no name either, for two lines of a patched file
 * may have the same (kpatch-build/lib/line-numbers.sh), and __COUNTER__ would change other names. Asked for twice it is
 * one request.
 */
#define KLP_ASK_IGNORE_SECTION(text)                                                                                   \
	KLP_TEXT_OBJECT("\"klp_author_ignore_section_" text "\"", KLP_AUTHOR_IGNORE_SECTION, text)
#define KLP_TEXT_OBJECT(symbol, section, text)                                                                         \
	asm(".ifndef " symbol "\n"                                                                                     \
	    "\t.pushsection " section ", \"a\", @progbits\n"                                                           \
	    "\t.type " symbol ", @object\n" symbol ":\n"                                                               \
	    "\t.asciz \"" text "\"\n"                                                                                  \
	    "\t.size " symbol ", . - " symbol "\n"                                                                     \
	    "\t.popsection\n"                                                                                          \
	    ".endif");

/* KLP_STATES(array): an array of struct klp_state, whose last element is {}, becomes that of the livepatch. */
#define KLP_STATES(array)                                                                                              \
	static const struct klp_states_request KLP_REQUEST(states, array) __used __section(KLP_AUTHOR_STATES) = {      \
		.states = (array), .n = ARRAY_SIZE(array), .size = sizeof((array)[0])};

/*
 * The livepatch that a callback is called for, for klp_get_state(): klp_init_object() makes its object a child of the
 * patch's.
 */
static inline struct klp_patch *klp_patch_of_object(const struct klp_object *obj)
{
	return container_of(obj->kobj.parent, struct klp_patch, kobj);
}

/*
 * printk() in a function that had none: printk() is __cold, and GCC moves the way to it, and with it perhaps half of
 * the function, out of line. A condition that it must take for likely and can't know keeps all where it was.
 */
#define KLP_PRINTK(fmt, ...)                                                                                           \
	({                                                                                                             \
		int klp_always = 1;                                                                                    \
                                                                                                                       \
		OPTIMIZER_HIDE_VAR(klp_always);                                                                        \
		if (likely(klp_always))                                                                                \
			printk(fmt, ##__VA_ARGS__);                                                                    \
	})

#endif /* KLP_AUTHOR_H */
