struct ops { int (*a)(int); };
extern int one(int x);
static const struct ops foo_ops = { .a = one };
struct file { const struct ops *f_op; };
int is_foo(struct file *f) { return 2 * (f->f_op == &foo_ops); }
