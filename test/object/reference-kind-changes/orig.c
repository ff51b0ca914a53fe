extern int other(const void *);
extern int (*pointer)(const void *);

const char name[5] = "text";
static int one[4] __attribute__((used)), two[4] __attribute__((used));
#ifdef PATCHED
int to_datum(void) { return other(name); }
int to_text(void) { return other("name"); }
int to_other(void) { return other(two); }
int to_pointer(void) { return pointer(0); }
#else
int to_datum(void) { return other("text"); }
int to_text(void) { return other(name); }
int to_other(void) { return other(one); }
int to_pointer(void) { return other(0); }
#endif
