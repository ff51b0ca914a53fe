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
	X(AUTHOR_SECTION, "author-section", false, "a section holds a request to a tool that is not supported")        \
	X(CALLBACK_FUNCTION, "callback-function", false, "a callback is not a function that the patch adds")           \
	X(CALLBACK_TWICE, "callback-twice", false, "an object has two callbacks of the same kind")                     \
	X(CONSTANT_REMOVED, "constant-removed", true,                                                                  \
	  "a named constant was removed, and other code may have its address")                                         \
	X(DATA_CHANGED, "data-changed", false,                                                                         \
	  "the content, size, alignment or section of an existing variable changed")                                   \
	X(DATA_REMOVED, "data-removed", true, "a variable was removed, and with it the value that it holds")           \
	X(DEFINITION_REMOVED, "definition-removed", false,                                                             \
	  "a global symbol is used, but its definition moved to another file")                                         \
	X(ENTRIES_MOVED, "entries-moved", true,                                                                        \
	  "warning: entries of a constant table moved, so stored indexes mean others (refused: fewer entries)")        \
	X(ENTRY_SIZE, "entry-size", false,                                                                             \
	  "warning: entries of a special section have another size than the one that is given")                        \
	X(EXPORT_ADDED, "export-added", false, "warning: a livepatch exports nothing")                                 \
	X(EXPORT_REMOVED, "export-removed", false, "warning: the running kernel still exports it")                     \
	X(FORCE_UNSAFE, "force-unsafe", false, "note: KPATCH_FORCE_UNSAFE has no effect")                              \
	X(FUNCTION_MERGED, "function-merged", true,                                                                    \
	  "two functions are one in the target and now differ, and other code has their address")                      \
	X(FUNCTION_REMOVED, "function-removed", true,                                                                  \
	  "warning: a removed function runs unpatched, because other code has its address")                            \
	X(GLOBAL_MOVED, "global-moved", false, "a new global symbol already exists in the target")                     \
	X(GOT_REFERENCE, "got-reference", false, "an address is read from the GOT; modules have none")                 \
	X(IGNORE_UNMATCHED, "ignore-unmatched", false,                                                                 \
	  "a function or section that the patch asks to leave out does not exist")                                     \
	X(IGNORED, "ignored", false, "warning: changes are left out, as the patch asks")                               \
	X(IGNORED_NEEDED, "ignored-needed", false, "the livepatch needs what the patch asks to leave out")             \
	X(INIT_CODE, "init-code", false, "changed or new __init or __exit function")                                   \
	X(INIT_ENTRY, "init-entry", false,                                                                             \
	  "changed or new constructor, or entry in a table that only __init code reads")                               \
	X(INIT_REFERENCE, "init-reference", false, "a reference to what is freed after boot")                          \
	X(INIT_REMOVED, "init-removed", true, "something was removed that had its effect at init")                     \
	X(LABEL_REFERENCE, "label-reference", false, "a reference to a label inside an unchanged function")            \
	X(LABEL_TABLE, "label-table", false, "existing data holds addresses inside a changed function")                \
	X(LAYOUT_CHANGED, "layout-changed", true, "the layout of a structure or the value of an enumerator changed")   \
	X(LINE_GUESSED, "line-guessed", false, "warning: a number is taken for a line number; this is a guess")        \
	X(LOCKS_CHANGED, "locks-changed", false, "note: a changed function takes or releases locks differently")       \
	X(MEMBER_ADDED, "member-added", true, "warning: a structure has a new member in its padding")                  \
	X(MODULE_EXPORT, "module-export", false, "a reference to an export of a module that may not be loaded")        \
	X(MODULE_KEY, "module-key", false, "a jump label tests a static key of a module that may come later")          \
	X(MODULE_LATE, "module-late", false, "instructions or an entry depend on a module that may come later")        \
	X(NAME_MOVED, "name-moved", false, "a global name now means something else")                                   \
	X(NAME_ONLY, "name-only", false, "warning: a symbol was found by its name only")                               \
	X(NAMELESS_CODE, "nameless-code", false, "changed or new code that belongs to no function")                    \
	X(NAMELESS_DATA, "nameless-data", false, "data without a symbol changed, is used or was left over")            \
	X(NEW_UNUSED, "new-unused", false,                                                                             \
	  "warning: new code, data or module information is left out, since nothing in the livepatch uses it")         \
	X(NOT_COPIED, "not-copied", false, "a reference to a section that can't be copied into a livepatch")           \
	X(NOT_TRACED, "not-traced", false, "a changed function that ftrace can't reach")                               \
	X(PHYSICAL_ADDRESS, "physical-address", false, "the physical address of a copied symbol is taken")             \
	X(REFERENCE_UNCLEAR, "reference-unclear", false, "a reference may mean either of two symbols")                 \
	X(SHORT_JUMP, "short-jump", false, "a jump within a section that can't be moved")                              \
	X(SIGNATURE_CHANGED, "signature-changed", true,                                                                \
	  "the parameters or the result of a function changed that other code may call")                               \
	X(STATE_RESTARTED, "state-restarted", true, "warning: a static variable starts with its initial value again")  \
	X(STATES_FORM, "states-form", false, "an array of states has a wrong form, or is a second one")                \
	X(STATIC_AMBIGUOUS, "static-ambiguous", false,                                                                 \
	  "it can't be told which static variable of the kernel this is, or whether it is new")                        \
	X(SYMBOL_AMBIGUOUS, "symbol-ambiguous", false, "it can't be told which symbol of the target is meant")         \
	X(SYMBOL_MISSING, "symbol-missing", false, "a symbol is used that the target does not have")                   \
	X(SYMPOS_UNSTABLE, "sympos-unstable", false, "the sympos of a symbol changes once its module is loaded")       \
	X(TABLE_CHANGED, "table-changed", false, "the content, size or alignment of an existing constant changed")     \
	X(TASK_STAYS, "task-stays", true,                                                                              \
	  "warning: a task may never leave the old function, so the transition may never complete")                    \
	X(TYPE_CHANGED, "type-changed", true,                                                                          \
	  "the type of existing data changed, but not its size (warning: only the range of a number)")                 \
	X(UNKNOWN_SECTION, "unknown-section", false, "a section with an unknown meaning is involved")                  \
	X(UNUSED_ACCEPT, "unused-accept", false, "warning: an --accept matched nothing")                               \
	X(VDSO_CHANGED, "vdso-changed", false, "changed vdso function, which runs in user space")

/* Those of klp-place, klp-link and create-klp-module; kpatch-build, which calls them, refuses by the same names. */
#define PLACE_RULES(X)                                                                                                 \
	X(BASE_DIFFERS, "base-differs", false, "the compiled code is not what the target runs")                        \
	X(EXPORTS_DIFFER, "exports-differ", false, "Module.symvers and image have different exports")

#define LINK_RULES(X)                                                                                                  \
	X(MODULE_DIFFERS, "module-differs", false, "a module is not from the target's build")                          \
	X(SYMBOL_TWICE, "symbol-twice", false, "two objects of the livepatch define the same global symbol")

#define FINISH_RULES(X)                                                                                                \
	X(LIVEPATCH_FORM, "livepatch-form", false,                                                                     \
	  "a livepatch symbol or relocation can't be written in the form that the kernel reads")                       \
	X(TOO_MANY_SECTIONS, "too-many-sections", false,                                                               \
	  "warning: a module has more sections than the kernel's loader can count")

/* Those of kpatch-build alone, which looks at files, where create-diff-object looks at functions and variables. */
#define DRIVER_RULES(X)                                                                                                \
	X(ACCEPT_AMBIGUOUS, "accept-ambiguous", false, "an --accept matches symbols in several objects")               \
	X(BINARY_DATA, "binary-data", false, "a part of a patch is binary data")                                       \
	X(BUILD_CHANGED, "build-changed", false, "the patch changes how the kernel is configured or built")            \
	X(CALLBACK_ALONE, "callback-alone", true,                                                                      \
	  "a callback for an object in which no function changes, while others have some")                             \
	X(ENDBR_SEALED, "endbr-sealed", false,                                                                         \
	  "the address of a function is taken that a kernel with IBT can't call indirectly")                           \
	X(FILE_KIND, "file-kind", false, "a file that is not C source compiled into an object")                        \
	X(FILE_PATH, "file-path", false, "a path that leads out of the source, or that the build can't handle")        \
	X(FILE_READ, "file-read", false, "the build uses a file for something other than an object")                   \
	X(FILE_REMOVED, "file-removed", false, "a file is removed or renamed")                                         \
	X(FULL_DIFFERS, "full-differs", false, "--full: other functions differ when both kernels are built entirely")  \
	X(MODULE_MISSING, "module-missing", false, "the target does not have this module")                             \
	X(MODULE_SHARED, "module-shared", false, "an object file is part of several modules")                          \
	X(NOT_BUILT, "not-built", false, "the target's configuration does not build a file")                           \
	X(NOTHING_LEFT, "nothing-left", false, "no hunk of the patch is left")                                         \
	X(OUTSIDE_CHANGED, "outside-changed", false,                                                                   \
	  "a header affects assembly, a linker script, boot code, the vdso, a build tool or generated C")              \
	X(PATCH_FORM, "patch-form", false, "a part of a patch is not a unified diff, or is damaged")                   \
	X(RUN_TIME_KEY, "run-time-key", false,                                                                         \
	  "a static key must be tested at run time, and the code can't be compiled that way")                          \
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
