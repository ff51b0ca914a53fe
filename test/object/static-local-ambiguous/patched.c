int sink(int *);
int f(int x) { static int count; count += x; return sink(&count); }
