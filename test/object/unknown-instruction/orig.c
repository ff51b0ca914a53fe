#define RM __attribute__((section(".data..read_mostly"), used))
static int one RM = 1, two RM = 2;
extern int other(int);
/* No instruction that is known: how many bytes follow the field is not known either. */
int f(int x)
{
	asm volatile(".byte 0x06\n.long two - . - 8");
#ifdef PATCHED
	x++;
#endif
	return other(x);
}
/* The bytes look like the begin of an instruction that goes on in g(), but a function begins with an instruction. */
int __attribute__((section(".sched.text"), used)) e(int x) { asm volatile("ret\n.byte 0x48, 0xb8"); __builtin_unreachable(); }
int __attribute__((section(".sched.text"))) g(int x)
{
#ifdef PATCHED
	x++;
#endif
	return two + x;
}
