extern int use(void *), begin(int), middle(int), end(int);
#define PLUS { static int n; n += x; begin(x); use(&n); }
#define MINUS { static int n; n -= x; end(x); use(&n); }
#ifdef PATCHED
int f(int x) { MINUS middle(x); PLUS return 0; }
#else
int f(int x) { PLUS middle(x); MINUS return 0; }
#endif
