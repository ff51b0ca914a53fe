extern int printk(const char *, ...);
enum kind {
	KIND_A,
#ifdef PATCHED
	KIND_NEW,
#endif
	KIND_B,
	NR_KINDS
};
enum { FIRST_STATE, SECOND_STATE,
#ifdef PATCHED
       THIRD_STATE,
#endif
       NR_STATES };
/* a new one at the end moves nothing */
enum grows { GROWS_A, GROWS_B
#ifdef PATCHED
	, GROWS_C
#endif
};
int f(enum kind kind) { return kind == KIND_B; }
int g(int state) { return state < NR_STATES; }
int h(enum grows grows)
{
#ifdef PATCHED
	if (grows == GROWS_C)
		return printk("c");
#endif
	return grows == GROWS_A;
}
/* only a local variable is of it, but its number may be anywhere */
enum local { LOCAL_A,
#ifdef PATCHED
	     LOCAL_NEW,
#endif
	     LOCAL_B };
int k(int i) { enum local local = i ? LOCAL_A : LOCAL_B; return printk("%d", local); }
