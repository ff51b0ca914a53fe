/* One table goes that only f() reads; of the other one the address is known. */
struct ops { int (*open)(void); };
extern int use(int), add(const struct ops *);
static int open_it(void) { return use(1); }
#ifdef PATCHED
static const struct ops new_ops = { open_it };
#define TABLE(i) (1 << ((i) & 3))
#define OPS new_ops
#else
static const int table[] = { 1, 2, 4, 8 };
static const struct ops old_ops = { open_it };
#define TABLE(i) table[(i) & 3]
#define OPS old_ops
#endif
int f(int i) { return use(TABLE(i)); }
int g(void) { return add(&OPS); }
