extern int printk(const char *, ...);
#ifdef PATCHED
int added(void) { return printk("a text in front of the others"); }
#endif
/* GCC keeps one copy of what is written twice; a pointer may lead into its middle, and to its end. */
int f(int x)
{
	printk("prefix: %s" + 8, "value");
#ifdef PATCHED
	printk("value");
#endif
	return printk("prefix: %s") + printk("value" + 5);
}
int same(int x) { return printk("prefix: %s" + 8, "value") + printk("value" + 5); }
