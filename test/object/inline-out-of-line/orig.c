extern int other(int x);
extern int state;
static __attribute__((noinline, noipa, no_instrument_function)) int body(int x) { return other(x); }
int first(int x) { return body(x) + 1; }
int second(int x) { return body(x) + 2; }
int third(int x) { return other(x + 3); }
