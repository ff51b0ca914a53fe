/*
 * In .sched.text of 6.1, objtool gives __cond_resched() no record at its start, for the function before it ended in the same
 * state. Its copy stands alone, and begins with that record.
 */
extern int other(int);
#define __sched __attribute__((section(".sched.text")))
int __sched e(int x) { return other(x) + 1; }
int __sched f(int x)
{
#ifdef PATCHED
	x++;
#endif
	return other(x) + 2;
}
int __sched g(int x) { return other(x) + 3; }
#define RECORD(at, bytes) \
	asm(".pushsection .orc_unwind_ip,\"a\"\n .long " at " - .\n .popsection\n" \
	    ".pushsection .orc_unwind,\"a\"\n .byte " bytes "\n .popsection\n")
/* Not in the order of the code: the kernel sorts them. */
RECORD("f + 9", "16, 0, 0, 0, 5, 1");
RECORD("e", "8, 0, 0, 0, 5, 1");
RECORD("e + 9", "16, 0, 0, 0, 5, 1");
RECORD("e + 19", "8, 0, 0, 0, 5, 1");
RECORD("f + 22", "8, 0, 0, 0, 5, 2");
RECORD("g + 9", "16, 0, 0, 0, 5, 1");
/* Of the whole module, which gets one of its own. */
asm(".pushsection .orc_header,\"a\"\n .fill 20, 1, 7\n .popsection\n");
