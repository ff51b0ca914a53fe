#ifndef PATCHED
#define PATCHED 0
#endif
extern int a(int);
asm(".pushsection .init.data,\"aw\",@progbits,unique,1; .long 5; .popsection");
asm(".pushsection .init.data,\"aw\",@progbits,unique,2; .long 6; .popsection");
asm(".pushsection strange,\"aw\",@progbits,unique,3; .long 5; .popsection");
asm(".pushsection strange,\"aw\",@progbits,unique,4; .long 6; .popsection");
int f(int x) { return a(x) + PATCHED; }
