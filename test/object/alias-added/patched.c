static int state = 5;
int f(void){ return
 1+
 ++*(volatile int*)&state; }
int g(void){ return *(volatile int*)&state; }
extern int state_alias __attribute__((alias("state")));
