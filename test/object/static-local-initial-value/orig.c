extern int other(const int *);
#ifdef PATCHED
#define NEW(x) (x + 1)
#else
#define NEW(x) (x)
#endif
int data(int x) { static int count = NEW(5); count += x; return other(&count); }
int zero_now(int x) { static int limit = NEW(-1); limit += x; return other(&limit); }
int constant(int x) { static const int table[] = {1, NEW(2), 3}; return other(&table[x]); }
int mostly(int x) { static int flag __attribute__((section(".data..read_mostly"))) = NEW(1); flag += x; return other(&flag); }
int percpu(int x) { static int cpu __attribute__((section(".data..percpu"))) = NEW(1); cpu += x; return other(&cpu); }
int same(int x) { static int count = 8; count += x; return other(&count); }
