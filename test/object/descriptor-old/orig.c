struct _ddebug { const char *modname, *function, *filename, *format; unsigned int lineno : 18, flags : 8; };
extern void __dynamic_pr_debug(struct _ddebug *, const char *, ...);
#define pr_debug(fmt) ({                                                                                            \
	static struct _ddebug __attribute__((aligned(8), section("__verbose"))) descriptor =                         \
		{"m", __func__, "f.c", fmt, __LINE__, 0};                                                            \
	if (__builtin_expect(descriptor.flags & 1, 0)) __dynamic_pr_debug(&descriptor, fmt); })
#ifdef PATCHED

#endif
int same(int x) { pr_debug("same"); return x; }
int f(int x)
{
#ifdef PATCHED
	pr_debug("new");
	x++;
#endif
	pr_debug("f");
	return x;
}
