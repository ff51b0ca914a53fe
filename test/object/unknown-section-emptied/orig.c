#ifndef PATCHED
#define PATCHED 0
#endif
extern int a(int);
#if PATCHED
asm(".pushsection nameless,\"a\"; .popsection");
asm(".pushsection named,\"a\"; .popsection");
#else
asm(".pushsection nameless,\"a\"; .long 5; .popsection");
asm(".pushsection named,\"a\"; .type t,@object; t: .long 5; .size t,4; .popsection");
#endif
int f(int x) { return a(x) + PATCHED; }
