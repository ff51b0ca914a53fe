extern int sink(int x);
#ifdef PATCHED
#define TRACED_NOW
#else
#define TRACED_NOW __attribute__((no_instrument_function))
#endif
int TRACED_NOW comes(int x)
{
#ifdef PATCHED
	x++;
#endif
	return sink(x);
}
int stays(int x) { return sink(x) + 1; }
