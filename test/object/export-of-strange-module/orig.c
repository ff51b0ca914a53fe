extern int known_export(int), own_name(int), maybe_export(int) __attribute__((weak));
int f(int x) { return known_export(x); }
int g(int x) { return maybe_export ? maybe_export(x) : 0; }
