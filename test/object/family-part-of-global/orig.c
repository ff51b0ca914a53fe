struct s { int a, b, c; };
extern int ext(int), ext2(int, int);
extern void __attribute__((cold)) complain(const char *, int);

int f(struct s *p, int x)
{
	int r;

	if (!p->a)
		return 0;
	r = ext(p->b);
	for (int i = 0; i < p->c; i++) {
		r += ext2(r, i);
		r ^= ext(p->a + i);
		if (r == x)
			r += ext2(x, p->b);
		if (r > 1000) {
			complain("big", x);
			complain("value", 1);
			return ext(-1);
		}
	}
	return r;
}
int first(struct s *p) { return f(p, 1) + 1; }
int second(struct s *p) { return f(p, 2) + 2; }
int third(struct s *p, int y) { return f(p, y) + 3; }
