extern int printk(const char *, ...);
typedef struct {
	int a;
#ifdef PATCHED
	char extra;
#endif
	char b, c, d[2];
#ifndef PATCHED
	char last;
#endif
} object_t;
/* the same size, so that the objects alone show nothing */
static object_t first;
int f(int i)
{
	static struct { char e;
#ifdef PATCHED
		char extra;
#endif
		char g; long size; } own;

	return first.b + own.g++ + i;
}
void set(int i) { first.b = i; first.a = first.d[1]; }
