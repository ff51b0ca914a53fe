/* Ways in which the address of something new gets out of sight. */
struct work { long data; void *next, *prev; void (*func)(struct work *); };
struct ops { int (*open)(int); int (*close)(int); };
struct object { const struct ops *ops; int *count; };
extern void queue(void *where, struct work *work, unsigned long delay);
extern void notify(int (*call)(int));
extern int _printk(const char *format, ...);
int *stored;
int (*hook)(int);
void (*caller)(int *);
#ifdef PATCHED
#define NEW(...) __VA_ARGS__
#else
#define NEW(...)
#endif
NEW(static void later(struct work *w) { _printk("later %ld", w->data); }
    static struct work work = {1, &work.next, &work.next, later};)
void delayed(void) { NEW(queue(0, &work, 30);) }

NEW(static int direct(int x) { return x + 1; })
void given(void) { NEW(notify(direct);) }

NEW(static int opened(int x) { return x + 2; } static const struct ops new_ops = {.open = opened};)
void in_structure(struct object *object) { NEW(object->ops = &new_ops;) }

NEW(static int count_stored;)
void in_memory(struct object *object) { NEW(object->count = &count_stored;) }

NEW(static int count_returned;)
int *returned(void) { NEW(return &count_returned;) return 0; }

NEW(static int count_far;)
static __attribute__((noipa)) void far(int *p) { if (p) stored = p + 1; }
void through_callee(void) { far(0); NEW(far(&count_far);) }

NEW(static int one(int x) { return x + 3; } static int two(int x) { return x + 4; }
    static int (*const table[])(int) = {one, two};)
void from_table(int i) { NEW(hook = table[i];) }

NEW(static int count_hook;)
void by_pointer(void) { NEW(caller(&count_hook);) }

NEW(static int count_branch;)
int over_branches(int x, int *p) { NEW(p = x ? &count_branch : p; if (x > 5) _printk("%d", x); stored = p;) return x; }
