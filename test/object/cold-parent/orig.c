extern int other(int);
extern void complain(const char *, int);
__attribute__((cold, noinline)) int f(int x)
{
	if (x > 1000)
		complain("big", x);
	return other(x);
}
int caller(int x) { return x ? f(x) : 0; }
