asm(".data\n.globl labelled\nlabelled: .quad 6\n.globl second\nsecond: .quad 7\n.text");
extern long labelled, second;
long f(void)
{
#ifdef PATCHED
	second++;
#endif
	return labelled++;
}
