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
#define IN(name) __attribute__((used, section(name)))
static int before(void *object) { return 0; }
static void *pointer IN(".discard.klp_callback_ptrs") = before;
static void *forced IN(".kpatch.force") = f;
static const int short_one IN(".klp.author.pre_patch") = 1;
static const unsigned long empty IN(".klp.author.pre_patch") = 0;
static const void *const no_states IN(".klp.author.states") = "";
static const char unended[3] IN(".klp.author.ignore_section") = "abc";
static const void *const other IN(".klp.author.other") = f;
asm(".pushsection .klp.author.nameless,\"a\"\n .long 1\n .popsection");
asm(".pushsection .discard.what,\"\"\n .long 1\n .popsection");
asm(".pushsection .klp.what,\"\"\n .long 1\n .popsection");
#endif
