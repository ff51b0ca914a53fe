extern int other(int);
int f(int x)
{
	asm volatile("1: nop\n\t.pushsection runtime_ptr_thing,\"a\"\n\t.long 1b - .\n\t.popsection");
	return other(x);
}
