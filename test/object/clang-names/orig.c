/* clang's names: a static local is `f.count`, a table of a switch `switch.table.f`, the function's name `__func__.f`. */
extern int sink(const void *p, const char *name);
#ifdef PATCHED
/* This one uses what f() had, inlined: the name still tells whose it is. */
static inline int before(int x)
{
	static int count;

	count += 2 * x;
	return sink(&count, "new");
}
#endif
static inline int helper(int x)
{
	static int count = 5;

	count += x;
	return sink(&count, __func__);
}
int table(int x)
{
	switch (x) {
	case 1: return 17;
	case 2: return 5;
	case 3: return 99;
	case 4: return 12;
#ifdef PATCHED
	case 5: return 31;
#endif
	}
	return 0;
}
#ifdef PATCHED
int g(int x)
{
	return helper(x) + before(x);
}
#endif
int f(int x)
{
	static int count;
	static _Bool __attribute__((section(".data..once"))) __already_done;

	if (!__already_done)
		__already_done = 1;
	count -= x;
#ifdef PATCHED
	return sink(&count, __func__) + g(x);
#else
	return sink(&count, __func__) + helper(x);
#endif
}
int same(int x)
{
	static int count;

	return sink(&count, __func__) * x;
}
