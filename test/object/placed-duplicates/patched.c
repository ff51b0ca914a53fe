extern int outside;
static int state;

__attribute__((noipa)) static void twin(int x)
{
	outside += x;
}

static int show(int x)
{
	static int calls;

	twin(x + 1);
	calls += x;
	state += calls;
	return state;
}

int (*const table[])(int) = {show};
