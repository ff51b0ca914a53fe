/* Constants that changed, and that others may know by their addresses, or that are read by what can't be patched. */
#include "tables.h"
#ifdef PATCHED
#define CHANGED 7
#else
#define CHANGED 6
#endif
#define AT(name) __attribute__((section(name)))
/* GCC makes one of two that are equal. */
#define TABLE(name) name[4] = {__LINE__, 2, 3, CHANGED}
#define CONSTANT(name) static const int TABLE(name)
struct object { const int *table; };
extern int other(int x), use(const int *table), forget(const void *table, int x);
extern int (*hook)(const int *table);

CONSTANT(stored);
void store(struct object *object) { object->table = stored; }

CONSTANT(stored_inside);
int store_inside(struct object *object, int x) { object->table = &stored_inside[x]; return stored_inside[x]; }

CONSTANT(passed);
int pass(int x) { return other(x) + passed[x] + use(passed); }

CONSTANT(passed_on);
static __attribute__((noinline, noclone)) int through(const int *table) { return table[1] + use(table); }
int pass_on(int x) { return x ? through(passed_on) : through(&x); }

CONSTANT(passed_indirectly);
int pass_indirectly(void) { return hook(passed_indirectly); }

CONSTANT(returned);
const int *give(int x) { return x < 4 ? returned + x : 0; }

CONSTANT(spilled);
int spill(int x) { const int *volatile kept = spilled; return kept[x]; }

CONSTANT(in_variable);
const int *variable = in_variable;

CONSTANT(in_constant);
const struct object constant = {in_constant};

CONSTANT(in_own_constant);
static const struct object own_constant[2] = {{in_own_constant}};
int read_own_constant(int x) { return use(own_constant[x].table); }

CONSTANT(in_bug_table);
int bug(int x) { if (x == 5) asm volatile(BUG_12("8") : : "i"(in_bug_table)); return in_bug_table[x]; }

CONSTANT(exported);
asm(".section \"___ksymtab+exported\", \"a\"\n .balign 4\n__ksymtab_exported: .long exported - .\n .long 0, 0\n .previous\n");
int read_exported(int x) { return exported[x]; }

extern const int global[4];
const int TABLE(global);
int read_global(int x) { return global[x]; }

CONSTANT(aliased);
extern __attribute__((alias("aliased"))) const int aliased_too[4];
int read_aliased(int x) { return aliased[x]; }

static const int AT(".rodata.shared") TABLE(neighbour);
static const int AT(".rodata.shared") neighbour_too[4] = {4, 5, 6, 7};
int read_neighbours(int x) { return neighbour[x] + neighbour_too[x]; }

CONSTANT(at_start);
int AT(".init.text") start(int x) { return at_start[x]; }
int read_at_start(int x) { return at_start[x]; }

CONSTANT(at_exit);
void AT(".exit.text") leave(struct object *object) { other(at_exit[object->table[0]]); }
int read_at_exit(int x) { return at_exit[x]; }

CONSTANT(untraced);
int __attribute__((no_instrument_function)) read_untraced(int x) { return untraced[x]; }
int read_traced(int x) { return untraced[x]; }

static int TABLE(writable);
int read_writable(int x) { return writable[x]++; }

static const int AT(".data..ro_after_init") TABLE(after_init);
int read_after_init(int x) { return after_init[x]; }

static const int __attribute__((used)) TABLE(unread);

/* Its address was let go of before the change. */
CONSTANT(stored_before);
int store_before(struct object *object, int x)
{
#ifndef PATCHED
	object->table = stored_before;
#endif
	return stored_before[x];
}

/* Its address is only let go of now. */
CONSTANT(stored_now);
int store_now(struct object *object, int x)
{
#ifdef PATCHED
	object->table = stored_now;
#endif
	return stored_now[x];
}

/* It was one, and is none any more. */
#ifdef PATCHED
static int TABLE(once);
int read_once(int x) { return once[x]++; }
#else
CONSTANT(once);
int read_once(int x) { return once[x]; }
#endif
