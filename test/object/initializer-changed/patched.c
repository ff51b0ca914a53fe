struct ops { int (*a)(int); int (*b)(int); };
static int one(int x) { return x; }
static __attribute__((used)) int two(int x) { return x + 1; }
const struct ops the_ops = { .a = one, .b = one };
