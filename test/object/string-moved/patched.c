extern int printk(const char *, ...);
int g(void) { return printk("third %s"); }
int f(void) { return printk("first %d") + printk("second %d"); }
