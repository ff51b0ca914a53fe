extern int other(int *), another(int);
#ifdef PATCHED
static int __attribute__((noipa, used)) g(int x) { return another(x); }
int f(int x) { static int count; count += x; return other(&count) * 2; }
#else
static int __attribute__((noipa, used)) g(int x) { static int count; count += x; return other(&count) * 2; }
int f(int x) { static int count; count += x; return another(x) + other(&count) + g(x); }
#endif
