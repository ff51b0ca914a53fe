extern int counter;
const char *const where __attribute__((section("places"))) = "fs/orig.c:5";
int f(void) { return counter + 1; }
