/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rules by which changes are refused or warned of. Their names are stable: scripts, reports, `--accept RULE:NAME`
 * and the modinfo of a livepatch use them. The manual page of create-diff-object lists them, too.
 *
 * A rule that may be accepted is one whose harm depends on what the running system does, which the author of a patch
 * may know. What makes a wrong module in any case can't be accepted.
 */
#ifndef KLP_UTIL_RULES_H
#define KLP_UTIL_RULES_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* X(identifier, name, may be accepted, meaning) */
#define RULES(X) ENGINE_RULES(X) PLACE_RULES(X) LINK_RULES(X) FINISH_RULES(X) DRIVER_RULES(X)

#define ENGINE_RULES(X)                                                                                                \
	X(ADDRESS_KEPT, "address-kept", true,                                                                          \
	  "warning: the kernel may keep an address of the livepatch, so it can't be removed")                          \
	X(AUTHOR_SECTION, "author-section", false,                                                                     \
	  "a section tells what to do with the object, and that is not supported")                                     \
	X(CALLBACK_FUNCTION, "callback-function", false, "a callback is no function that the patch adds")              \
	X(CALLBACK_TWICE, "callback-twice", false, "an object has two callbacks of one kind")                          \
	X(CONSTANT_REMOVED, "constant-removed", true,                                                                  \
	  "a constant with a name is gone, and others may know its address")                                           \
	X(DATA_CHANGED, "data-changed", false, "an existing variable has other content, size, alignment or section")   \
	X(DATA_REMOVED, "data-removed", true, "a variable is gone, and what it holds with it")                         \
	X(DEFINITION_REMOVED, "definition-removed", false, "a global is used, but its definition moved away")          \
	X(ENTRIES_MOVED, "entries-moved", true,                                                                        \
	  "warning: entries of a constant table moved (refused: there are fewer), and kept indexes mean others")       \
	X(EXPORT_ADDED, "export-added", false, "warning: a livepatch exports nothing")                                 \
	X(EXPORT_REMOVED, "export-removed", false, "warning: the kernel goes on exporting it")                         \
	X(FORCE_UNSAFE, "force-unsafe", false, "note: KPATCH_FORCE_UNSAFE has no effect")                              \
	X(FUNCTION_MERGED, "function-merged", true,                                                                    \
	  "two functions were one in the target, whose address others know, and differ now")                           \
	X(FUNCTION_REMOVED, "function-removed", true,                                                                  \
	  "warning: a function is gone whose address others know, and runs unpatched")                                 \
	X(GLOBAL_MOVED, "global-moved", false, "a new global exists in the target already")                            \
	X(GOT_REFERENCE, "got-reference", false, "an address is read from the GOT; modules have none")                 \
	X(IGNORE_UNMATCHED, "ignore-unmatched", false, "a function or section that the patch names is not there")      \
	X(IGNORED, "ignored", false, "warning: changes are left out, as the patch asks")                               \
	X(IGNORED_NEEDED, "ignored-needed", false,                                                                     \
	  "what the patch asks to leave out is needed by what is in the livepatch")                                    \
	X(INIT_CODE, "init-code", false, "changed or new __init or __exit function")                                   \
	X(INIT_ENTRY, "init-entry", false,                                                                             \
	  "changed or new constructor, or entry in a table that only __init code reads")                               \
	X(INIT_REFERENCE, "init-reference", false, "a reference to what is freed after boot")                          \
	X(INIT_REMOVED, "init-removed", true, "something is gone that had its effect at init")                         \
	X(LABEL_REFERENCE, "label-reference", false, "a reference to a label inside of an unchanged function")         \
	X(LABEL_TABLE, "label-table", false, "existing data holds addresses inside of a changed function")             \
	X(LAYOUT_CHANGED, "layout-changed", true,                                                                      \
	  "a structure has another size or members elsewhere, or an enumerator another value")                         \
	X(LINE_GUESSED, "line-guessed", false, "warning: a number is taken for a line number, which is a guess")       \
	X(LOCKS_CHANGED, "locks-changed", false, "note: a changed function takes or releases locks otherwise")         \
	X(MEMBER_ADDED, "member-added", true, "warning: a structure has a new member in its padding")                  \
	X(MODULE_EXPORT, "module-export", false, "a reference to an export of a module that need not be there")        \
	X(MODULE_KEY, "module-key", false, "a jump label tests a static key of a module that may come later")          \
	X(MODULE_LATE, "module-late", false, "instructions or an entry depend on a module that may come later")        \
	X(NAME_MOVED, "name-moved", false, "a global name stands for something else now")                              \
	X(NAME_ONLY, "name-only", false, "warning: a symbol is known by its name only")                                \
	X(NAMELESS_CODE, "nameless-code", false, "changed or new code that belongs to no function")                    \
	X(NAMELESS_DATA, "nameless-data", false, "data changed, or is used or left behind, that no symbol names")      \
	X(NEW_UNUSED, "new-unused", false,                                                                             \
	  "warning: a new function or variable is left out, for nothing in the livepatch uses it")                     \
	X(NOT_COPIED, "not-copied", false, "a reference to a section that can't be copied into a livepatch")           \
	X(NOT_TRACED, "not-traced", false, "a changed function that ftrace can't reach")                               \
	X(PHYSICAL_ADDRESS, "physical-address", false, "a physical address is taken of what becomes a copy")           \
	X(REFERENCE_UNCLEAR, "reference-unclear", false, "a reference may mean either of two things")                  \
	X(SHORT_JUMP, "short-jump", false, "a jump within a section that can't be moved")                              \
	X(SIGNATURE_CHANGED, "signature-changed", true,                                                                \
	  "a function that callers outside of the patch know has other parameters or another result")                  \
	X(STATE_RESTARTED, "state-restarted", true, "warning: a static variable begins anew in the livepatch")         \
	X(STATES_FORM, "states-form", false, "an array of states has no end, or is one of two")                        \
	X(STATIC_AMBIGUOUS, "static-ambiguous", false, "a static variable may be one of two, or new")                  \
	X(SYMBOL_AMBIGUOUS, "symbol-ambiguous", false, "several symbols of the target may be meant")                   \
	X(SYMBOL_MISSING, "symbol-missing", false, "the target has no symbol that is referred to")                     \
	X(SYMPOS_UNSTABLE, "sympos-unstable", false, "the sympos of a symbol is not always the same")                  \
	X(TABLE_CHANGED, "table-changed", false, "an existing constant has other content, size or alignment")          \
	X(TASK_STAYS, "task-stays", true,                                                                              \
	  "warning: a task may never leave the old function, so that the transition can't end")                        \
	X(TYPE_CHANGED, "type-changed", true,                                                                          \
	  "existing data is of another type with the same size (warning: only a number's range)")                      \
	X(UNKNOWN_SECTION, "unknown-section", false, "a section matters whose meaning is not known")                   \
	X(UNUSED_ACCEPT, "unused-accept", false, "warning: an --accept matched nothing")                               \
	X(VDSO_CHANGED, "vdso-changed", false, "changed vdso function, which runs in user space")

/* Those of klp-place, klp-link and create-klp-module; kpatch-build, which calls them, refuses by the same names. */
#define PLACE_RULES(X)                                                                                                 \
	X(BASE_DIFFERS, "base-differs", false, "what was compiled is not what the target runs")                        \
	X(EXPORTS_DIFFER, "exports-differ", false, "a Module.symvers has other exports than the image")

#define LINK_RULES(X) X(MODULE_DIFFERS, "module-differs", false, "a module is not of the target's build")

#define FINISH_RULES(X)                                                                                                \
	X(LIVEPATCH_FORM, "livepatch-form", false,                                                                     \
	  "a livepatch symbol or relocation can't get the form that the kernel reads")                                 \
	X(TOO_MANY_SECTIONS, "too-many-sections", false,                                                               \
	  "warning: a module has more sections than the kernel's loader can count")

/* Those of kpatch-build alone, which looks at files, where create-diff-object looks at functions and variables. */
#define DRIVER_RULES(X)                                                                                                \
	X(ACCEPT_AMBIGUOUS, "accept-ambiguous", false, "an --accept matches symbols of several objects")               \
	X(BINARY_DATA, "binary-data", false, "a part of a patch is binary data")                                       \
	X(BUILD_CHANGED, "build-changed", false, "how the kernel is configured or built would change")                 \
	X(CALLBACK_ALONE, "callback-alone", true, "a callback for an object of which no function changes")             \
	X(ENDBR_SEALED, "endbr-sealed", false, "an address is taken where a call would stop a kernel with IBT")        \
	X(FILE_KIND, "file-kind", false, "a file that is not compiled from C into an object")                          \
	X(FILE_PATH, "file-path", false, "a path that leaves the source, or that the build can't take")                \
	X(FILE_READ, "file-read", false, "the build makes something else than an object of a file")                    \
	X(FILE_REMOVED, "file-removed", false, "a file goes away or gets a new name")                                  \
	X(MODULE_MISSING, "module-missing", false, "the target does not have a module")                                \
	X(MODULE_SHARED, "module-shared", false, "an object is part of several modules")                               \
	X(NOT_BUILT, "not-built", false, "a file is not compiled with the target's configuration")                     \
	X(NOTHING_LEFT, "nothing-left", false, "no hunk is left of those that the patch has")                          \
	X(OUTSIDE_CHANGED, "outside-changed", false,                                                                   \
	  "a header changes assembly, a linker script, boot code, the vdso or a build tool")                           \
	X(PATCH_FORM, "patch-form", false, "a part of a patch that is no unified diff, or damaged")                    \
	X(RUN_TIME_KEY, "run-time-key", false, "a static key would have to be tested at run time, and can't be")       \
	X(SYMBOLIC_LINK, "symbolic-link", false, "a symbolic link or submodule is changed, or in the way")             \
	X(TOO_MANY_OBJECTS, "too-many-objects", false, "the patch can change more objects than --max-objects")

enum rule {
	RULE_NONE, /* a message of a program that has no rules */
#define RULE_ID(id, name, may_accept, meaning) RULE_##id,
	RULES(RULE_ID)
#undef RULE_ID
};

struct rule_info {
	const char *name;
	bool may_accept;
	const char *meaning;
	const char *program; /* that refuses */
};

/* NULL for RULE_NONE. */
const struct rule_info *rule_info(enum rule rule);
/* The rule with the name text[0..len), or RULE_NONE. */
enum rule rule_find(const char *text, size_t len);
/* Prints them for people. */
void rules_print(FILE *out);
/*
 * Prints a record for each rule: name, "yes" or "no" (may it be accepted), meaning, the program that refuses; tabs
 * between.
 */
void rules_list(FILE *out);

#endif
