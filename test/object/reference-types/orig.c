/* I4, I5: every relocation type that GCC emits, by name and by section and offset, with offsets before and behind. */
extern char outside[];
static char inside[64] = { 1 };
extern int other(long);
int f(unsigned long i)
{
	int sum = 0;

	asm volatile("movl $inside+8,%%eax" : : : "rax"); /* 32 */
	asm volatile("movq $inside-8,%%rax" : : : "rax"); /* 32S */
	asm volatile("leaq inside+64(%%rip),%%rax" : : : "rax"); /* PC32, one past the end */
	asm volatile("movl $7,inside+4(%rip)"); /* PC32, four bytes behind the field */
	asm volatile("movb $7,inside+3(%rip)"); /* PC32, one byte behind it */
	asm volatile("movabsq $inside+1,%%rax" : : : "rax"); /* 64 */
	asm volatile("movabsq $outside-0x100000000,%%rax" : : : "rax"); /* 64, an addend of more than 32 bits */
	asm volatile("movb %%al,inside-1(%0)" : : "r"(i)); /* 32S with an index */
	asm volatile("jmp 1f\n.quad inside+2, outside-3\n .long outside+5-.\n1:"); /* in text */
#ifdef PATCHED
	i++;
#endif
	return other(i);
}
