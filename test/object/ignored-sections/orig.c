/* What is never compared and never copied: about the object, for the build, or for tools outside. */
#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)
#ifdef PATCHED
#define N 2
#else
#define N 1
#endif
#define LEAVE(section, flags) \
	asm(".pushsection " section ",\"" flags "\"\n .quad f\n .fill " TEXT(N) ", 8, " TEXT(N) "\n .popsection\n")
LEAVE(".discard.addressable", "aw");
LEAVE(".discard.reachable", "");
LEAVE(".discard.unwind_hints", "a");
LEAVE(".note.Linux", "a");
LEAVE(".note.gnu.property", "a");
LEAVE(".sframe", "a");
LEAVE(".eh_frame", "a");
LEAVE(".debug_info", "");
LEAVE(".debug_line", "");
LEAVE(".comment", "");
LEAVE(".modinfo", "a");
LEAVE(".ibt_endbr_seal", "a");
LEAVE(".BTF", "");
LEAVE(".gnu.lto_.opts", "e");
extern int other(int);
int f(int x)
{
#if defined(PATCHED) && !defined(NOTHING_ELSE)
	x++;
#endif
	return other(x);
}
int g(int x) { return other(x); }
