extern int other(int);
static int __attribute__((section(".sched.text"), noinline, noipa)) inner(int x) { return other(x); }
int __attribute__((section(".sched.text"))) outer(int x) { return inner(x) + 2; }
