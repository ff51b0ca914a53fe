/* The operation that differs has a prefix: `lock xor` in place of `lock or`. */
#ifdef PATCHED
#define MARK(x) __atomic_fetch_xor(&marks, (x), __ATOMIC_SEQ_CST)
#define MORE    2
#else
#define MARK(x) __atomic_fetch_or(&marks, (x), __ATOMIC_SEQ_CST)
#define MORE    1
#endif
extern int marks, other(int x);
static inline __attribute__((always_inline)) int helper(int x)
{
	return other(x) + MORE;
}
int __attribute__((section(".init.text"))) setup(int x)
{
	MARK(x);
	return helper(x);
}
int f(int x)
{
	return helper(x + 1);
}
