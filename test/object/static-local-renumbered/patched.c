int sink(int *);
int e(int x) { static int count; count -= x; return sink(&count); }
int g(int x) { static int count; count += x; return sink(&count); }
int f(int x) { static int count; count += x * 3; return sink(&count); }
