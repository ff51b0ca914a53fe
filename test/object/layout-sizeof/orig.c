extern void *memset(void *, int, unsigned long);
extern void *lookup(int);
struct object {
	int id;
#ifdef PATCHED
	long extra;
#endif
};
void f(int n) { void *p = lookup(n); memset(p, 0, sizeof(struct object)); }
