#ifndef A
#define A(before, after) __attribute__((aligned(before)))
#endif
#define SHARED __attribute__((section(".data..read_mostly")))
#define PACKED __attribute__((section(".data..cacheline_aligned")))
extern int use(unsigned long, const void *);
static char buf[64] A(8, 4096);
static const char constant[64] A(8, 64) = {1};
int mostly SHARED A(4, 64) = 1;
int behind PACKED A(4, 32) = 2;
int before PACKED A(64, 64) = 1;
int unused_one A(4, 128);
char lowered[64] A(128, 8);
int f(int x)
{
	static long count A(8, 32);

	return use(((unsigned long)buf & 0xfff) + x, buf) + use((unsigned long)constant & 63, constant) +
	       use((unsigned long)&mostly, &count) + use(behind, &before);
}
