/* The form of a kernel that has such macros itself (6.19): pointers in one section, named after what they are. */
int f(int x)
{
#ifdef PATCHED
	return x + 2;
#else
	return x + 1;
#endif
}
#ifdef PATCHED
#define POINTER __attribute__((used, section(".discard.klp_callback_ptrs")))
static int a(void *object) { return 0; }
static void b(void *object) {}
int (*__klp_pre_patch_callback_vmlinux)(void *) POINTER = a;
void (*__klp_post_patch_callback_vmlinux)(void *) POINTER = b;
void (*__klp_pre_unpatch_callback_vmlinux)(void *) POINTER = b;
void (*__klp_post_unpatch_callback_vmlinux)(void *) POINTER = b;
#endif
