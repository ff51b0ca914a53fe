extern int e(int);
static int __attribute__((section(".init.text"))) foo_init(void){ return e(1); }
static void *ic __attribute__((used,section(".initcall6.init"))) = foo_init;
static int gone __attribute__((used)) = 7;
int f(int a){ return e(a); }
