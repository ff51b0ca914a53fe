extern int other(int);
#define SORT , hot
__attribute__((noinline SORT)) int f(int x) { return other(x); }
__attribute__((noinline SORT)) int g(int x) { return other(x + 2) + 1; }
