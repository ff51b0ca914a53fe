#define RO __attribute__((section(".data..ro_after_init")))
static int lim RO = 5;
int get(void){ return *(volatile int*)&lim; }
void set(int a){ }
