int sink(int *);
int g(int x) { static int count; count += x; return sink(&count); }
int f(int x) { static int count; count += x * 2; return sink(&count); }
