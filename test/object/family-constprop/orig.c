struct s { int a, b, c; };
extern int ext(int), ext2(int, int);

static __attribute__((noinline)) int f(int x, int flag) { return flag ? ext2(x, flag) : ext(x); }
int first(int x) { return f(x, 4) + 1; }
int second(int x) { return f(x + 1, 4) + 2; }
