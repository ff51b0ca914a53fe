extern int other(int *);
#ifdef PATCHED
#define NAME new_name
#else
#define NAME old_name
#endif
int __attribute__((noipa)) NAME(int x) { static int count = 3; count += x; return other(&count); }
int g(int x) { return x; }
