#ifdef PATCHED
#define NUMBER "7"
#else
#define NUMBER "6"
#endif
asm(".text\nbefore: mov $" NUMBER ", %eax\nret\n"
    ".type middle, @function\nmiddle: call __fentry__\nmov $1, %eax\nret\n.size middle, . - middle\n"
    ".section .text.other, \"ax\"\n"
    ".type first, @function\nfirst: call __fentry__\nmov $1, %eax\nret\n.size first, . - first\n"
    "behind: mov $" NUMBER ", %eax\nret\n.text");
extern int other(void);
int f(void) { return other(); }
