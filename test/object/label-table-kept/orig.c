extern int step(int);
int f(const unsigned char *op, int x)
{
	static const void *const table[] = {&&next, &&twice, &&done};
	goto *table[*op++];
next:
	x = step(x);
	goto *table[*op++];
twice:
#ifdef PATCHED
	x = step(x + 3);
#else
	x = step(x + 2);
#endif
	goto *table[*op++];
done:
	return x;
}
