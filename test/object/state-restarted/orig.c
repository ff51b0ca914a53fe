/* Static locals by hand that have the names of what macros make; and what the macros make. */
#ifdef PATCHED
#define N 2
#else
#define N 1
#endif
struct rate { int interval, burst; };
extern int ___ratelimit(struct rate *rate, const char *function);
extern void consume(int);
int by_hand(int x)
{
	static int __key;
	return __key++ + x * N;
}
void by_macro(int x)
{
	static int __already_done __attribute__((section(".data..once")));
	static struct rate _rs = {5000, 10};
	if (!__already_done) { __already_done = 1; consume(N); }
	if (___ratelimit(&_rs, "f")) consume(x);
}
int other_name(int x)
{
	static int seen;
	return seen++ + x * N;
}
