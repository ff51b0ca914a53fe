#ifndef WHAT
#define WHAT "throw"
#endif
#define ID(what, n) ".local __BTF_ID__func__" what "__" n "\n.type __BTF_ID__func__" what "__" n ", @object\n" \
		    ".size __BTF_ID__func__" what "__" n ", 4\n__BTF_ID__func__" what "__" n ": .zero 4\n"
asm(".pushsection .BTF_ids,\"a\"\n" ID("obj_new", "101") ID(WHAT, "102") ".popsection");
int f(int x) { return x; }
