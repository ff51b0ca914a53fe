extern int helper(int);
int f(int a){ return helper(a); }
