#ifdef PATCHED
#define ALIGN "64"
#else
#define ALIGN "16"
#endif
asm(".text\n.type one, @function\none: call __fentry__\nret\n.size one, . - one\n.balign " ALIGN "\n"
    ".type two, @function\ntwo: call __fentry__\nret\n.size two, . - two\n"
    ".data\n.type first, @object\nfirst: .quad 5\n.size first, 8\n.balign " ALIGN "\n"
    ".type second, @object\nsecond: .quad 6\n.size second, 8\n.text");
int same(int x) { return x + 1; }
