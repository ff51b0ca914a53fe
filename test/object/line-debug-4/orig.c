#define NUMBER 107
extern int printk(const char *, ...);
extern int counter;
static inline __attribute__((always_inline)) void start(int x, int line)
{
	counter += x;
	printk("started %s %d", "fs/orig.c", line);
}
#define START(x) start((x), __LINE__)

void message(void) { printk("%s %d", "fs/orig.c", __LINE__); counter++; }
void inlined(int x) { START(x); counter--; }
void alone(void) { printk("%d", __LINE__); counter++; }
void stored(int *line) { *line = __LINE__; }
void another_number(void) { printk("%s %d", "fs/orig.c", NUMBER); counter++; }
