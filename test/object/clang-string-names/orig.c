/* Where the assembler keeps the names of strings, .L.str.1 is another string after the patch: only what it says counts. */
extern int printk(const char *, ...);
#ifdef PATCHED
int added(void) { return printk("new"); }
#endif
int same(void) { return printk("first") + printk("second"); }
int changed(void)
{
#ifdef PATCHED
	return printk("third") + printk("first");
#else
	return printk("second") + printk("first");
#endif
}
