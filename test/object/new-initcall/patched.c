extern int other(int x);
int f(int x) { return other(x); }
asm(".pushsection .initcall6.init, \"a\"\n__initcall__f6: .long f - .\n.popsection");
