__attribute__((weak)) void arch_hook(int x)
{
}

void f(int x)
{
	arch_hook(x);
}
