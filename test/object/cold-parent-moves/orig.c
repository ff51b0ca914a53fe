extern int other(int);
#define SORT
__attribute__((noinline SORT)) int f(int x) { return x * x + 7; }
__attribute__((noinline SORT)) int g(int x) { return other(x + 1) + 1; }
