/* A section that is not there, and a pointer to no function. */
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
void *ignored_function __attribute__((section(".kpatch.ignore.functions"), used)) = (void *)unwanted + 1;
char *ignored_section __attribute__((section(".kpatch.ignore.sections"), used)) = ".data.nothing";
static char *another_section __attribute__((section(".kpatch.ignore.sections"), used)) = ".data.other_limit";
#else
int limit = 3;
int other_limit = 5;
#endif
