#ifndef ONE
#define ONE "7"
#define TWO "9"
#define ADD 0
#endif
#define ID(n) ".type id__" n ", @object; .size id__" n ", 4; id__" n ": .long 0;"
asm(".pushsection .BTF_ids,\"a\"\n"
    "list: " ID(ONE) ID(TWO) ".long 0\n"
    ".local set; set: .long 0, 0; .size set, 8; .popsection");
extern int use(const void *);
/* By its own name, whatever that of the others. */
int f(void) { const void *p; asm("mov $set, %0" : "=r"(p)); return use(p) + ADD; }
#ifdef LIST
int g(void) { const void *p; asm("mov $list, %0" : "=r"(p)); return use(p) + ADD; }
#endif
