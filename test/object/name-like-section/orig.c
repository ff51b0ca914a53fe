extern int use(void *);
#ifdef PATCHED
static int other_one = 1, another = 2;
int f(int x) { return use(&other_one) + use(&another) + x; }
int g(int x) { static _Bool __warned; if (!__warned) use(&__warned); __warned = 1; return x + 1; }
#else
static int once = 1, unlikely = 2;
int f(int x) { return use(&once) + use(&unlikely) + x; }
int g(int x) { static _Bool __warned; if (!__warned) use(&__warned); __warned = 1; return x; }
#endif
