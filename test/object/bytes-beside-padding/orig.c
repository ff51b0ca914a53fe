#ifdef PATCHED
#define ALIGN "64"
#define DATA_ALIGN "16"
#else
#define ALIGN "16"
#define DATA_ALIGN "64" /* to align data to more is another change */
#endif
asm(".text\n.type one, @function\none: call __fentry__\nret\n.size one, . - one\n.balign " ALIGN "\n"
    ".type two, @function\ntwo: call __fentry__\nret\n.size two, . - two\n"
    ".data\n.type first, @object\nfirst: .quad 5\n.size first, 8\n.balign " DATA_ALIGN "\n"
    ".type second, @object\nsecond: .quad 6\n.size second, 8\n.text");
int same(int x) { return x + 1; }
