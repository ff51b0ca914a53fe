asm(".text\n.globl raw\n.type raw,@function\nraw: mov $2,%eax\n ret\n");
int user(void);
