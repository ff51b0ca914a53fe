struct s { int a, b, c; };
extern int ext(int);
#ifndef ONE
#define ONE
#define TWO , cold
#define ADD 2
#endif
/* Clones, for they only need a member. */
static __attribute__((noinline ONE)) int plain(struct s *p, int x) { return p->b * x + 7; }
static __attribute__((noinline TWO)) int unlikely(struct s *p, int x) { return p->c * x + 9; }
static __attribute__((noinline ONE)) int changed(struct s *p, int x) { return ext(p->b * x + ADD); }
int first(struct s *p) { return plain(p, 3) + changed(p, 3) + 1; }
int second(struct s *p, int x) { return plain(p, x) + changed(p, x) + 2; }
int __attribute__((cold)) third(struct s *p) { return unlikely(p, 3) + 1; }
int __attribute__((cold)) fourth(struct s *p, int x) { return unlikely(p, x) + 2; }
