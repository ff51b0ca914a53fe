extern int other(int);
static int state = 3;
int e(int *x) { state += *x; return other(state); }
int f(int *x)
{
#ifdef PATCHED
	/* One more variable for the constructor that registers them: no change of __init code. */
	static int calls = 1;

	other(calls++);
#endif
	state -= *x;
	return other(state);
}
