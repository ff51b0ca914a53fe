extern int other(int);
static void __attribute__((section(".exit.text"), used)) leave(void)
{
#ifdef PATCHED
	other(2);
#else
	other(1);
#endif
}
static int __attribute__((section(".exit.text"), used)) same(void) { return other(3); }
#ifdef PATCHED
static int __attribute__((section(".exit.text"), used)) leave_more(void) { return other(4); }
static int __attribute__((section(".init.text"), used)) setup_more(void) { return other(5); }
static int setting __attribute__((section(".init.data"), used)) = 4;
#endif
