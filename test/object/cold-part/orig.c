extern int other(int);
extern void __attribute__((cold)) complain(const char *, int);
int f(int x) { if (x > 1000) { complain("big", x); complain("x", 1); return other(-1); } return other(x) + x; }
