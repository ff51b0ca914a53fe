#ifndef PATCHED
#define PATCHED 0
#endif
struct place {
	const char *text;
	int value;
};
extern int a(int);
#if PATCHED
static struct place __UNIQUE_ID_place7 __attribute__((section("places"), used)) = {"fs/orig.c:400 max", 4};
#else
static struct place __UNIQUE_ID_place5 __attribute__((section("places"), used)) = {"fs/orig.c:300 max", 4};
#endif
int f(int x) { return a(x) + PATCHED; }
