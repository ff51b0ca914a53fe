extern int other(int);
static __attribute__((noinline, noipa, no_instrument_function, patchable_function_entry(0, 0))) int body(int x)
{
#ifdef PATCHED
	return other(x + 1);
#else
	return other(x);
#endif
}
int f(int x) { return body(x) + 1; }
static int __attribute__((section(".exit.text"), used)) leave(void) { return body(3); }
