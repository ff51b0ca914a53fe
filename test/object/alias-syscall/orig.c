struct pt_regs { long di, bx; };
extern long other(long);
#define notrace __attribute__((no_instrument_function))
#define SYSCALL_DEFINE1(name, type, arg)                                                                     \
	static long __se_sys_##name(long arg);                                                               \
	static inline notrace long __do_sys_##name(type arg);                                                \
	long __x64_sys_##name(const struct pt_regs *regs);                                                   \
	long __x64_sys_##name(const struct pt_regs *regs) { return __se_sys_##name(regs->di); }              \
	long __ia32_sys_##name(const struct pt_regs *regs);                                                  \
	long __ia32_sys_##name(const struct pt_regs *regs) { return __se_sys_##name((unsigned int)regs->bx); } \
	static long __se_sys_##name(long arg) { return __do_sys_##name((type)arg); }                         \
	static inline notrace long __do_sys_##name(type arg)
#define SYSCALL_DEFINE0(name)                                                                                \
	static long __do_sys_##name(const struct pt_regs *unused);                                           \
	long __x64_sys_##name(const struct pt_regs *regs) __attribute__((alias("__do_sys_" #name)));         \
	long __ia32_sys_##name(const struct pt_regs *regs) __attribute__((alias("__do_sys_" #name)));        \
	static long __do_sys_##name(const struct pt_regs *unused)

SYSCALL_DEFINE0(none) { return other(1) + 1; }
SYSCALL_DEFINE0(same) { return other(3); }
SYSCALL_DEFINE1(one, int, x) { return other(x) + 1; }
