#define RM __attribute__((section(".data..read_mostly")))
static int b[4] RM = {9};
static int nw[2] RM = {7,7};
static int a[4] RM = {1};
int f(void) { int s = 0; 
 s += (*(volatile int*)nw)++; s+= *(volatile int*)(nw+1);
 for (int *p = a; p < a + 4; p++) s += (*(volatile int *)p)++;
 for (int *p = b; p < b + 4; p++) s += (*(volatile int *)p)++;
 return s ; }
