extern int a(int);
static int state, my_state;
static __attribute__((noinline)) int mine(int x) { return a(x) + my_state++; }
static __attribute__((noinline)) int help(int x) { return a(x) + state++; }
int f(int x) { return help(x + 1) + mine(x + 9) + mine(x) + (state = x) + my_state; }
