asm(".text\nraw: mov $1,%eax\n ret\n");
asm(".section .rodata\n.globl rawd\nrawd: .long 1\n.previous");
