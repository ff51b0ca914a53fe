#ifndef N
#define N(before, after) before
#define CHANGE
#endif
#define ID(what, n) ".local __BTF_ID__func__" what "__" n "\n.type __BTF_ID__func__" what "__" n ", @object\n" \
		    ".size __BTF_ID__func__" what "__" n ", 4\n__BTF_ID__func__" what "__" n ": .zero 4\n"
/* BTF_ID_LIST() and BTF_SET_START(); the same thing in both, and numbers that were another's before. */
asm(".pushsection .BTF_ids,\"a\"\n.local list\nlist:\n"
    ID("obj_new", N("101", "102")) ID("throw", N("102", "103")) ID("cast", N("103", "104"))
    ".local __BTF_ID__set__set\n__BTF_ID__set__set: .zero 4\n"
    ID("throw", N("104", "105")) ID("cast", N("105", "106")) ".popsection");
extern int use(const void *);
extern const int list[], set[] asm("__BTF_ID__set__set");
static inline int is_throw(int id) { CHANGE return id == list[1]; }
int inlines(int id) { return is_throw(id) ? 5 : id; }
int in_set(int id) { CHANGE return use(set) + list[2]; }
int unchanged(int id) { return use(set) + list[0] + list[2]; }
