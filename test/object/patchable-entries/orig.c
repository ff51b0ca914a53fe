/*
 * GCC leaves one section per function in the order of the code (SHF_LINK_ORDER). On x86 ftrace reads __mcount_loc, and the
 * kernel's own link drops the list, so it is left behind; the functions keep their 16 bytes of padding.
 */
extern int other(int);
int e(int x) { return other(x) + 1; }
int f(int x)
{
#ifdef PATCHED
	x++;
#endif
	return other(x) + 2;
}
int g(int x) { return other(x) + 3; }
