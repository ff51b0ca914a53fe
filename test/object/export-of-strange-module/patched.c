extern int known_export(int), own_name(int), maybe_export(int) __attribute__((weak));
extern int second_export(int), strange_export(int), maybe_second(int);
int f(int x) { return known_export(x) + second_export(x) + own_name(x) + strange_export(x) + maybe_second(x); }
int g(int x) { return maybe_export ? maybe_export(x) : 0; }
