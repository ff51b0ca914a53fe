static int counter __attribute__((section(".data..percpu"), used));

int f(void)
{
	return counter + 1;
}
