/* A helper that only setup() has, and another change. */
#ifdef PATCHED
#define N 2
#else
#define N 1
#endif
extern int add(int id), use(int);
static int setup_one(int id)
{
#ifdef PATCHED
	if (id == use(id))
		return id;
#endif
	return add(id);
}
int __attribute__((section(".init.text"))) setup(int id)
{
	return setup_one(id);
}
int f(int x)
{
	return use(x + N);
}
