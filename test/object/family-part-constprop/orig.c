struct s { int a, b, c; };
extern int ext(int), ext2(int, int);

static int f(struct s *p, int x, int flag)
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
		if (flag)
			r += ext(flag);
	}
	return r;
}
int first(struct s *p) { return f(p, 1, 7) + 1; }
int second(struct s *p) { return f(p, 2, 7) + 2; }
int third(struct s *p, int y) { return f(p, y, 7) + 3; }
