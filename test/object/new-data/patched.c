static int old_counter;
static int new_counter;
int new_limit = 5;
int f(int x) { new_counter++; return (old_counter += x) + new_counter + *(volatile int *)&new_limit; }
