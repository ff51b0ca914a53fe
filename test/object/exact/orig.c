#include "tables.h"
#ifndef PATCHED
#define LINE 12
#else
#define LINE 13
#endif
#define TEXT(x) TEXT_(x)
#define TEXT_(x) #x
extern void __might_sleep(const char *file, int line);
extern void warn_printk(const char *, ...);
extern int counter;
/* What would be taken for lines in the comparison of objects that nobody compiled with care. */
void known(void) { __might_sleep("f.c", LINE); counter++; }
void behind_name(void) { warn_printk("%s %d", "fs/orig.c", LINE); counter++; }
void in_text(void) { warn_printk("%s", "fs/orig.c:" TEXT(LINE)); counter++; }
void in_table(int x) { if (x) asm volatile(BUG_12(TEXT(LINE)) : : "i"("f.c")); counter++; }
void same(void) { __might_sleep("f.c", 12); warn_printk("%s", "fs/orig.c:12"); }
