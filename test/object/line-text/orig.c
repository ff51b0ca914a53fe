#define FILE_ "fs/orig.c"
#define TEXT(x) TEXT_(x)
#define TEXT_(x) #x
extern int printk(const char *, ...);
void f(void) { printk("%s", "field a at " FILE_ ":" TEXT(__LINE__)); }
void two(void) { printk("%s", FILE_ ":" TEXT(__LINE__) " and orig.c:" TEXT(__LINE__) " (size 7)"); }
void other_file(void) { printk("%s", "field a at include/linux/list.h:" TEXT(__LINE__)); }
void another_number(void) { printk("%s", FILE_ ":9 " TEXT(__LINE__)); }
void longer_name(void) { printk("%s", "my" "orig.c:" TEXT(__LINE__)); }
#define MAX 5
void limit(void) { printk("%s", FILE_ ":" TEXT(__LINE__) " max " TEXT(MAX)); }
/* Changed anyway: nothing to warn of. */
int g(int x) { printk("%s", FILE_ ":" TEXT(__LINE__)); return x; }
const char *const table[] = { FILE_ ":" TEXT(__LINE__) };
