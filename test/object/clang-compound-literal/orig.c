/* clang numbers compound literals at file scope from the second one on, over all of the file: what was the first one is the second now. */
extern int other(const void *);
struct cfg { int *state; const int *table; int n; };
#ifdef PATCHED
static struct cfg fresh = {(int[]){1, 2, 3}, (const int[]){4, 5, 6}, 3};
int reads_fresh(int x) { return fresh.table[x] + other(&fresh); }
#endif
static struct cfg cfg = {(int[]){1, 2, 3}, (const int[]){1, 2, 3}, 3};
int reads(int x)
{
#ifdef PATCHED
	x++;
#endif
	return cfg.table[x] + cfg.state[x]++ + other(&cfg);
}
