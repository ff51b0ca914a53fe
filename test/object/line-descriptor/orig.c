#define FLAG 0
struct _ddebug {
	const char *modname, *function, *filename, *format;
	unsigned int lineno : 18, class_id : 6, flags : 8;
	long key[2];
} __attribute__((aligned(8)));
extern void __dynamic_pr_debug(struct _ddebug *descriptor, const char *format);
#define pr_debug(fmt, flag)                                                                                   \
	({                                                                                                    \
		static struct _ddebug __attribute__((section("__dyndbg"), used))                              \
			descriptor = {"m", __func__, "f.c", fmt, __LINE__, 63, flag, {}};                      \
		__dynamic_pr_debug(&descriptor, fmt);                                                         \
	})
void first(void) { pr_debug("a", 0); }
void second(void) { pr_debug("b", 0); }
void flagged(void) { pr_debug("c", FLAG); }
void fourth(void) { pr_debug("d", 0); }
