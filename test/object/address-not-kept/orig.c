/* Uses of something new after which nobody has its address. */
typedef unsigned long size_t;
struct list { struct list *next, *prev; };
struct mutex { long owner; struct list waiters; };
struct pair { int key, value; };
extern void mutex_lock(struct mutex *), mutex_unlock(struct mutex *);
extern int _printk(const char *format, ...);
extern void sort(void *, size_t, size_t, int (*)(const void *, const void *), void *);
extern void *memcpy(void *, const void *, size_t);
extern void consume(int), consume_copy(struct pair *);
#ifdef PATCHED
#define NEW(...) __VA_ARGS__
#else
#define NEW(...)
#endif
NEW(static struct mutex lock = {0, {&lock.waiters, &lock.waiters}}; static int count;)
void locked(int x) { NEW(mutex_lock(&lock); count += x; mutex_unlock(&lock);) consume(x); }

NEW(static const char text[] = "a text with a name";)
void printed(int x) { NEW(_printk("%s %d", text, x);) consume(x); }

NEW(static const struct pair pairs[] = {{1, 5}, {2, 9}, {7, 3}, {8, 1}};)
void searched(int x)
{
	NEW(for (const struct pair *p = pairs; p < pairs + 4; p++) if (p->key == x) { consume(p->value); return; })
	consume(x);
}

NEW(static int compare(const void *a, const void *b) { return *(const int *)a - *(const int *)b; })
void sorted(int *v, size_t n) { NEW(sort(v, n, sizeof(*v), compare, 0);) consume(v[n - 1]); }

NEW(static int one(int x) { return x + 3; } static int two(int x) { return x + 4; }
    static int (*const table[])(int) = {one, two};)
void called(int i) { NEW(consume(table[i & 1](i));) consume(i); }

NEW(static const struct pair start = {3, 4};)
void copied(struct pair *p) { NEW(memcpy(p, &start, sizeof(start));) consume_copy(p); }

NEW(static int total; static __attribute__((noinline, noclone)) int sum(const int *p) { return p[0] + 7; })
void helped(int x) { NEW(x += sum(&total);) consume(x); }

NEW(static int mark;)
void compared(int *p) { NEW(if (p == &mark) return;) consume(*p); }

NEW(static long counter;)
void atomic(int x) { NEW(asm volatile("lock incq %0" : "+m"(counter));) consume(x); }
