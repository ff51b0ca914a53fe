#define RM __attribute__((section(".data..read_mostly"), used))
int first[4] RM = { 9 };
#ifdef PATCHED
static int fresh[4] RM = { 7 };
#endif
static int table[16] RM = { 1 };
/* table[i - 1] is an offset into the new variable, which is not beside table[] in the running kernel. */
int f(long i)
{
	int v;

	asm volatile("movl table-4(,%1,4),%0" : "=r"(v) : "r"(i));
#ifdef PATCHED
	v += *(volatile int *)&fresh[1];
#endif
	return v;
}
/* So is the end of a loop that runs down to table[0]. */
int g(int *p)
{
#ifdef PATCHED
	p++;
#endif
	for (; p != 0; p--)
		asm goto("cmpq $table-4,%0\n je %l1" : : "r"(p) : : end);
end:
	return *p;
}
/* Alone, not computed with, it is what it says. */
int h(int x)
{
#ifdef PATCHED
	x += *(volatile int *)&fresh[2];
#endif
	return x;
}
