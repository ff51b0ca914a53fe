extern int unused(int), unused_gpl(int), future(int), strange(int);
int f(int x)
{
#ifdef PATCHED
	x += unused(x) + unused_gpl(x) + future(x) + strange(x);
#endif
	return x;
}
