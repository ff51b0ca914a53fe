extern long other(long);
#define CONSTANT(value, size, type)                                                                             \
	({ long v_; asm("mov 1f(%%rip), %0\n.pushsection .rodata.cst" #size ",\"aM\",@progbits," #size          \
	    "\n\t.balign " #size "\n1: " type " " value "\n.popsection" : "=r"(v_)); v_; })
#ifdef PATCHED
long fresh(long x) { return other(x + CONSTANT("99", 8, ".quad")); }
#endif
long same(long x) { return other(x + CONSTANT("11", 8, ".quad") + CONSTANT("22, 0", 16, ".quad")); }
#ifdef PATCHED
long f(long x) { return other(x + CONSTANT("44", 8, ".quad") + CONSTANT("22, 0", 16, ".quad")); }
#else
long f(long x) { return other(x + CONSTANT("33", 8, ".quad") + CONSTANT("22, 0", 16, ".quad")); }
#endif
long wide(long x) { return other(x + CONSTANT("22, 7", 16, ".quad")); }
