extern int in_space(int), in_space_too(int), in_other_space(int), in_none(int), unused_space(int);
asm(".pushsection .modinfo, \"a\"\n"
    ".asciz \"license=GPL\"\n .asciz \"import_ns=UNUSED\"\n .asciz \"import_ns=SPACE\"\n .asciz \"import_ns=module:kvm\"\n"
    ".asciz \"description=import_ns=NONE\"\n .asciz \"mod.import_ns=BUILT_IN\"\n"
#ifdef PATCHED
    ".asciz \"import_ns=ADDED\"\n"
#else
    ".asciz \"import_ns=GONE\"\n"
#endif
    ".popsection");
int f(int x)
{
#ifdef PATCHED
	x += in_space(x) + in_space_too(x) + in_other_space(x);
#endif
	return in_none(x);
}
int g(int x) { return unused_space(x); }
