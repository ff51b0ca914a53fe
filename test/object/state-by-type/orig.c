/* Static locals with the names of what macros make: the type tells who made them. */
#ifdef PATCHED
#define N 2
#else
#define N 1
#endif
struct ratelimit_state { int interval, burst; };
struct lock_class_key { int bytes[2]; };
extern int ___ratelimit(struct ratelimit_state *rate, const char *function);
extern void lockdep_init_map_type(struct lock_class_key *key);
extern int next_of(int *state);
int by_hand(int x)
{
	static int _rs[4];
	static int __key;
	return next_of(_rs) + next_of(&__key) + x * N;
}
int by_macro(int x)
{
	static struct ratelimit_state _rs = {5000, 10};
	static struct lock_class_key __key;
	lockdep_init_map_type(&__key);
	return ___ratelimit(&_rs, "f") ? x + N : 0;
}
