extern int use(void *);
enum state { A, B,
#ifdef PATCHED
	BIG = 1L << 40
#endif
};
int f(enum state *state) { *state = B; return use(state); }
