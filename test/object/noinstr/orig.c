extern int other(int);
#define KIND(name, attribute)                                                                                   \
	int attribute __attribute__((noinline, noipa)) name(int x) { return other(x + NEW); }                       \
	int call_##name(int x) { return name(x) + 1; }
#ifdef PATCHED
#define NEW 2
#else
#define NEW 1
#endif
#define notrace __attribute__((no_instrument_function, patchable_function_entry(0, 0)))
KIND(f_notrace, notrace)
KIND(f_noinstr, notrace __attribute__((section(".noinstr.text"))))
KIND(f_entry, notrace __attribute__((section(".entry.text"))))
KIND(f_cpuidle, notrace __attribute__((section(".cpuidle.text"))))
