#include "tables.h"
extern int other(int), report(void *, int);

/* As WARN(1, text) of Linux 6.19 and later: what reports it gets the address of its entry. */
#define WARN(line, text)                                                                                               \
	({                                                                                                             \
		void *bug;                                                                                             \
		asm volatile(BUG_16_ADDRESS(line) : "=r"(bug) : "i"(text), "i"("x.c"));                                \
		report(bug, 1);                                                                                        \
	})

int e(int x)
{
#ifdef PATCHED
	WARN("1", "e new");
#endif
	return other(x);
}

int f(int x)
{
	if (x == 5)
		WARN("8", "f one");
	if (x == 6)
		asm volatile(BUG_16("9") : : "i"("f"), "i"("f.c"));
	if (x == 7)
		WARN("10", "f two");
#ifdef PATCHED
	x++;
#endif
	return other(x);
}

/* Its entry is another one of the table, on another line: no change. */
#ifdef PATCHED
int g(int x) { return other(x) + WARN("30", "g"); }
#else
int g(int x) { return other(x) + WARN("20", "g"); }
#endif

/* The address of the other one of its entries is a change. */
extern char h_first[], h_second[];
#ifdef PATCHED
#define OF_H h_second
#else
#define OF_H h_first
#endif
int h(int x)
{
	asm volatile("1: ud2\n" PUT("__bug_table", "\"aw\"", "h_first:" DISTANCE("1b") DISTANCE("%c0") DISTANCE("%c1") ".word 1, 1\n")
		     : : "i"("h"), "i"("x.c"));
	asm volatile("1: ud2\n" PUT("__bug_table", "\"aw\"", "h_second:" DISTANCE("1b") DISTANCE("%c0") DISTANCE("%c1") ".word 1, 1\n")
		     : : "i"("h"), "i"("x.c"));
	return report(OF_H, x) + other(x);
}

/* Another text is one, too. */
#ifdef PATCHED
int i(int x) { return other(x) + WARN("40", "i patched"); }
#else
int i(int x) { return other(x) + WARN("40", "i"); }
#endif

/* In the .cold part. */
extern void __attribute__((cold)) unlikely(void);
int j(int x)
{
	if (x == 9) {
		unlikely();
		WARN("50", "j");
		x = other(x);
	}
#ifdef PATCHED
	x += 3;
#endif
	return other(x);
}
