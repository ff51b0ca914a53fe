#ifndef PATCHED
#define PATCHED 0
#endif
extern int a(int);
#if PATCHED
asm(".pushsection strange,\"aw\"; .long 5; .popsection");
#else
asm(".pushsection strange,\"a\"; .long 5; .popsection");
#endif
int f(int x) { return a(x) + PATCHED; }
