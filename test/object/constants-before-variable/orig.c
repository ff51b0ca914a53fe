extern void use(const void *);
static const int table[4] = {1, 2, 3, 4};
int reads(int i) { use(table); return table[i]; }
int f(int x)
{
	int local[] = {1, 2, 3, 4, 5, 6, 7, 8, 9,
#ifdef PATCHED
		       11,
#else
		       10,
#endif
		       1, 2, 3, 4, 5, 6, 7, 8, 9, 19, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 11, 1};
	use(local);
	return local[x];
}
