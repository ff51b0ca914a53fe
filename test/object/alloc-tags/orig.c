/* include/linux/codetag.h, alloc_tag.h: CONFIG_MEM_ALLOC_PROFILING, since 6.10 */
struct alloc_tag_counters { unsigned long bytes, calls; };
struct alloc_tag {
	unsigned int flags, lineno;
	const char *modname, *function, *filename;
	struct alloc_tag_counters *counters;
};
extern void *alloc(int size, struct alloc_tag *tag);
#define kmalloc(size) ({                                                                                             \
	static __attribute__((section(".data..percpu"))) struct alloc_tag_counters _alloc_tag_cntr;                  \
	static struct alloc_tag __attribute__((used, aligned(8), section("alloc_tags"))) _alloc_tag =                \
		{0, __LINE__, 0, __func__, "f.c", &_alloc_tag_cntr};                                                 \
	alloc(size, &_alloc_tag); })
#ifdef PATCHED

#endif
void *same(void) { return kmalloc(1); }
void f(void **p)
{
#ifdef PATCHED
	p[1] = kmalloc(20);
#endif
	p[0] = kmalloc(10);
}
void less(void **p)
{
#ifndef PATCHED
	p[1] = kmalloc(200);
#endif
	p[0] = kmalloc(100);
}
