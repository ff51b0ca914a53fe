extern int other(int);
#define SHARED __attribute__((section(".text.shared"), noipa))
void SHARED g(void) { asm volatile("nop"); }
void SHARED f(int x)
{
#ifdef PATCHED
	other(x + 1);
#else
	other(x);
#endif
	asm volatile(".byte 0xeb\n .byte g - . - 1");
}
