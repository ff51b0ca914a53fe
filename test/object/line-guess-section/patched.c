extern int counter;
const char *const where __attribute__((section("places"))) = "fs/orig.c:6";
int f(void) { return counter + 2; }
