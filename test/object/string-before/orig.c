#ifndef PATCHED
#define DIGITS "0123456789abcdef"
#define WIDE L"0123456789abcdef"
#endif
extern int use(int), other(const void *);
/* What stands before the digits in the pool is the same on both sides. */
int hex(long x)
{
	int s = 0;

	other("zz");
	for (long i = 1; i <= x; i++)
		s += use(DIGITS[i - 1]);
	return s;
}
int wide(long x)
{
	int s = 0;

	other(L"zz");
	for (long i = 1; i <= x; i++)
		s += use(WIDE[i - 1]);
	return s;
}
int same(long x)
{
	int s = 0;

	other("yy");
	for (long i = 1; i <= x; i++)
		s += use("0123456789ABCDEF"[i - 1]);
	return s;
}
