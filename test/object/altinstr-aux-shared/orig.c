extern int other(int);
#ifdef PATCHED
#define N "1"
#else
#define N "2"
#endif
void f(void)
{
	asm volatile("mov $" N ", %eax\n jmp aux\n in_f: nop\n in_f_too: nop\n"
		     ".pushsection .altinstr_aux,\"ax\"\naux: testb $1, flags(%rip)\n jnz in_f\n jmp in_f_too\n.popsection");
}
void g(void) { asm volatile("mov $" N ", %eax\n jmp aux"); }
