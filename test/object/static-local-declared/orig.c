extern int sink(int *);
/* They are called in the other order: only by who declares it is each variable told. */
static inline int add(int x) { static int n; return sink(&n) + x; }
static inline int scale(int x) { static int n; return sink(&n) * x; }
int f(int x)
{
#ifdef PATCHED
	return scale(x) + add(x) + 1;
#else
	return add(x) + scale(x);
#endif
}
/* Another function with a variable of that name takes the place of the one that had it. */
#ifdef PATCHED
static inline int after(int x) { static int last; return sink(&last) - x; }
#else
static inline int before(int x) { static int last; return sink(&last) + x; }
#endif
int g(int x)
{
#ifdef PATCHED
	return after(x);
#else
	return before(x);
#endif
}
/* The same two, in the same order. */
static inline int one(int x) { static int same; return sink(&same) + x; }
static inline int two(int x) { static int same; return sink(&same) * x; }
int h(int x)
{
#ifdef PATCHED
	x++;
#endif
	return one(x) + two(x);
}
