asm(".text\n.globl raw\n.type raw,@function\nraw: mov $1,%eax\n ret\n");
int user(void);
