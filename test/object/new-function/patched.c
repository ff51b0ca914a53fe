extern int other(int x);
static __attribute__((noinline)) int helper(int x) { return other(x + 1); }
static __attribute__((noinline, used)) int unused_helper(int x) { return other(x + 2); }
int visible(int x) { return other(x + 3); }
int f(int x) { return helper(x) * 3; }
