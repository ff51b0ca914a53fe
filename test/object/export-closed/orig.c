extern int for_kvm(int), for_many(int), in_space(int);
int f(int x)
{
#ifdef PATCHED
	x++;
#endif
	return for_kvm(x) + for_many(x) + in_space(x);
}
