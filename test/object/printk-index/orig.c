/* CONFIG_PRINTK_INDEX: a list of formats for debugfs. An entry names its function by a string only. */
struct pi_entry { const char *fmt, *func, *file; unsigned int line; const char *level, *prefix; } __attribute__((packed));
extern int _printk(const char *, ...);
#define printk(fmt, ...) ({ \
	static const struct pi_entry _entry __attribute__((used)) = { fmt, __func__, __FILE__, __LINE__, 0, 0 }; \
	static const struct pi_entry *_entry_ptr __attribute__((used, section(".printk_index"))) = &_entry; \
	_printk(fmt, ##__VA_ARGS__); })
#ifdef PATCHED
#line 100
#endif
int e(int x) { return printk("e %d", x); }
int f(int x)
{
#ifdef PATCHED
	printk("new in f");
#endif
	return printk("f %d", x);
}
int g(int x) { return printk("g %d", x); }
