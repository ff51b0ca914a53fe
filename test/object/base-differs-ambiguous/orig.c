extern int outside;

__attribute__((noipa)) static void twin(int x)
{
	outside += x;
}

__attribute__((noipa)) static int count(void)
{
	static int calls;

	return calls++;
}

void f(int x)
{
	twin(x);
	outside = count();
}

int g(int x)
{
	static int calls;

	calls += x;
	return calls;
}
