/* ThinLTO makes statics global under a name with a hash of their file, which is another one after the patch. */
#ifdef PATCHED
#define PROMOTED(name) __asm__(name ".llvm.98765") __attribute__((visibility("hidden"), noinline))
#else
#define PROMOTED(name) __asm__(name ".llvm.1234") __attribute__((visibility("hidden"), noinline))
#endif
extern int other(int x);
int helper(int x) PROMOTED("helper");
int changed(int x) PROMOTED("changed");
extern int state __asm__(
#ifdef PATCHED
	"state.llvm.98765"
#else
	"state.llvm.1234"
#endif
) __attribute__((visibility("hidden")));
int state = 5;
int helper(int x) { return other(x) + state; }
int changed(int x)
{
#ifdef PATCHED
	x++;
	state++;
#endif
	return helper(x) * 2;
}
int same(int x) { return changed(x) + 1; }
