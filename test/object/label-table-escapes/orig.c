extern int step(int);
static const void *const *kept;
int f(const unsigned char *op, int x)
{
	static const void *const table[] = {&&next, &&twice, &&done};
	if (!op) {
		kept = table;
		return 0;
	}
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
	goto *kept[*op++];
done:
	return x;
}
