extern int other(int);
int f(int x) { return other(x); }
int g(int x) { return other(x + 1) + 1; }
__attribute__((section(".sched.text"))) int h(int x) { return other(x + 2) + 1; }
__attribute__((section(".sched.text"))) int i(int x) { return other(x + 3) + 1; }
