/*
 * The sections by which an author asks for something, without the kernel's headers (kmod/patch/include/klp-author.h).
 */
#include "../../kmod/patch/klp-records.h"

struct state {
	unsigned long id;
	unsigned int version;
	void *data;
};

#define IN(name)             __attribute__((used, section(name)))
#define ASK(where, name)     static void *const ask_##name IN(where)
#define ASK_NAME(where, tag) static const char ask_##tag[] IN(where)
#define ASK_STATES(array, count)                                                                                       \
	static const struct klp_states_request ask_##array IN(KLP_AUTHOR_STATES) = {(void *)array, count,              \
										    sizeof(struct state)}
