extern int printk(const char *, ...), of_other_module(int), of_this_module(int), exported_here(int);
static int state;
int f(int x) { printk("x"); state += of_other_module(x) + of_this_module(x) + exported_here(x); return 1; }
