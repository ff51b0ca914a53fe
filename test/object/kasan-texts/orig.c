extern int other(int);
extern int say(const char *text, const char *file, int line);
struct operations { const char *name; int (*f)(int *x); };
#ifdef PATCHED
#line 100
#endif
int e(int *x) { say("e", "kasan-texts/orig.c", __LINE__); return other(*x); }
int f(int *x)
{
#ifdef PATCHED
	/* One more text, before those that others use. */
	say("new, and longer than thirty-two bytes with its end", "h", 7);
#endif
	return say("f", "h", 2) + *x;
}
int g(int *x) { return say("g", "h", 1) + *x; }
struct operations operations = {"operations", g};
const char *const texts[] = {"first", "second"};
/* What is copied from where no name is, and has no red zone. */
struct block { long words[12]; };
extern int take(struct block *block);
int nameless(int *x)
{
	struct block block = {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}};

	return take(&block) + *x;
}
