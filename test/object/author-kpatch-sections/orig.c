/* The sections in which the macros of dynup's kpatch put pointers to what is to be left out. */
#ifndef UNWANTED
#define UNWANTED unwanted
#define SECTION  ".data.limit"
#endif
__attribute__((noinline, noclone)) int wanted(int x)
{
#ifdef PATCHED
	return x + 2;
#else
	return x + 1;
#endif
}
__attribute__((noinline, noclone)) int unwanted(int x)
{
#ifdef PATCHED
	return x + 20;
#else
	return x + 10;
#endif
}
#ifdef PATCHED
int limit = 4;
int other_limit = 6;
void *ignored_function __attribute__((section(".kpatch.ignore.functions"), used)) = UNWANTED;
char *ignored_section __attribute__((section(".kpatch.ignore.sections"), used)) = SECTION;
static char *another_section __attribute__((section(".kpatch.ignore.sections"), used)) = ".data.other_limit";
#else
int limit = 3;
int other_limit = 5;
#endif
