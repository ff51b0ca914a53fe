#ifdef PATCHED
#define NUMBER "7"
#else
#define NUMBER "6"
#endif
asm(".data\n.type named, @object\n.globl named\nnamed: .quad 5\n.size named, 8\n"
    "nameless: .quad " NUMBER "\n.text");
extern long named;
long f(void) { return named++; }
