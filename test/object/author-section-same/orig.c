/* A section that no list knows, and that says the same as before, of something that did not change. */
int f(int x)
{
#ifdef PATCHED
	return x + 2;
#else
	return x + 1;
#endif
}
int g(int x) { return x; }
asm(".pushsection .discard.what,\"a\"\n .quad g\n .popsection");
