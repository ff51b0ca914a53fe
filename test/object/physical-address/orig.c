#define RM __attribute__((section(".data..read_mostly"), used))
#define PA(symbol) ({ unsigned long v_; asm("movabs $" symbol " + 0x80000000, %0" : "=r"(v_)); v_; })
extern int other(unsigned long, ...);
#ifdef PATCHED
static int before[8] RM = {1};
#endif
static int first[4] RM = {1};
static int second[4] RM = {2};
int function(int x) { return other(x); }
asm(".pushsection .rodata.str1.1,\"aMS\",@progbits,1\n.Ltext: .asciz \"text\"\n.popsection");
int same(int x) { return other(PA("first + 4"), "a text", PA(".Ltext")); }
int f(int x)
{
#ifdef PATCHED
	x += before[x];
#endif
	return other(PA("first + 4"), PA("second"), PA("second + 16"), PA("function"), PA("outside"), x);
}
