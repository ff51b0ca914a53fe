extern int use(void *);
int g(int x)
{
	static _Bool __warned, __already_done = 1;

	if (!__warned && __already_done) use(&__warned);
	__warned = __already_done = 1;
#ifdef PATCHED
	x++;
#endif
	return x;
}
