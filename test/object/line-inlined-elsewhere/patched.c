extern void number(const char *, int);
static inline __attribute__((always_inline)) void check(void)
{
	number("fs/orig.c", 6);
}
void f(void) { check(); }
