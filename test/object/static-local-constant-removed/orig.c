extern int other(const int *);
int g(int x)
{
#ifdef PATCHED
	return x;
#else
	static const int table[] = {1, 2, 3};
	return other(&table[x]);
#endif
}
