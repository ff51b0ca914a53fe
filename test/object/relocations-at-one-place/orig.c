extern int e(int); extern int e2(int);
int f(int a){ asm volatile("1: .reloc 1b, R_X86_64_NONE, f\n .reloc 1b, R_X86_64_NONE, f\n nop"); return
e(a)
 +1; }
