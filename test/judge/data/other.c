/* Another file of the little kernel: it has the names of judged.c, at lower addresses. */
asm(".globl __fentry__\n.type __fentry__, @function\n__fentry__: ret\n.size __fentry__, .-__fentry__");
static int state = 5;
static __attribute__((noinline)) int helper(int x)
{
	asm volatile("nop");
	state += x + 1;
	return state;
}
int other(int x)
{
	return helper(x) * state;
}
int printk(const char *format, ...)
{
	return other(format[0]);
}
