static __attribute__((noinline, noipa)) int same_name(int x) { return x + 1; }
int f(int x) { return same_name(x); }
