struct big { long v[20]; };
extern int other(const void *);
#ifdef PATCHED
#define NEW 8
int fresh(int x) { struct big b = {{x, 2, 3, 4, 5, 6, 7, 1, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 99}}; return other(&b); }
#else
#define NEW 7
#endif
int same(void) { struct big b = {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20}}; return other(&b); }
int value(void) { struct big b = {{3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3, 2, 3, 8, NEW}}; return other(&b); }
int code(int x)
{
	struct big b = {{2, 7, 1, 8, 2, 8, 1, 8, 2, 8, 4, 5, 9, 0, 4, 5, 2, 3, 5, 3}};
#ifdef PATCHED
	x++;
#endif
	return other(&b) + x;
}
