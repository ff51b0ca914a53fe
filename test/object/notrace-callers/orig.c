#define NOTRACE __attribute__((noipa, no_instrument_function))
extern int other(int x);
int NOTRACE leaf(int x)
{
	return other(x);
}
int NOTRACE between(int x)
{
	return leaf(x) * other(x);
}
int top(int x)
{
	return between(x) + other(x);
}
int NOTRACE alone(int x)
{
	return other(x - 1);
}
int NOTRACE outer(int x)
{
	return alone(x) + other(x);
}
