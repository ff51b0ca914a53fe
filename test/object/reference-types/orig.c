/* I4, I5: every relocation type that GCC emits, by name and by section and offset, between two other data of the section. */
#define RM __attribute__((section(".data..read_mostly"), used))
extern char outside[];
static char before[16] RM = { 1 };
static char inside[64] RM = { 1 };
static char after[16] RM = { 1 };
extern int other(long);
int f(unsigned long i)
{
	asm volatile("movl $inside+8,%%eax" : : : "rax"); /* 32 */
	asm volatile("movq $inside,%%rax" : : : "rax"); /* 32S, where before ends */
	asm volatile("leaq inside+60(%%rip),%%rax" : : : "rax"); /* PC32 */
	asm volatile("movl $7,inside+4(%rip)"); /* PC32, four bytes behind the field */
	asm volatile("movb $7,inside+3(%rip)"); /* PC32, one byte behind it */
	asm volatile("movb $7,inside(%rip)");
	asm volatile("movl $7,after(%rip)");
	asm volatile("movabsq $inside+1,%%rax" : : : "rax"); /* 64 */
	asm volatile("movabsq $outside-0x100000000,%%rax" : : : "rax"); /* 64, an addend of more than 32 bits */
	asm volatile("movb %%al,inside(%0)" : : "r"(i)); /* 32S with an index */
	asm volatile("jmp 1f\n.quad inside+2, outside-3\n .long outside+5-.\n1:"); /* in text */
#ifdef PATCHED
	i++;
#endif
	return other(i);
}
