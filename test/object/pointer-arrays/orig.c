typedef int fn(int);
extern int other(const void *, ...);
int __attribute__((noipa)) changes(int x)
{
#ifdef PATCHED
	x++;
#endif
	return x;
}
static int __attribute__((noipa)) same(int x) { return x * 3; }
static int counters[8];
static const char *const names[] = {"one", "two", "three"};
static fn *const calls[] = {changes, same};
#ifdef PATCHED
static int __attribute__((noipa)) fresh(int x) { return x * 5; }
static const char *const new_names[] = {"one", "four", "five"};
static fn *const new_calls[] = {changes, same, fresh};
static fn *writable[] = {fresh, changes};
static int *const middle[] = {&counters[3], counters + 8};
static const char *const *const table[] = {&names[1], &new_names[2]};
#endif
int f(int x)
{
#ifdef PATCHED
	writable[x & 1] = new_calls[x & 1];
	return other(&counters[x]) + other(names[x]) + calls[x](x) + other(new_names[x]) + new_calls[x](x) + writable[x](x) +
	       ++*middle[x] + other(table[x]);
#else
	return other(&counters[x]) + other(names[x]) + calls[x](x);
#endif
}
