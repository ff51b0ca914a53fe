extern int e(int);
int f(int a){
 return a; }
