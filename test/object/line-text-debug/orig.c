#define FILE_ "fs/orig.c"
#define TEXT(x) TEXT_(x)
#define TEXT_(x) #x
extern int printk(const char *, ...);
extern int counter;
void line(void) { printk("%s", FILE_ ":" TEXT(__LINE__)); counter++; }
#define START(x) ({ printk("%s", FILE_ ":" TEXT(__LINE__)); counter += (x); })
void on_lines(int x)
{
	START(x +
	      1);
}
static inline __attribute__((always_inline)) void start(int x, const char *where)
{
	counter += x;
	printk("started %d %s", x, where);
}
void inlined(int x) { start(x, FILE_ ":" TEXT(__LINE__)); counter--; }
#define NUMBER 300
#define MAX 5
void no_line(void) { printk("%s", FILE_ ":" TEXT(NUMBER)); counter++; }
void limit(void) { printk("%s", FILE_ ":" TEXT(__LINE__) " max " TEXT(MAX)); counter++; }
