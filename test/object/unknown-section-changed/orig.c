#ifndef VALUE
#define VALUE 5
#endif
extern int use(const void *);
int kept __attribute__((section("some_table"))) = 4;
int changed __attribute__((section("some_table"))) = VALUE;
int before __attribute__((section("growing"))) = 6;
#if VALUE == 5
int gone __attribute__((section("vanishing"))) = 7;
int f(int x) { return use(&kept) + use(&before); }
#else
static int more __attribute__((section("growing"))) = 8;
static int only __attribute__((section("fresh"))) = 9;
int f(int x) { return use(&kept) + use(&before) + use(&more) + use(&only); }
#endif
/* Without a name that C knows. */
asm(".pushsection nameless,\"aw\"; .long 1; .popsection");
asm(".pushsection likewise,\"aw\"; .long 1; .popsection");
int g(void) { int *p; asm("mov $nameless, %0" : "=r"(p)); return *p + VALUE; }
int same(void) { int *p; asm("mov $nameless, %0" : "=r"(p)); return *p; }
#if VALUE == 5
int other(void) { int *p; asm("mov $nameless, %0" : "=r"(p)); return *p; }
#else
int other(void) { int *p; asm("mov $likewise, %0" : "=r"(p)); return *p; }
#endif
