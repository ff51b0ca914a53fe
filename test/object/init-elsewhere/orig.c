extern int setup(int), leave(int), stays(int), behind(int);
extern int boot_data;
int __attribute__((section(".ref.text"))) f(int x) { return setup(x) + leave(x) + stays(x) + behind(x) + boot_data; }
