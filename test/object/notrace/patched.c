extern int other(int x);
int __attribute__((noinline, no_instrument_function)) f(int x) { return other(x * 2); }
int caller(int x) { return f(x); }
