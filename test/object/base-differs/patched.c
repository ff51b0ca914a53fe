static int only_one;

__attribute__((noinline)) static void helper(int x)
{
	only_one += x;
}

void f(int x)
{
	helper(x + 1);
}
