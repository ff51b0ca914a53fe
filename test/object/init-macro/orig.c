/* The size of a cache's objects is a macro of a header: setup() made the cache, and f() fills the objects. */
#ifdef PATCHED
#define BUFFER 256
#else
#define BUFFER 64
#endif
extern void *kmem_cache_create(const char *name, unsigned int size), *kmem_cache_alloc(void *cache);
extern void fill(void *buffer, unsigned int size);
static void *cache;
int __attribute__((section(".init.text"))) setup(void)
{
	cache = kmem_cache_create("x", BUFFER);
	return !cache;
}
void f(unsigned int size)
{
	if (size <= BUFFER)
		fill(kmem_cache_alloc(cache), size);
}
