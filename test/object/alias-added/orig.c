static int state = 5;
int f(void){ return
 ++*(volatile int*)&state; }
int g(void){ return *(volatile int*)&state; }
