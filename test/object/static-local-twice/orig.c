/* net_get_random_once(), twice in one function that is inlined into others, too. */
extern _Bool start(_Bool *done);
extern void finish(_Bool *done, long *key, void *buffer);
#define ONCE(buffer)                                                                                \
	({                                                                                          \
		static _Bool __attribute__((section(".data..do_once"))) ___done;                    \
		static long ___once_key = 1;                                                        \
		if (!___once_key && start(&___done)) finish(&___done, &___once_key, buffer);        \
	})
static int first, second;
#ifdef PATCHED
#define CHANGE(x) if (!x) return 0
#else
#define CHANGE(x)
#endif
int hash(int x)
{
	ONCE(&first);
	ONCE(&second);
	CHANGE(x);
	return x * first + second;
}
int caller(int x) { return hash(x) * 3; }
