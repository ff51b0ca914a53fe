/* Who calls exported() may be a module from anywhere; who has the address of callback() is not known. */
struct foo { int a; };
extern int use(int, int), add(void *callback);
#ifdef PATCHED
int exported(int flags, struct foo *foo) { return use(foo->a, flags); }
static int callback(struct foo *foo, int flags) { return use(foo->a, flags) + 1; }
int global(int flags, int x) { return use(x, flags); }
int swapped(int offset, int length) { return use(length, offset) + 2; }
int other_range(unsigned int x, const struct foo *foo, void *p) { return use(x, foo->a + !p); }
#else
int exported(struct foo *foo) { return use(foo->a, 0); }
static int callback(struct foo *foo) { return use(foo->a, 0) + 1; }
int global(int x) { return use(x, 0); }
int swapped(int length, int offset) { return use(length, offset) + 2; }
int other_range(int x, struct foo *foo, struct foo *p) { return use(x + 1, foo->a + !p); }
#endif
int setup(void) { return add(callback); }
asm(".section \"___ksymtab_gpl+exported\",\"a\"\n__ksymtab_exported: .long exported - .\n.long 0\n.long 0\n.previous");
asm(".section \"___ksymtab_gpl+other_range\",\"a\"\n__ksymtab_other_range: .long other_range - .\n.long 0\n.long 0\n.previous");
asm(".section \"___ksymtab_gpl+swapped\",\"a\"\n__ksymtab_swapped: .long swapped - .\n.long 0\n.long 0\n.previous");
