/* Two data beside each other, the second is only known by the section and its offset there. */
int first __attribute__((section("some_table"))) = 4;
static int second __attribute__((section("some_table"), used)) = 5;
const int *const pointer __attribute__((section("pointers"))) = &first;
extern int use(const void *);
void __attribute__((section("odd.text"), noinline)) odd(int x) { use(&second + x); }
int f(int x)
{
	static int local __attribute__((section("some_table"))) = 6;
	odd(second++);
	first += local++;
	return use(&second) + use(&pointer);
}
/* Lets the compiler know nothing of them. */
int g(void) { return ++second + use(&f); }
