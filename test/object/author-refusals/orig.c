/* What an author asks for and can't have: each is named. */
#include "author.h"

extern int elsewhere(void *object);
int f(int x)
{
#ifdef PATCHED
	return x + 2;
#else
	return x + 1;
#endif
}
int old(void *object) { return 1; }
struct state known[] = {{.id = 7}, {}};
#ifdef PATCHED
#define __init __attribute__((section(".init.text")))
static int first(void *object) { return 0; }
static int second(void *object) { return 2; }
static int __init startup(void *object) { return 3; }
ASK(KLP_AUTHOR_PRE_PATCH, first) = first;
ASK(KLP_AUTHOR_PRE_PATCH, second) = second;
ASK(KLP_AUTHOR_POST_PATCH, old) = old;
ASK(KLP_AUTHOR_PRE_UNPATCH, elsewhere) = elsewhere;
ASK(KLP_AUTHOR_PRE_UNPATCH, startup) = startup;
static void *const ask_datum IN(KLP_AUTHOR_POST_UNPATCH) = known;
static struct state endless[] = {{.id = 7}, {.id = 8}}, early[] = {{.id = 7}, {}, {.id = 8}, {}}, twice[] = {{.id = 7}, {.id = 7}, {}};
static struct state none[] = {{}}, whole[] = {{.id = 9}, {}}, another[] = {{.id = 10}, {}};
ASK_STATES(known, 2);
ASK_STATES(endless, 2);
ASK_STATES(early, 4);
ASK_STATES(twice, 3);
ASK_STATES(none, 1);
ASK_STATES(whole, 2);
ASK_STATES(another, 2);
ASK_NAME(KLP_AUTHOR_IGNORE_FUNCTION, tag_a) = "no_such_function";
ASK_NAME(KLP_AUTHOR_IGNORE_SECTION, tag_b) = ".data.no_such_section";
ASK_NAME(KLP_AUTHOR_IGNORE_SECTION, tag_c) = "__bug_table";
ASK_NAME(KLP_AUTHOR_FORCE, tag_d) = "nobody";
asm(".pushsection __bug_table,\"aw\"\n .popsection");
#endif
