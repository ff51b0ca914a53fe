/* -DP=1: first changes; -DP=2: second as well; -DP=3: first, and a text; -DP=4: a constant, which others know with -DKNOWN;
   -DP=5: the address of a static function is taken */
int printk(const char *format, ...);
int other(int x);
static int state = 1;
static int spare = 2;
#if P == 4
static const int weights[4] = {1, 2, 3, 5};
#else
static const int weights[4] = {1, 2, 3, 4};
#endif
#ifdef KNOWN
const int *known = weights;
#endif
static __attribute__((noinline)) int helper(int x)
{
	state ^= x;
	return state;
}
static inline int twice(int x)
{
	spare ^= x;
	return x * 2;
}
__attribute__((noinline)) int third(int x)
{
	spare += twice(x) * weights[x & 3];
	return helper(x) - spare;
}
#if P && P < 4
static int added = 7;
static __attribute__((noinline)) int fresh(int x)
{
	added += x;
	printk(P == 3 ? "another text\n" : "the text of the patch\n");
	return helper(x) + added;
}
#endif
__attribute__((noinline)) int first(int x)
{
#if P && P < 4
	if (x > state)
		return fresh(x) + other(x);
#endif
	if (x == 77)
		asm volatile("1: ud2\n"
			     ".pushsection __bug_table, \"aw\"\n"
			     "2: .long 1b - .\n"
			     ".long %c0 - .\n"
			     ".word 0x123, 5\n"
			     ".org 2b + 12\n"
			     ".popsection"
			     :
			     : "i"("judged.c"));
	printk("a text\n");
	return helper(x) + state;
}
__attribute__((noinline)) int second(int x)
{
#if P == 2
	x += spare;
#elif P == 5
	return printk("of the second\n", helper);
#endif
	printk("of the second\n");
	return helper(x) + 3;
}
int _start(int x)
{
	return first(x) + second(x) + third(x);
}
