extern int other(const int *);
int f(int x)
{
#ifdef PATCHED
	static int count;
	static const int table[] = {1, 2, 3};
	static const int *const pointers[] = {table + 1, &count};
	count += *pointers[x & 1];
	return other(&count) + other(&table[x]);
#else
	return x;
#endif
}
int g(int x) { static int count; count += x; return other(&count); }
