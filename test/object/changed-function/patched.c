extern int printk(const char *, ...);
int other(int x);
int __attribute__((noinline, noipa)) f(int x) { printk("after %d\n", x); return other(x); }
int g(int x) { return other(x) + f(x); }
