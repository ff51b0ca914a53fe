/* These two sections come in this order, so that the address of the key is that of the variable, too. */
__asm__(".pushsection .bss.__key.1,\"aw\",@nobits\n.popsection\n.pushsection .bss.hits.0,\"aw\",@nobits\n.popsection");
#ifdef PATCHED
#define N 2
#else
#define N 1
#endif
struct lock_class_key { };
extern void lock_init(const char *name, struct lock_class_key *key);
extern int use(int *p);
int g(int x)
{
	static struct lock_class_key __key;
	lock_init("lock", &__key);
	return x + N;
}
int f(int x)
{
	static int hits;
	return use(&hits) + x;
}
