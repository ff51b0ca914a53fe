extern void number(const char *, int);
static inline __attribute__((always_inline)) void check(void)
{
	number("fs/orig.c", 4);
}
void f(void) { check(); }
