struct s { int a, b, c; };
extern int ext(int), ext2(int, int);
extern void __attribute__((cold)) complain(const char *, int);

static __attribute__((noinline)) int f(struct s *p, int x, int flag)
{
	int b = p->b;

	return ext2(b, flag) + ext(b + x);
}
int first(struct s *p) { return f(p, 1, 3) + 1; }
int second(struct s *p, int x) { return f(p, x, 3) + 2; }
