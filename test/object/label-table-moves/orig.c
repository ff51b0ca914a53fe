extern int step(int);
int f(const unsigned char *op, int x)
{
	static const void *const __attribute__((section(".data.rel.ro.c_jump_table,\"aw\", @progbits #"))) table[] = {&&next, &&twice, &&done};
	goto *table[*op++];
next:
	x = step(x);
#ifdef PATCHED
	x = step(x + 1);
#endif
	goto *table[*op++];
twice:
	x = step(x + 2);
	goto *table[*op++];
done:
	return x;
}
