extern int other(const void *, ...);
struct ratelimit_state { int lock, interval, burst, printed; };
struct lock_class_key { long keys[2]; };
struct pi_entry { const char *fmt; };
#define ONCE __attribute__((section(".data..once")))
/* ASSERT_RTNL(), mutex_init(), WARN_ONCE(), RCU_LOCKDEP_WARN(), printk_ratelimited(), printk() with an index */
#define ALL(x) ({                                                                                             \
	static struct lock_class_key __key;                                                                   \
	static _Bool ONCE __already_done;                                                                     \
	static _Bool __attribute__((section(".data.unlikely"))) __warned;                                     \
	static struct ratelimit_state _rs = {.interval = 5 * 250, .burst = 10};                               \
	static const struct pi_entry _entry __attribute__((used)) = {"text"};                                 \
	static const struct pi_entry *_entry_ptr __attribute__((used, section(".printk_index"))) = &_entry;   \
	other(&__key, __func__, __FUNCTION__);                                                                \
	if (!__already_done) { __already_done = 1; other("first", __PRETTY_FUNCTION__); }                     \
	if (!__warned) { __warned = 1; other("warned"); }                                                     \
	if (other(&_rs, (x))) other("limited");                                                               \
	switch (x) {                                                                                          \
	case 0: x = 11; break; case 1: x = 37; break; case 2: x = 59; break; case 3: x = 1; break;            \
	case 4: x = 90; break; case 5: x = 14; break; case 6: x = 77; break; default: x = 0;                  \
	} })
#ifdef PATCHED
int inserted(int x) { ALL(x); return other("inserted") + x; }
#endif
int same(int x) { ALL(x); return other("same") + x; }
int f(int x)
{
	ALL(x);
#ifdef PATCHED
	x++;
#endif
	return other("f") + x;
}
int same_too(int x) { ALL(x); return other("same too") + x; }
/* A constant of a literal at file scope has a number too. */
struct cfg { const int *table; int n; };
#ifdef PATCHED
static const struct cfg fresh = {(const int[]){4, 5, 6}, 3};
int reads_fresh(int x) { return fresh.table[x] + other(&fresh); }
#endif
static const struct cfg cfg = {(const int[]){1, 2, 3}, 3};
int reads(int x) { return cfg.table[x] + other(&cfg); }
