extern int other(const void *);
asm(".pushsection .BTF_ids,\"a\"\nmy_ids: .long 1, 2\n.popsection");
extern const int my_ids[];
int f(int x)
{
#ifdef PATCHED
	x++;
#endif
	return other(my_ids) + x;
}
