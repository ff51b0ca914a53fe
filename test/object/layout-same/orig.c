extern int printk(const char *, ...);
struct object {
#ifdef PATCHED
	int a; /* other words for the same */
	unsigned long long b;
	char tail[];
#else
	signed int a;
	unsigned long b;
	char tail[0];
#endif
};
#ifdef PATCHED
struct new_one { int a, b; };
#else
struct old_one { int a; };
int gone(struct old_one *p) { return p->a; }
#endif
/* a counter of macros stands at another number, and so the name for something else */
#ifdef PATCHED
static int *__UNIQUE_ID_of_macro2 __attribute__((used));
static long __UNIQUE_ID_of_macro1 __attribute__((used));
#else
static int *__UNIQUE_ID_of_macro1 __attribute__((used));
static long __UNIQUE_ID_of_macro2 __attribute__((used));
#endif
/* which form a number has in the debug information depends on the others */
enum only { ONLY = 0x80000001u };
enum signed_only { SIGNED_ONLY = -3 };
#ifdef PATCHED
enum another { ANOTHER = 0x80000002u, SIGNED_ANOTHER = -4L };
int first(enum another another) { return another == ANOTHER; }
#endif
int last(enum only only, enum signed_only signed_only) { return only == ONLY && signed_only == SIGNED_ONLY; }
int f(struct object *p)
{
#ifdef PATCHED
	struct new_one one = {1, printk("x")};
	return one.a + one.b;
#else
	return p->a;
#endif
}
