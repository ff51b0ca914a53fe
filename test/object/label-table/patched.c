extern int e(int);
int f(int a){
 static const void *const tb[] = {&&x,&&y,&&z}; goto *tb[a]; x: return e(1); y: return e(2)+1; z: return e(3)-1;
 return a; }
