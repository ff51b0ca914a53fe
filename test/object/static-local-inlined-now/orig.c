extern int other(int);
#ifdef PATCHED
#define KIND __attribute__((always_inline)) inline
#else
#define KIND __attribute__((noinline))
#endif
static KIND int helper(int x) { static int count = 5; count += x; return other(count); }
int f(int x) { static int count = 6; count += x; return other(count) + helper(x); }
int g(int x) { return helper(x) * 2; }
