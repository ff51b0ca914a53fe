static int a[4];
static int b[4];
int f(void) { int s = 0; for (int *p = a; p < a + 4; p++) s += (*(volatile int *)p)++; return s + b[1]++; }
