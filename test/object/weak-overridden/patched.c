extern int ext(int);
__attribute__((weak)) int arch_hook(int a){ return ext(a)
 + 1
; }
