extern int ext(int);
int existing_var
;
int moved_fn(int a){ return ext(a)+1; }
int moved_var = 3;
int g(int a){ return ext(a); }
