extern int other(int);
static int state = 3;
int e(int *x) { state += *x; return other(state); }
int f(int *x)
{
#ifdef PATCHED
	/* One more datum for the constructor that registers them: no change of start-up code. */
	static int calls = 1;

	other(calls++);
#endif
	state -= *x;
	return other(state);
}
