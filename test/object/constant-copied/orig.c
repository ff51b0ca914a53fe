/* Constants that only functions of this file read: what they hold changed, and all that read them read the new ones. */
typedef unsigned char u8;
typedef unsigned long size_t;
#define ARRAY_SIZE(a) (sizeof(a) / sizeof(*(a)))
extern int _printk(const char *format, ...);
extern int external(int x);
#ifdef PATCHED
#define NEW(...) __VA_ARGS__
#define OLD(...)
#else
#define NEW(...)
#define OLD(...) __VA_ARGS__
#endif

/* Read in two functions, in one of them in its .cold part. */
extern __attribute__((cold)) int warn(int x);
static const u8 map[] = {1, 2, 3, OLD(4) NEW(5), 6, 7, 8, 9};
int first(int x) { return map[x & 7]; }
int second(int x)
{
	if (x < 0)
		return warn(map[-x & 7]);
	return x;
}

/* With more members: the loop's bound is another one. Texts and functions in it. */
static int inside(int x) { return x + 1; }
struct row { const char *name; int (*call)(int); int key; };
static const struct row rows[] = {
	{"one", external, 1}, {OLD("two") NEW("deux"), inside, 2}, {"three", inside, 3}, {"four", external, 4},
	{"five", inside, 5}, {"six", external, 6}, {"seven", external, 7}, {"eight", external, 8}, {"nine", external, 9},
	NEW({"ten", external, 10},)
};
static __attribute__((noinline)) int compare(const char *a, const char *b) { return *a - *b; }
int lookup(const char *name, int x)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (!compare(rows[i].name, name))
			return rows[i].key + x;
	return -1;
}
int call_row(int x) { return rows[x & 7].call(x) + 1; }

/* In an inline function that several have inside. */
static inline int weight(int x)
{
	static const int weights[4] = {10, 20, 30, OLD(40) NEW(41)};

	return weights[x & 3];
}
int light(int x) { return weight(x); }
int heavy(int x) { return weight(x) * 100; }

/* The address is given to a function of this file, which only reads. */
static const int sums[] = {3, OLD(4) NEW(5), 6, -1};
static __attribute__((noinline, noclone)) int sum(const int *p, int x) { int s = x; while (*p >= 0) s += *p++; return s; }
int summed(int x) { return sum(sums, x) + sum(&x, 0); }

/* One that holds the address of another one, and did not change. */
static const int low[] = {1, 2, 3, OLD(4) NEW(14)}, high[] = {100, 200, 300, 400};
static const int *const ranges[] = {low, high};
int ranged(int x) { return ranges[x & 1][x >> 1 & 3]; }
int highest(int x) { return high[x & 3]; }

/* Read by a function that ftrace can't reach, which goes along with its callers. */
static const int far_values[] = {5, 6, OLD(7) NEW(17), 8};
static __attribute__((noinline, noclone, no_instrument_function)) int unreachable(int x) { return far_values[x & 3]; }
int calls(int x) { return unreachable(x) + 1; }
int calls_too(int x) { return unreachable(x) + 2; }

/* In no other way but by its alignment. */
static const int OLD() NEW(__attribute__((aligned(64)))) aligned[] = {9, 8, 7, 6};
int read_aligned(int x) { return aligned[x & 3]; }

/* As it was. */
static const u8 same[] = {8, 7, 6, 5};
int unchanged(int x) { return same[x & 3]; }
