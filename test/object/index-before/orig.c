#define RM __attribute__((section(".data..read_mostly")))
static int before[4] RM = { 9 };
static int table[16] RM = { 1 };
/* table[i - 1] is an offset into before[]; both stay where they are, so it is the same byte in the kernel. */
int f(long i)
{
	int v;

	asm volatile("movl table-4(,%1,4),%0" : "=r"(v) : "r"(i));
#ifdef PATCHED
	v++;
#endif
	return v + before[i & 3];
}
