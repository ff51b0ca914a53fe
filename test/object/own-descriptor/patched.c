int f(int i){ static int descriptor; static int _rs; return ++*(volatile int*)&descriptor + ++*(volatile int*)&_rs
+1
; }
