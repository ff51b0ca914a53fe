extern int other(int x);
static const char author[] __attribute__((section(".modinfo"), used)) = "author=one";
static const char alias[] __attribute__((section(".modinfo"), used)) = "alias=two";
static const int note[4] __attribute__((section(".note.mine"), used)) = {4, 0, 1, 0x41};
asm(".pushsection .remark\n\t.asciz \"mine\"\n\t.popsection");
int f(int x) { return other(x) * 3; }
