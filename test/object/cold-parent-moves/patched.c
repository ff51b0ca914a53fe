extern int other(int);
#define SORT , cold
__attribute__((noinline SORT)) int f(int x) { return x * x + 7; }
__attribute__((noinline SORT)) int g(int x) { return other(x + 2) + 1; }
