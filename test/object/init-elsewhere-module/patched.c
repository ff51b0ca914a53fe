extern int setup(int), stays(int);
int f(int x) { return setup(x) + stays(x); }
