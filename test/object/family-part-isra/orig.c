struct s { int a, b, c; };
extern int ext(int), ext2(int, int);

static int f(struct s *p, struct s *q, int x)
{
	int b, r;

	if (!p->a)
		return 0;
	b = q->b;
	r = ext(b);
	for (int i = 0; i < b; i++) {
		r += ext2(r, i);
		r ^= ext(i);
		if (r == x)
			r += ext2(x, b);
		if (r == b)
			r += ext2(x, r);
	}
	return r;
}
int first(struct s *p) { return f(p, p, 1) + 1; }
int second(struct s *p) { return f(p, p + 1, 2) + 2; }
int third(struct s *p, int y) { return f(p, p + y, y) + 3; }
