extern int _printk(const char *, ...);
extern unsigned long jiffies;
#define LIMITED(text) { static unsigned long last; if (jiffies > last) { last = jiffies + 250; _printk(text, x); } }
int f(int x)
{
#ifdef PATCHED
	LIMITED("second %d\n") LIMITED("first thing %d\n")
#else
	LIMITED("first thing %d\n") LIMITED("second %d\n")
#endif
	return 0;
}
