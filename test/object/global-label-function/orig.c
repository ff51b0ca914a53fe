#ifdef PATCHED
#define NUMBER "7"
#else
#define NUMBER "6"
#endif
asm(".text\n.type before, @function\nbefore: call __fentry__\nmov $1, %eax\nret\n.size before, . - before\n"
    ".globl labelled\nlabelled: mov $" NUMBER ", %eax\nret\n");
extern int labelled(void);
int f(void) { return labelled(); }
