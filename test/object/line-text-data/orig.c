extern int use(const char *const *);
const char *const table[] = {"fs/orig.c:5"};
int f(void) { return use(table) + 1; }
