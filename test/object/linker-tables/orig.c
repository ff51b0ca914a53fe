extern int e(int);
struct fix { short v,d; void (*h)(void); };
static void quirk(void){ e(1); }
int f(int a){ return e(a); }
