#include "tables.h"
struct tracepoint { const char *name; struct { int enabled; } key; void *static_call_key, *funcs; };
#define DEFINE_TRACE(n) \
	static const char __tpstrtab_##n[] __attribute__((section("__tracepoints_strings"))) = #n; \
	struct tracepoint __tracepoint_##n __attribute__((used, section("__tracepoints"))) = { __tpstrtab_##n }; \
	static struct tracepoint *const __tracepoint_ptr_##n __attribute__((used, section("__tracepoints_ptrs"))) = &__tracepoint_##n;
DEFINE_TRACE(old)
#ifdef PATCHED
/* The list is read when the kernel starts or a module is loaded: tools would not see it. */
DEFINE_TRACE(fresh)
#endif
extern int other(int);
int f(int x)
{
#ifdef PATCHED
	if (__tracepoint_fresh.funcs)
		x++;
#endif
	return other(x);
}
