struct s { int a, b, c; };
extern int ext(int), ext2(int, int);

static __attribute__((noinline)) int f(struct s *p, int x) { return ext(p->b + x) + p->c; }
int first(struct s *p) { return f(p, 1) + 1; }
int second(struct s *p, int x) { return f(p, x) + 2; }
