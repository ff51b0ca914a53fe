/* No call of __fentry__, or not at the entry, is none that ftrace can use. */
extern int sink(int x);
extern void __fentry__(void);
int __attribute__((no_instrument_function)) none(int x)
{
#ifdef PATCHED
	x++;
#endif
	return sink(x);
}
int __attribute__((no_instrument_function)) later(int x)
{
#ifdef PATCHED
	x++;
#endif
	x = sink(x);
	__fentry__();
	return sink(x);
}
