extern int sink(int x);
#ifdef PATCHED
#define TRACING_GONE __attribute__((no_instrument_function))
#else
#define TRACING_GONE
#endif
int TRACING_GONE goes(int x)
{
#ifdef PATCHED
	x++;
#endif
	return sink(x);
}
int stays(int x) { return sink(x) + 1; }
