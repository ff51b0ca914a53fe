extern int other(const void *);
/* The function gets another name, and its constants go along: other content, so which one is meant matters. */
#ifdef PATCHED
static __attribute__((noinline)) int __limit(int x)
#else
int limit(int x)
#endif
{
#ifdef PATCHED
	static const int limits[2] = { 1, 3 };
#else
	static const int limits[2] = { 1, 2 };
#endif

	return other(limits) + x;
}
#ifdef PATCHED
int limit(int x)
{
	return __limit(x) + 1;
}
#endif
/* And a variable. */
#ifdef PATCHED
static __attribute__((noinline)) int __count(int x)
#else
int count(int x)
#endif
{
	static int calls;

	return other(&calls) + x;
}
#ifdef PATCHED
int count(int x)
{
	return __count(x) + 1;
}
#endif
