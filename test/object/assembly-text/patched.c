asm(".text\nraw: mov $2,%eax\n ret\n");
asm(".section .rodata\n.globl rawd\nrawd: .long 2\n.previous");
