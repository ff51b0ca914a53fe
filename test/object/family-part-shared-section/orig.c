extern int other(int), ext(int);
#define S __attribute__((section(".sched.text")))
extern void __attribute__((cold)) complain(const char *, int);
S static __attribute__((noinline)) int f(int *p, int x)
{
	if (*p > 1000) {
		complain("big", x);
		complain("value", 1);
		return ext(-1);
	}
	return ext(*p + x);
}
S int first(int *p) { return f(p, 1) + 1; }
S int second(int *p, int x) { return f(p, x) + 2; }
