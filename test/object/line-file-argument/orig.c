#define RTNL(x) ({ if (x) warn_printk("RTNL: assertion failed at %s (%d)\n", "./net/core/orig.c", __LINE__); })
extern void warn_printk(const char *, ...), both(int, const char *, int, int), file_of(const char *), set(int *);
extern int counter;
/* ASSERT_RTNL(): a function that does not always take a line, but here the argument before is the name of the file. */
void asserts(int x) { RTNL(x > 3); counter += x; }
void in_any_order(int x) { asm volatile("mov %0, %%edx; xor %%eax, %%eax; mov $1f, %%rsi; call warn_printk\n"
	".pushsection .rodata.str1.1,\"aMS\",@progbits,1\n1: .asciz \"orig.c\"\n.popsection" : : "i"(__LINE__)); }
/* A line more on top. The name of another file, a name for another call, a name that is not right before: a change. */
void other_file(int x) { if (x) warn_printk("%s %d", "net/core/other.c", __LINE__); counter++; }
void part_of_a_name(int x) { if (x) warn_printk("%s %d", "net/core/my" "orig.c", __LINE__); counter++; }
void not_before(int x) { both(__LINE__, "net/core/orig.c", 1, __LINE__); counter++; }
void other_call(int x) { asm volatile("mov $1f, %%rsi; call file_of; mov %0, %%edx; call warn_printk\n"
	".pushsection .rodata.str1.1,\"aMS\",@progbits,1\n1: .asciz \"orig.c\"\n.popsection" : : "i"(__LINE__)); }
void jumped_into(int x) { asm volatile("mov $1f, %%rsi; je 2f; mov %0, %%edx; 2: call warn_printk\n"
	".pushsection .rodata.str1.1,\"aMS\",@progbits,1\n1: .asciz \"orig.c\"\n.popsection" : : "i"(__LINE__)); }
void stored(void) { int x = __LINE__; set(&x); }
