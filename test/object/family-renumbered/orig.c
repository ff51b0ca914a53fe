struct s { int a, b, c; };
extern int ext(int), ext2(int, int);

static __attribute__((noinline)) int f(struct s *p, int x, int flag)
{
	int r = 0;

	if (flag == 1) {
		for (int i = 0; i < x; i++)
			r += ext2(p->b, i);
	} else if (flag == 2) {
		for (int i = 0; i < x; i++)
			r ^= ext2(i, x) * ext(p->b);
	} else if (flag == 3) {
		for (int i = 0; i < x; i++)
			r ^= ext2(i, x) * ext2(r, p->b);
	} else {
		r = ext(r) + ext(x) + ext2(r, p->b);
	}
	return r;
}
int one_first(struct s *p, int x) { return f(p, x, 1) + 1; }
int one_second(struct s *p, int x) { return f(p, x + 1, 1) + 2; }
int one_third(struct s *p, int x) { return f(p + 1, x + 1, 1) + 3; }
int two_first(struct s *p, int x) { return f(p + 2, x + 1, 2) + 3; }
int two_second(struct s *p, int x) { return f(p + 3, x + 1, 2) + 3; }
int any(struct s *p, int x, int flag) { return f(p + 1, x + 1, flag) + 4; }
/* new */
