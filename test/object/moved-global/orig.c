extern int ext(int);
int existing_var
__attribute__((weak))
;
int g(int a){ return ext(a); }
