extern int module_export(int), own_name(int);
int f(int x) { return module_export(x) + own_name(x); }
