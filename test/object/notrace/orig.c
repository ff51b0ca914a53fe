extern int other(int x);
int __attribute__((no_instrument_function)) f(int x) { return other(x); }
