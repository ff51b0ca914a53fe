extern int use(int *);
static int data[4] = {1, 2, 3, 4};
int table[4] = {1, 2, 3, 4};
extern int middle[] __attribute__((visibility("hidden")));
asm(".globl middle\nmiddle = table + 4");
int f(int x) { return use(data) + use(table) + x; }
#ifdef PATCHED
extern int new_name[] __attribute__((visibility("hidden")));
extern int typed[] __attribute__((visibility("hidden")));
asm(".globl new_name\nnew_name = data + 8");
asm(".type typed, @object\n.size typed, 4\ntyped = data + 12");
int g(int x) { return use(new_name) + use(typed + 1) + use(middle) + x; }
/* A name for a place in code that stays. */
asm(".globl f_label\nf_label = f + 4");
extern int f_label(int) __attribute__((visibility("hidden")));
int h(int x) { return f_label(x) + 1; }
#else
int g(int x) { return use(data + 2) + use(data + 4) + use(middle) + x + 1; }
int h(int x) { return f(x) + 1; }
#endif
