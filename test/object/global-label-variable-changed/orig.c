#ifdef PATCHED
#define NUMBER "7"
#else
#define NUMBER "6"
#endif
asm(".data\n.type before, @object\n.globl before\nbefore: .quad 5\n.size before, 8\n"
    ".globl labelled\nlabelled: .quad " NUMBER "\n.text");
extern long before, labelled;
long f(void) { return before++ + labelled++; }
