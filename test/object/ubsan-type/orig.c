/* What the report of an operation says changes, and no instruction: the name of a type, to which only data without names leads. */
#ifdef PATCHED
#line 100
#define KIND long long
#else
#define KIND long
#endif
extern int other(int);
int same(int x, long y) { return other(x) << y; }
int type_changes(int x, KIND y) { return other(x) << y; }
int code_changes(int x, long y)
{
#ifdef PATCHED
	x++;
#endif
	return other(x) << y;
}
