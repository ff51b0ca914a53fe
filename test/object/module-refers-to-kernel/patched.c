extern int kernel_function(int), own_function(int), new_function(int);
extern int kernel_data;
int f(int x) { return kernel_function(x) + own_function(x) + new_function(x) + kernel_data; }
