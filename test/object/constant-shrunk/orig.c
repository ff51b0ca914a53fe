/* Index 2, kept before, is behind the new table. */
extern int use(int);
static const int rates[] = { 10, 20
#ifndef PATCHED
	, 30
#endif
};
static int current;
int set(int i)
{
	current = i % (int)(sizeof(rates) / sizeof(*rates));
	return 0;
}
int get(void)
{
	return use(rates[current]);
}
