extern int other(const void *);
struct sock { const int *info; int data[4]; };
/* The function gets another name, and its constants go along. */
#ifdef PATCHED
static __attribute__((noinline)) int __route(int x)
#else
int route(int x)
#endif
{
	static const int pinfo[4];
	static const struct sock sk = { .info = pinfo };

	return other(&sk) + x;
}
#ifdef PATCHED
int route(int x)
{
	int ret = __route(x);

	return ret ? ret : other(0);
}
#endif
