/* An entry in the middle: set() of the running kernel has kept an index into the old table. In end[] one is added before the last. */
#ifdef PATCHED
#define ADDED , { 7, 22 }
#else
#define ADDED
#endif
struct mode { int key, value; };
extern int use(int);
static const struct mode modes[] = { { 1, 1 }, { 2, 2 } ADDED, { 9, 3 } };
static const struct mode end[] = { { 1, 1 }, { 2, 2 } ADDED, {} };
int set(int *kept, int i)
{
	if (!modes[i].key)
		return -1;
	*kept = i;
	return 0;
}
int get(const int *kept)
{
	return use(modes[*kept].value) + use(end[*kept].value);
}
