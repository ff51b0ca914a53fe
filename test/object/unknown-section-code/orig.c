#ifndef VALUE
#define VALUE 5
#define ORDER(a, b) &&a, &&b
#endif
extern int use(int), printk(const char *);
#define ODD __attribute__((section("odd.text"), noinline))
static __attribute__((noinline, no_instrument_function, patchable_function_entry(0, 0))) int untraced(int x) { return use(x + VALUE); }
int ODD calls(int x) { return untraced(x) + 1; }
int ODD changed(int x) { return use(x - VALUE); }
int ODD jumps(int x)
{
	static const void *const table[] = { ORDER(one, two) };
	goto *table[x];
one:
	use(1);
two:
	return printk("two");
}
int ODD kept(int x) { return use(x) + 2; }
int f(int x) { return kept(x) * VALUE; }
