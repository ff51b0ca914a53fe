#ifndef SETUP
#define SETUP first_setup
#endif
extern int other(int x);
static int __attribute__((section(".init.text"), used)) first_setup(void) { return other(1); }
static int __attribute__((section(".init.text"), used)) second_setup(void) { return other(2); }
/* device_initcall(), which refers to the function by a distance */
#define NAME_(f) #f
#define NAME(f) NAME_(f)
asm(".section \".initcall6.init\", \"a\"\n__initcall__kmod_file__1_2_setup6:\n.long " NAME(SETUP) " - .\n.previous");
