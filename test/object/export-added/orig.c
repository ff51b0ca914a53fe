extern int other(int);
/* EXPORT_SYMBOL() of Linux 6.12 and before */
#define EXPORT_SYMBOL(name)                                                                                      \
	asm(".section \"___ksymtab+" #name "\", \"a\"\n\t.balign 4\n__ksymtab_" #name ": .long " #name " - .\n"          \
	    "\t.long __kstrtab_" #name " - .\n\t.long __kstrtabns_" #name " - .\n\t.previous\n"                          \
	    ".section __ksymtab_strings,\"aMS\",%progbits,1\n__kstrtab_" #name ": .asciz \"" #name "\"\n"                 \
	    "__kstrtabns_" #name ": .asciz \"\"\n.previous\n")
int f(int x)
{
#ifdef PATCHED
	x++;
#endif
	return other(x);
}
EXPORT_SYMBOL(f);
int __attribute__((noinline, noipa)) g(int x) { return other(x) + 1; }
#ifdef PATCHED
EXPORT_SYMBOL(g);
int fresh(int x) { return f(x) + g(x); }
EXPORT_SYMBOL(fresh);
#endif
/* since 6.4 */
#ifdef PATCHED
asm(".section \".export_symbol\", \"a\"\n__export_symbol_fresh_too: .asciz \"GPL\"\n .asciz \"\"\n .balign 8\n .quad fresh_too\n .previous");
int fresh_too(int x) { return f(x) * 2; }
#endif
