#ifndef VALUE
#define VALUE 0
#endif
static int state;

static __attribute__((noinline)) int help(int x)
{
	asm volatile("nop");
	return x * state + VALUE;
}

void set(int x)
{
	state = x;
}

int f(int x)
{
	return help(x);
}
