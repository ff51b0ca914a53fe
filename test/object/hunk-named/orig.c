static int counter = 3;
extern int other(int x);
enum kind { ONE, TWO };
int f(int x)
{
	static int state = 7;

	state += x;
	return other(counter) + state;
}
int g(enum kind kind)
{
	return other(kind == TWO) + counter++;
}
