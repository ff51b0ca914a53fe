/* f() reads a constant that has to go along, and so would f(), with the change that is not wanted. size[] is read behind its end. */
#include "author.h"

extern void g(int x);
#ifdef PATCHED
#define LAST 4
#define SIZE 8
#else
#define LAST 3
#define SIZE 4
#endif
static const int table[3] = { 1, 2, LAST };
static const int sizes[SIZE] = { 5, 6 };
int f(int i)
{
#ifdef PATCHED
	g(77);
#endif
	return table[i];
}
int h(int i)
{
	return table[i] + 1;
}
int k(unsigned int i)
{
	return i < SIZE ? sizes[i] : 0;
}
#ifdef PATCHED
ASK_NAME(KLP_AUTHOR_IGNORE_FUNCTION, f) = "f";
ASK_NAME(KLP_AUTHOR_IGNORE_SECTION, sizes) = ".rodata.sizes";
#endif
