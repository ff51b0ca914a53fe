/* The call is a nop, and only the record tells of it. */
extern int sink(int x);
#ifdef PATCHED
int __attribute__((noinline)) added(int x)
{
	return sink(x + 2);
}
#endif
int traced(int x)
{
#ifdef PATCHED
	x = added(x);
#endif
	return sink(x) + 1;
}
int __attribute__((no_instrument_function)) not_traced(int x)
{
	return sink(x) + 3;
}
