extern int other(int);
int f(int x) { return other(x) + 1; }
int old_name(int) __attribute__((weak, alias("f")));
int caller(int x) { return old_name(x) + f(x) + other(x); }
