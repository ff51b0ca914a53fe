extern void number(int);
static inline __attribute__((always_inline)) void check(void)
{
	number(6);
}
void f(void) { check(); }
