#ifndef AT
#define AT "4"
#endif
extern int use(int *);
int table[4] = {1, 2, 3, 4};
extern int middle[];
asm(".globl middle\nmiddle = table + " AT);
int f(int x) { return use(middle) + use(table); }
