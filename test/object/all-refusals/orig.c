int limit = 5;
static int table[4] = { 1, 2, 3, 4 };
int f(int x) { return x > limit ? 0 : table[x & 3]++; }
extern int other(int x);
int __attribute__((section(".init.text"))) setup(int x) { return other(x); }
int h(int x) { return other(x + 1); }
