extern void number(int);
static inline __attribute__((always_inline)) void check(void)
{
	number(4);
}
void f(void) { check(); }
