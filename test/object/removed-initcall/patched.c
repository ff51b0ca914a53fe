extern int e(int);
int f(int a){ return e(a); }
