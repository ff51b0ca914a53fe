extern int use(void *);
#define SHARED __attribute__((section(".data..read_mostly")))
#define OTHER __attribute__((section(".data..ro_after_init")))
SHARED char a = 1;
#ifdef PATCHED
SHARED char added = 9;
SHARED __attribute__((aligned(16))) char b = 2;
OTHER __attribute__((aligned(8))) long stays = 2;
#else
SHARED char b = 2;
OTHER long stays = 2;
#endif
int f(int x) { return use(&a) + use(&b) + use(&stays) + ((unsigned long)&b & 15); }
