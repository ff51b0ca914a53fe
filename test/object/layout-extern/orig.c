/* Defined in another object: nothing but the declaration says how large it is. */
#ifdef PATCHED
extern int table[20];
extern long value;
extern char end[8];
#else
extern int table[10];
extern int value;
extern char end[];
#endif
int f(void)
{
	int sum = 0;

	for (unsigned long i = 0; i < sizeof(table) / sizeof(*table); i++)
		sum += table[i];
	return sum + value + (long)end;
}
