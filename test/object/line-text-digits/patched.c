
extern void print(const char *);
void zeros(void) { print("fs/orig.c:3"); }
void huge(void) { print("fs/orig.c:99999999999999999999998"); }
void line(void) { print("fs/orig.c:5"); }
