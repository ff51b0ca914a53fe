extern int other(int *, int *);
int f(int x)
{
#ifdef PATCHED
	if (x > 5) { static int count; count += x * 3; return other(&count, 0); }
#endif
	{ static int count; count += x; return other(0, &count); }
}
