extern int printk(const char *, ...);
extern void *kmalloc(unsigned long);
/* only on the stack of functions that all change */
struct walk { int a;
#ifdef PATCHED
	int extra;
#endif
	int b; };
static __attribute__((noinline)) int step(struct walk *walk) { return printk("%d", walk->b++); }
static int step_inlined(struct walk *walk) { return walk->b++; }
int f(int i) { struct walk walk = {i, 2}; printk("f"); return step(&walk) + step_inlined(&walk); }
/* on the stack of one that changes and one that does not */
struct shared { int a;
#ifdef PATCHED
	int extra;
#endif
};
int g(struct shared *shared) { return printk("%d", shared->a); }
int h(int i) { struct shared shared = {i}; return printk("%d", shared.a)
#ifdef PATCHED
	+ 1
#endif
	; }
/* on a stack and allocated */
struct both { int a;
#ifdef PATCHED
	int extra;
#endif
	int b; };
static __attribute__((noinline)) int use(struct both *both) { return printk("%d", both->b++); }
int k(int i) { struct both both = {i, 2}; printk("k"); return use(&both); }
int m(void *p) { struct both *both = p; return printk("m") + use(both) + both->b; }
