static int secret;
extern int rnd(void);
int f(int a) { 
 static _Bool __attribute__((section(".data.once"))) ___done;
 if (!___done) { ___done=1; secret=rnd(); }
 return secret ^ a
 ^1
; }
