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
typedef struct { int counter; } atomic_t;
static THEN(int, atomic_t) count;
void give(void (*to)(void *)) { to(&count); }
static THEN(int, unsigned) array[2];
static int THEN(turned[2][3], turned[3][2]);
int h(int i, int k) { return array[i]++ + turned[i][k]++ THEN(, + 1); }
int f(struct object *p, struct range *r) { return p->pointer->x + counter++ + r->length THEN(,+ 1); }
int g(void) { return kept != 0 && text; }
void set(void *p, const char *t) { kept = THEN((struct a *), (unsigned long)) p; text = t; }
