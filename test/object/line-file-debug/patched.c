

#define SIZE 256
extern void *reserve(const char *, unsigned long);
extern void warn_printk(const char *, ...);
extern int counter;
int allocates(void) { return reserve("drivers/net/orig.c", SIZE) != 0; }
void asserts(int x) { if (x > 3) warn_printk("%s %d", "net/core/orig.c", __LINE__); counter += x; }
#define LONG(x, y) ({ if ((x) > (y)) warn_printk("%s %d", "net/core/orig.c", __LINE__); })
void on_lines(int x)
{
	LONG(x,
	     3);
	counter += x;
}
