#ifdef PATCHED
#define MORE 1
#else
#define MORE 0
#endif
extern int other(const void *, ...);
static char buffer[16 + MORE];
long counters[4 + MORE];
static int values[] = {1, 2, 3, [3 + MORE] = 4};
static char same[16];
int f(int x) { buffer[x]++; counters[x]++; values[x]++; same[x]++; return other(buffer, counters, values, same); }
