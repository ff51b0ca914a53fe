extern int exported_elsewhere(int);
static __attribute__((noinline, noipa)) int same_name(int x) { return x + 1; }
extern int elsewhere(int);
int f(int x) { return exported_elsewhere(x) + same_name(x) + elsewhere(x); }
