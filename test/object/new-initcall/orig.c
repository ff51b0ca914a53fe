extern int other(int x);
int f(int x) { return other(x); }
