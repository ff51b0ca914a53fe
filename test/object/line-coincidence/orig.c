extern int use(int);
#ifndef PATCHED
int f(int x)
{
	use(x);
	use(6);
	return x;
}
#else
int f(int x)
{
	use(x);
	use(13);
	return x;
}
#endif
