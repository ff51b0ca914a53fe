extern struct m { int x;} __this_module;
extern int get(void*);
int f(int a){ return get(&__this_module)
+1
; }
