extern int printk(const char *, ...);
struct inner {
	int x;
#ifdef PATCHED
	long y;
#endif
};
struct object {
	int a;
#ifdef PATCHED
	int extra;
#endif
	int b;
	unsigned f1 : 3,
#ifdef PATCHED
		added : 2,
#endif
		f2 : 5;
	struct { int in; };
	struct { int deep; } named;
};
struct outer { struct inner inner; int behind; };
int f(struct object *p) { return p->b; }
int g(struct object *p) { return p->f2 + p->in + p->named.deep; }
int h(struct outer *p) { return p->behind; }
/* by a cast, which debug information ties to no function */
int k(void *p) { return ((struct outer *)p)->inner.x + ((struct object *)p)->named.deep; }
