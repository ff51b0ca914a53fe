/* What a call of an indirect function means is decided when it is linked: not what stands at its symbol. */
extern int fast;
static int one(int x) { return x; }
static int two(int x) { return x + 1; }
static void *choose(void) { return fast ? one : two; }
#ifdef PATCHED
int work(int x) __attribute__((ifunc("choose")));
#else
int work(int x) { return (choose() == one) + x; }
#endif
int f(int x) { return work(x); }
