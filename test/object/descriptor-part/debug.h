/* As pr_debug() of a 6.12 kernel leaves it. */
struct descriptor {
	const char *module, *function, *file, *format;
	unsigned int line : 18, class : 6, flags : 8;
	struct {
		int enabled;
		long type;
	} key;
};
extern int print(struct descriptor *);
#define NAME(n, line) __UNIQUE_ID_ddebug##n
#define DEBUG(n, at, text) \
	({ \
		static struct descriptor __attribute__((section("__dyndbg"), aligned(8))) NAME(n, at) = { \
			"mod", __func__, "file.c", text, at, 63, 0, {0, 0}}; \
		if (*(volatile int *)&NAME(n, at).key.enabled) \
			print(&NAME(n, at)); \
	})
