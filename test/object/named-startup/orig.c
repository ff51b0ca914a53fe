/* With a section for every function, this one's has the name of GCC's section for constructors. */
extern int other(int);
int startup(int x)
{
#ifdef PATCHED
	x++;
#endif
	return other(x);
}
