extern int printk(const char *, ...);
int f(void) { return printk("first %d") + printk("second %d"); }
int g(void) { return printk("third %s"); }
