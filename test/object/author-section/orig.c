/* What an author tells a tool by a section must not be left behind in silence. */
int f(int x)
{
#ifdef PATCHED
	return x + 2;
#else
	return x + 1;
#endif
}
#ifdef PATCHED
static int before(void *object) { return 0; }
static void *pointer __attribute__((used, section(".discard.klp_callback_ptrs"))) = before;
static void *forced __attribute__((used, section(".kpatch.force"))) = f;
asm(".pushsection .discard.what,\"\"\n .long 1\n .popsection");
asm(".pushsection .klp.what,\"\"\n .long 1\n .popsection");
#endif
