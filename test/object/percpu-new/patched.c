__attribute__((section(".data..percpu..read_mostly"))) int newcpu = 3;
static __attribute__((section(".data..percpu..shared_aligned"))) int newcpu2 = 3;
int f(void){ int a=0;
 asm("movl %%gs:%1,%0":"=r"(a):"m"(newcpu)); int b; asm("movl %%gs:%1,%0":"=r"(b):"m"(newcpu2)); a+=b;
 return a; }
