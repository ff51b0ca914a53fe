extern int other(int);
static int f(int x) { return other(x) + 2; }
int hook(int) __attribute__((weak, alias("f")));
int caller(int x) { return f(x) * 2; }
