extern int other(int);
static int state;
int e(int *x) { state += *x; return other(state); }
int f(int *x)
{
#ifdef PATCHED
	static int calls;

	calls++;
#endif
	state -= *x;
	return other(state);
}
