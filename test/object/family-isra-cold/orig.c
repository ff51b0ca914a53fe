struct s { int a, b, c; };
extern int ext(int), ext2(int, int);
extern void __attribute__((cold)) complain(const char *, int);

static __attribute__((noinline)) int f(struct s *p, int x)
{
	if (p->b > 1000) {
		complain("big", x);
		complain("value", 1);
		return ext(-1);
	}
	return ext(p->b + x);
}
int first(struct s *p) { return f(p, 1) + 1; }
int second(struct s *p, int x) { return f(p, x) + 2; }
