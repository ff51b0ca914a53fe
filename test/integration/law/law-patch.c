// SPDX-License-Identifier: GPL-2.0
/*
 * A livepatch by hand, as it is before create-klp-module: one function of vmlinux and one of law_target, with each kind
 * of reference that the law knows, each in a section of its own, so that law.sh can break them one by one.
 */
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/jump_label.h>
#include <linux/seq_file.h>
#include <linux/static_call.h>

#include "klp-records.h"

asm(".pushsection .data.law_vmlinux, \"aw\"\n"
    ".balign 8\n"
    "law_vmlinux_refs:\n"
    "	.weak \".klp.sym.vmlinux.saved_command_line,0\"\n"
    "	.quad \".klp.sym.vmlinux.saved_command_line,0\"\n"
    "	.weak \".klp.sym.vmlinux.init_once,2\"\n"
    "	.quad \".klp.sym.vmlinux.init_once,2\"\n"
    "	.weak law_optional\n"
    "	.quad law_optional\n"
    ".popsection\n");
extern char *law_vmlinux_refs[3];

/* f3 0f 1e fa */
#define LAW_ENDBR 0xfa1e0ff3

/* law-sites.S */
extern const u8 law_site_jump_label[], law_site_static_call[], law_site_paravirt[], law_site_return[];
extern const u8 law_site_retpoline[], law_site_call[], law_site_replaced[];

/* The key and the call that two of the sites belong to. The parameter switches the key on. */
DEFINE_STATIC_KEY_FALSE(law_key);

static int law_target(void)
{
	return 0;
}
DEFINE_STATIC_CALL(law_call, law_target);

static int law_enable(const char *arg, const struct kernel_param *kp)
{
	static_branch_enable(&law_key);
	return 0;
}
static const struct kernel_param_ops law_enable_ops = {.set = law_enable};
module_param_cb(enable, &law_enable_ops, NULL, 0200);

/* What the kernel made of the sites: the bytes of each instruction. */
static void law_show_sites(struct seq_file *m)
{
	seq_printf(m, "jump label: %*ph\n", 5, law_site_jump_label);
	seq_printf(m, "static call: %*ph\n", 5, law_site_static_call);
	seq_printf(m, "paravirt: %*ph\n", 5, law_site_paravirt);
	seq_printf(m, "return: %*ph\n", 5, law_site_return);
	seq_printf(m, "retpoline: %*ph\n", 5, law_site_retpoline);
	seq_printf(m, "call: %*ph\n", 5, law_site_call);
	seq_printf(m, "replaced: %*ph\n", 5, law_site_replaced);
}

__attribute__((section(".text.law_version"), used)) static int law_version(struct seq_file *m, void *v)
{
	seq_printf(m, "reference is %s\n", law_vmlinux_refs[0] ? "there" : "0");
	if (law_vmlinux_refs[0])
		seq_printf(m, "it %s with endbr\n",
			   *(const u32 *)law_vmlinux_refs[0] == LAW_ENDBR ? "begins" : "does not begin");
	seq_printf(m, "optional reference is %s\n", law_vmlinux_refs[2] ? "there" : "0");
	law_show_sites(m);
	return 0;
}

__attribute__((section(".text.law_shown"), used)) static int law_shown(char *buffer, const struct kernel_param *kp)
{
	int hidden;

	asm volatile(".weak \".klp.sym.law_target.law_hidden,0\"\n"
		     "movl \".klp.sym.law_target.law_hidden,0\"(%%rip), %0"
		     : "=r"(hidden));
	return sprintf(buffer, "patched %d\n", hidden);
}

__attribute__((section(".text.law_twin"), used)) static int law_twin(char *buffer, const struct kernel_param *kp)
{
	void *helper;

	asm(".weak \".klp.sym.law_target.law_helper,0\"\n"
	    "leaq \".klp.sym.law_target.law_helper,0\"(%%rip), %0"
	    : "=r"(helper));
	return sprintf(buffer, "patched %d\n", helper != NULL);
}

static int law_spare __attribute__((section(".data.law_spare"), used)) = 1;

static const struct klp_func_record law_records[] __attribute__((section(KLP_FUNCS_SECTION), used)) = {
	{KLP_VMLINUX, "version_proc_show", law_version, 0},
	{"law_target", "law_show", law_shown, 0},
	{"law_target", "law_other", law_twin, 0},
};
