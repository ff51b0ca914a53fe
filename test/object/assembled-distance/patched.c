#define S __attribute__((section(".sched.text"),noinline))
extern int e(void*);
S static int fn(int a){ return e((void *)(long)a); }
S int f(int a){ void *p; asm("lea fn(%%rip),%0":"=r"(p)); return fn(a)+e(p)
+1
; }
