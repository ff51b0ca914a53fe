extern int other(int);
extern int say(const char *text, const char *file, int line);
static int state = 3;
#ifdef PATCHED
#line 100
#endif
int e(int *x) { state += *x; say("e", "kasan-clang/orig.c", __LINE__); return other(state); }
int f(int *x)
{
#ifdef PATCHED
	/* One more variable for the constructor that registers them: no change of __init code. */
	static int calls = 1;

	/* One more text: the names of those behind it count on. */
	say("new", "e", 7);
	other(calls++);
#endif
	state -= *x;
	return other(state);
}
int g(int *x) { return say("g", "h", 1) + *x; }
const char *const texts[] = {"first", "second"};
