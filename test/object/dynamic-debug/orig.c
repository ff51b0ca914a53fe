/* pr_debug(): descriptors that are new stand one behind the other, as the module loader wants them. */
struct _ddebug { const char *mod, *func, *file, *fmt; unsigned int line : 18, class : 6, flags : 8; long key[2]; }
	__attribute__((aligned(8)));
extern void __dynamic_pr_debug(struct _ddebug *, const char *, ...);
#define PASTE_(a, b) a##b
#define PASTE(a, b) PASTE_(a, b)
#define pr_debug_as(name, fmt, ...) do { \
	static struct _ddebug name __attribute__((aligned(8), section("__dyndbg"))) = \
		{ "mod", __func__, "file.c", fmt, __LINE__, 63, 0 }; \
	if (name.flags) __dynamic_pr_debug(&name, fmt, ##__VA_ARGS__); } while (0)
#define pr_debug(...) pr_debug_as(PASTE(__UNIQUE_ID_ddebug, __COUNTER__), ##__VA_ARGS__)
extern int other(int);
#ifdef PATCHED
#line 100
enum { shifts_the_unique_names = __COUNTER__ };
#endif
int e(int x) { pr_debug("e"); return other(x); }
int f(int x)
{
	pr_debug("f %d", x);
#ifdef PATCHED
	pr_debug("new in f");
	x++;
#endif
	return other(x);
}
int g(int x) { pr_debug("g"); return other(x); }
int h(int x)
{
#ifdef PATCHED
	x++;
	pr_debug("new in h");
#endif
	pr_debug("h %d", x);
	return other(x);
}
