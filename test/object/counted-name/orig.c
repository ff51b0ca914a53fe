extern int use(void *);
#ifdef PATCHED
#define STATE __UNIQUE_ID_state_88
#define OTHER __UNIQUE_ID_other_89
#else
#define STATE __UNIQUE_ID_state_77
#define OTHER __UNIQUE_ID_other_78
#endif
static int STATE = 3, OTHER = 3;
int f(int x)
{
#ifdef PATCHED
	x++;
#endif
	return use(&STATE) + x;
}
int g(int x) { return STATE++ + OTHER++; }
