#define RO
static int lim RO = 5;
int get(void){ return *(volatile int*)&lim; }
void set(int a){ *(volatile int*)&lim = a; }
