struct cfg { int *tbl; int n; };
static const struct cfg cfg = { .tbl = (int[]){1,2,3}, .n = 3 };
int g(int i){ return ++cfg.tbl[i]; }
int f(int i){ return cfg.tbl[i]
+1
; }
