#ifndef PATCHED
#define PATCHED 0
#endif
extern int a(int);
asm(".pushsection changing,\"a\",@progbits,unique,1; .long 5; .popsection");
asm(".pushsection vanishing,\"a\",@progbits,unique,2; .long 5; .popsection");
asm(".pushsection appearing,\"a\",@progbits,unique,3; .long 5; .popsection");
#if PATCHED
asm(".pushsection changing,\"a\",@progbits,unique,4; .long 5; .popsection");
asm(".pushsection appearing,\"a\",@progbits,unique,5; .long 5; .popsection");
#else
asm(".pushsection changing,\"a\",@progbits,unique,4; .long 6; .popsection");
asm(".pushsection vanishing,\"a\",@progbits,unique,6; .long 5; .popsection");
#endif
int f(int x) { return a(x) + PATCHED; }
