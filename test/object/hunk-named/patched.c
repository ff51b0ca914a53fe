static int counter = 4;
extern int other(int x);
enum kind { TWO, ONE };
int f(int x)
{
	static int state = 8;

	state += x;
	return other(counter) + state;
}
int g(enum kind kind)
{
	return other(kind == TWO) + counter++;
}
int __attribute__((section(".init.text"))) fresh(int x)
{
	return other(x);
}
