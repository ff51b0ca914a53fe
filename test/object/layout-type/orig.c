extern int printk(const char *, ...);
struct a { int x; };
struct b { int x; };
#ifdef PATCHED
#define THEN(was, is) is
#else
#define THEN(was, is) was
#endif
struct object {
	THEN(struct a *, struct b *) pointer;
	THEN(long, void *) number;
	const THEN(unsigned long, unsigned long long) same;
};
struct range { THEN(int, unsigned) length; };
static THEN(int, unsigned) counter;
static THEN(struct a *, unsigned long) kept;
static const char *text;
int f(struct object *p, struct range *r) { return p->pointer->x + counter++ + r->length THEN(,+ 1); }
int g(void) { return kept != 0 && text; }
void set(void *p, const char *t) { kept = THEN((struct a *), (unsigned long)) p; text = t; }
