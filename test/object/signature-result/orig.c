/* Who called a function without result does not look for one; and a parameter may have another name. */
extern int use(int x);
#ifdef PATCHED
int exported(int number) { return use(number) + 1; }
#else
void exported(int x) { use(x); }
#endif
asm(".section \"___ksymtab_gpl+exported\",\"a\"\n__ksymtab_exported: .long exported - .\n.long 0\n.long 0\n.previous");
