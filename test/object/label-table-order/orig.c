extern int step(int);
int f(const unsigned char *op, int x)
{
#ifdef PATCHED
	static const void *const table[] = {&&twice, &&next, &&done};
#else
	static const void *const table[] = {&&next, &&twice, &&done};
#endif
	goto *table[*op++];
next:
	x = step(x);
	goto *table[*op++];
twice:
	x = step(x + 2);
	goto *table[*op++];
done:
	return x;
}
int same(int x) { return step(x); }
