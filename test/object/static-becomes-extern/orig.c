static __attribute__((noinline,noipa)) int helper(int a){ return a+1; }
int f(int a){ return helper(a); }
