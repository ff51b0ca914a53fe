#define I __attribute__((section(".init.text")))
#define ID __attribute__((section(".init.data")))
extern int ext(int);
int tab[4] ID = {1,2,3,4};
I __attribute__((noinline)) int helper(int a){ return ext(a)+ext(a+1); }
int run(int a){ return ext(a); }
