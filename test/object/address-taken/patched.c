typedef int fn(int);
fn *stored;
int __attribute__((noinline)) fresh(int x) { return x ^ 1; }
int __attribute__((noinline, noipa)) f(int x) { return x * 5; }
int g(int x) { stored = f; if (x) stored = fresh; return f(x) + 1; }
int h(int x) { return stored == f; }
