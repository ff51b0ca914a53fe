extern int other(int x);
int __attribute__((section(".init.text"))) setup(int x) { return other(x); }
int f(int x) { return other(x + 1); }
