extern int ext(int);
int g_f1(int a){ return ext(a); }
int g_f2(int a){ return ext(a+5)+5; }
int hook(int) __attribute__((alias("g_f2")));
int user(int a){ return hook(a); }
