extern int e(int);
int f1(int a){ a=e(a*3); { static int count; return e(a) + ++*(volatile int*)&count;} }
