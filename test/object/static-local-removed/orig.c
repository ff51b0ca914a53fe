extern int other(const int *);
int f(int x)
{
#ifdef PATCHED
	static int total;
	total += x;
	return other(&total);
#else
	static int count;
	count += x;
	return other(&count);
#endif
}
int g(int x)
{
#ifdef PATCHED
	return x;
#else
	static const int table[] = {1, 2, 3};
	return other(&table[x]);
#endif
}
