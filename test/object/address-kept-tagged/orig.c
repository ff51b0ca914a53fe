extern int use(int);
extern unsigned long hook;
#ifdef PATCHED
static void late(int x) { use(x); }
#endif
int f(int x)
{
#ifdef PATCHED
	hook = (unsigned long)late + 1;
#endif
	return use(x);
}
