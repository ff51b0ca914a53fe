extern int other(int *);
int zero(int x)
{
#ifdef PATCHED
	static int count[3];
#else
	static int count[2];
#endif
	count[x]++;
	return other(count);
}
int data(int x)
{
#ifdef PATCHED
	static int values[] = {1, 2, 3};
#else
	static int values[] = {1, 2};
#endif
	values[x]++;
	return other(values);
}
int same(int x) { static int count[2]; count[x]++; return other(count); }
