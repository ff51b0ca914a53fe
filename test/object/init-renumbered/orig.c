extern int other(int x);
int __attribute__((section(".init.text"))) init_module(void) { return other(7); }
static void *__attribute__((used, section(".init.data"))) __UNIQUE_ID___addressable_init_module12 = (void *)init_module;
int f(int x) { return other(x); }
