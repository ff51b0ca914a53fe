/* DEFINE_TRACE() and its use: the tracepoint, its key and its static call stay where they are. */
#include "tables.h"
struct tracepoint { const char *name; struct { int enabled; } key; void *static_call_key, *funcs; };
static const char __tpstrtab_way[] __attribute__((section("__tracepoints_strings"))) = "way";
extern void *__SCK__tp_func_way;
struct tracepoint __tracepoint_way __attribute__((used, section("__tracepoints"))) =
	{ __tpstrtab_way, { 0 }, &__SCK__tp_func_way, 0 };
static struct tracepoint *const __tracepoint_ptr_way __attribute__((used, section("__tracepoints_ptrs"))) = &__tracepoint_way;
extern int other(int);
int f(int x)
{
	asm goto(JUMP_16("%l[yes]") : : "i"(&__tracepoint_way.key) : : yes);
#ifdef PATCHED
	x++;
#endif
	return other(x);
yes:
	return __tracepoint_way.funcs != 0;
}
