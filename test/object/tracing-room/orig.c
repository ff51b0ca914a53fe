/* No call of __fentry__: functions have room for a call at their entry, and the object lists them. */
extern int sink(int x);
#ifdef PATCHED
int __attribute__((noinline)) added(int x) { return sink(x + 2); }
#endif
int traced(int x)
{
#ifdef PATCHED
	x = added(x);
#endif
	return sink(x) + 1;
}
#ifdef NOT_TRACED
int __attribute__((patchable_function_entry(0, 0))) not_traced(int x)
{
#ifdef PATCHED
	x++;
#endif
	return sink(x) + 3;
}
#endif
