extern int other(int);
/* EXPORT_SYMBOL() of Linux 6.12 and before */
#define EXPORT_SYMBOL(name)                                                                                      \
	asm(".section \"___ksymtab+" #name "\", \"a\"\n\t.balign 4\n__ksymtab_" #name ": .long " #name " - .\n"          \
	    "\t.long __kstrtab_" #name " - .\n\t.long __kstrtabns_" #name " - .\n\t.previous\n"                          \
	    ".section __ksymtab_strings,\"aMS\",%progbits,1\n__kstrtab_" #name ": .asciz \"" #name "\"\n"                 \
	    "__kstrtabns_" #name ": .asciz \"\"\n.previous\n")
int f(int x) { return other(x); }
EXPORT_SYMBOL(f);
int g(int x) { return other(x) + 1; }
#ifndef PATCHED
EXPORT_SYMBOL(g);
/* since 6.4 */
asm(".section \".export_symbol\", \"a\"\n__export_symbol_f_too: .asciz \"GPL\"\n .asciz \"\"\n .balign 8\n .quad f\n .previous");
#endif
