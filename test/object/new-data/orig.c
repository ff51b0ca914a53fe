static int old_counter;
int f(int x) { return old_counter += x; }
