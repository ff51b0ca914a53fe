extern int other(int x);
static const char author[] __attribute__((section(".modinfo"), used)) = "author=one";
int f(int x) { return other(x); }
