extern int sink(int *);
/* As kpatch-build keeps the lines: the first one is gone, and a third one is new. */
int f(int x)
{
#ifndef PATCHED
#line 10
	if (x > 3) { static int n; x += sink(&n); }
#endif
#line 20
	if (x) { static int n; x += sink(&n); }
#ifdef PATCHED
#line 21
	if (x > 9) { static int n; x += sink(&n); }
#endif
	return x;
}
/* What declares it is on another line now, and there is no other one. */
int g(int x)
{
#ifdef PATCHED
#line 41
#else
#line 40
#endif
	static int m; return sink(&m)
#ifdef PATCHED
		+ 1
#endif
		; }
