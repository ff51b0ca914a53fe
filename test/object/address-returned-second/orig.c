/* A structure of two words is returned in two registers. */
struct pair { long number; void *where; };
extern int _printk(const char *format, ...);
#ifdef PATCHED
#define NEW(...) __VA_ARGS__
#else
#define NEW(...)
#endif
NEW(static int second(int x) { return x + 1; })
struct pair f(long x) { struct pair pair = {x, 0}; NEW(pair.where = second;) return pair; }

NEW(static int handed[4];)
static __attribute__((noipa)) struct pair make(long x, void *p) { return (struct pair){x + 1, p}; }
struct pair g(long x) { NEW(return make(x, handed);) return make(x, 0); }

/* Left in the second register from other work, or never there. */
NEW(static int counted[4];)
static __attribute__((noipa)) int look(long a, long b, int *p) { return a ? *p : _printk("%ld", b); }
int h(long x, int y) { NEW(counted[y]++; return counted[x & 3] + look(x, y, &counted[1]);) return look(x, y, 0); }
