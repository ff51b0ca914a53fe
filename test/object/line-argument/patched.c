/* One line more. */

extern void __might_sleep(const char *file, int line), __cant_sleep(const char *file, int line, int offset);
extern void warn_slowpath_fmt(const char *file, const int line, unsigned int taint, const char *format, ...);
extern void lockdep_rcu_suspicious(const char *file, const int line, const char *s);
extern int counter;
void sleeps(void) { __might_sleep("f.c", __LINE__); counter++; }
void sleeps_at_last(void) { counter++; __might_sleep("f.c", __LINE__); }
void cant_sleep(int x) { if (x) __cant_sleep("f.c", __LINE__, 0); counter += x; }
void warns(int x) { if (x > 3) warn_slowpath_fmt("f.c", __LINE__, 9, "%d %d", x, counter); counter += x; }
void lockdep(int x) { if (x) lockdep_rcu_suspicious("f.c", __LINE__, "not held"); counter += x; }
