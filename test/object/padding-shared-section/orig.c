extern int other(int);
#define S __attribute__((section(".sched.text")))
S int f(int x) { return other(x); }
S int g(int x) { return other(x + 1) + 1; }
S int h(int x) { return other(x + 2) + 1; }
