






#define NUMBER 114
extern int printk(const char *, ...);
extern int counter;
static inline __attribute__((always_inline)) void start(int x, int line)
{
	counter += x;
	printk("started %d %d", x, line);
}
#define START(x) start((x), __LINE__)

void message(void) { printk("%d", __LINE__); counter++; }
void inlined(int x) { START(x); counter--; }
void on_the_stack(int x) { printk("%d %d %d %d %d %d %d", x, x, x, x, x, counter, __LINE__); counter++; }
void stored(int *line) { *line = __LINE__; }
void another_number(void) { printk("%d", NUMBER); counter++; }
