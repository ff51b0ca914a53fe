int sink(int *);
int f(int x)
{
	if (x) { static int count; count += x; return sink(&count); }
	else { static int count; count -= 2; return sink(&count); }
}
