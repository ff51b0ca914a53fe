typedef int fn(int);
fn *stored;
int __attribute__((noinline, noipa)) f(int x) { return x; }
int g(int x) { stored = f; return f(x) + 1; }
int h(int x) { return stored == f; }
