extern int other(int);
int f(int x) { return other(x) + 2; }
int old_name(int) __attribute__((weak, alias("f")));
int caller(int x) { return old_name(x) + f(x) + 2 * other(x); }
