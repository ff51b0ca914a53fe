/* The same by an inline function, which leaves no code of its own. */
extern void *alloc(int size);
extern int use(int);
static int *table;
static inline int slots(void)
{
#ifdef PATCHED
	return 32;
#else
	return 16;
#endif
}
int __attribute__((section(".init.text"))) setup(void)
{
	table = alloc(slots() * sizeof(*table));
	return !table;
}
int f(int i)
{
	return i < slots() ? use(table[i]) : 0;
}
