extern int step(int);
int f(int x)
{
	static const void *table[] = {&&one, &&two};
	if (x > 7)
		table[1] = &&one;
	goto *table[x & 1];
one:
#ifdef PATCHED
	return step(x) + 3;
#else
	return step(x) + 4;
#endif
two:
	return step(x + 1);
}
