int sink(int *);
int f(int x) { static int count; count += x; return sink(&count); }
int g(int x) { static int count = 7; count += x * 2; return sink(&count); }
#ifdef PATCHED
int fresh(int x) { static int count = 7; count += x * 8; return sink(&count); }
int h(int x) { static int count; count += x * 4; return sink(&count); }
int i(int x) { static int count = 7; count += x * 5; return sink(&count); }
#else
int h(int x) { static int count; count += x * 3; return sink(&count); }
int i(int x) { static int count = 7; count += x * 4; return sink(&count); }
#endif
