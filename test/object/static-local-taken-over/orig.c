extern int e(int);
static __attribute__((noinline)) int f2(int a){ static int count; return e(a) + ++*(volatile int*)&count; }
int f1(int a){ static int count; a += ++*(volatile int*)&count; return f2(a); }
