extern unsigned int kfifo_in(void *fifo, const void *from, unsigned int n), kfifo_out(void *fifo, void *to, unsigned int n);
extern void wait(void);
extern int use(int);
extern char fifo[];
#ifdef PATCHED
#define NEW int added;
#else
#define NEW
#endif
/* Its bytes are kept in the kernel. */
struct event { int a; NEW int b; };
int irq(int x) { struct event event = {.a = x, .b = 2}; return kfifo_in(fifo, &event, sizeof(event)); }
int reader(void) { struct event event; return kfifo_out(fifo, &event, sizeof(event)) ? use(event.b) : 0; }
/* Its address is. */
struct kept { int a; NEW int b; };
void *current_kept;
int sleep(int x) { struct kept kept = {.a = x, .b = 2}; current_kept = &kept; wait(); return kept.b; }
int wake(void) { return current_kept ? use(((struct kept *)current_kept)->b) : 0; }
/* Only code of this object knows it, and zeroes it by rep stos: not told. */
struct own { int a; NEW int b; long rest[40]; };
static __attribute__((noinline)) int sum(const struct own *own) { int n = 0; for (int i = 0; i < 40; i++) n += own->rest[i]; return n + own->b; }
int g(int x) { struct own own = {.a = x}; own.rest[x & 31] = x; return sum(&own) + own.a; }
