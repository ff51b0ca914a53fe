/* The callback of what is queued gets another name; and an inline function that nobody has goes. */
struct work { void (*function)(struct work *); int value; };
extern void queue(struct work *);
extern int use(int);
static __attribute__((noinline)) int helper(int x)
{
	return use(x) + 1;
}
#ifdef PATCHED
static void checked(struct work *work)
{
	if (work->value)
		use(work->value);
}
#define FUNCTION checked
#define HELPER(x) 1
#else
static void unchecked(struct work *work)
{
	use(work->value);
}
#define FUNCTION unchecked
#define HELPER(x) helper(x)
#endif
int start(struct work *work)
{
	work->function = FUNCTION;
	queue(work);
	return HELPER(work->value);
}
