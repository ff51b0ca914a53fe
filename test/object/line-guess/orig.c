#define SIZE 64
extern void *reserve(const char *, unsigned long);
extern int counter;
int allocates(void) { return reserve("drivers/net/orig.c", SIZE) != 0; }
int twice(int x) { if (x) reserve("drivers/net/orig.c", SIZE + 1); counter += x; return reserve("drivers/net/orig.c", SIZE) != 0; }
int patched_anyway(void) { return reserve("drivers/net/orig.c", SIZE) != 0; }
