// SPDX-License-Identifier: GPL-2.0
/*
 * A livepatch by hand, as it is before create-klp-module: one function of vmlinux and one of rules_target, with each
 * kind of reference that the relocation rules know, each in a section of its own, so that relocation-rules.sh can break
 * them one by one.
 */
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/jump_label.h>
#include <linux/seq_file.h>
#include <linux/static_call.h>

#include "klp-records.h"

asm(".pushsection .data.rules_vmlinux, \"aw\"\n"
    ".balign 8\n"
    "rules_vmlinux_refs:\n"
    "	.weak \".klp.sym.vmlinux.saved_command_line,0\"\n"
    "	.quad \".klp.sym.vmlinux.saved_command_line,0\"\n"
    "	.weak \".klp.sym.vmlinux.init_once,2\"\n"
    "	.quad \".klp.sym.vmlinux.init_once,2\"\n"
    "	.weak rules_optional\n"
    "	.quad rules_optional\n"
    ".popsection\n");
extern char *rules_vmlinux_refs[3];

/* f3 0f 1e fa */
#define RULES_ENDBR 0xfa1e0ff3

/* rules-sites.S */
extern const u8 rules_site_jump_label[], rules_site_static_call[], rules_site_paravirt[], rules_site_return[];
extern const u8 rules_site_retpoline[], rules_site_call[], rules_site_replaced[];

/* The key and the call that two of the sites belong to. The parameter switches the key on. */
DEFINE_STATIC_KEY_FALSE(rules_key);

static int rules_target(void)
{
	return 0;
}
DEFINE_STATIC_CALL(rules_call, rules_target);

static int rules_enable(const char *arg, const struct kernel_param *kp)
{
	static_branch_enable(&rules_key);
	return 0;
}
static const struct kernel_param_ops rules_enable_ops = {.set = rules_enable};
module_param_cb(enable, &rules_enable_ops, NULL, 0200);

/* What the kernel made of the sites: the bytes of each instruction. */
static void rules_show_sites(struct seq_file *m)
{
	seq_printf(m, "jump label: %*ph\n", 5, rules_site_jump_label);
	seq_printf(m, "static call: %*ph\n", 5, rules_site_static_call);
	seq_printf(m, "paravirt: %*ph\n", 5, rules_site_paravirt);
	seq_printf(m, "return: %*ph\n", 5, rules_site_return);
	seq_printf(m, "retpoline: %*ph\n", 5, rules_site_retpoline);
	seq_printf(m, "call: %*ph\n", 5, rules_site_call);
	seq_printf(m, "replaced: %*ph\n", 5, rules_site_replaced);
}

__attribute__((section(".text.rules_version"), used)) static int rules_version(struct seq_file *m, void *v)
{
	seq_printf(m, "reference is %s\n", rules_vmlinux_refs[0] ? "there" : "0");
	if (rules_vmlinux_refs[0])
		seq_printf(m, "it %s with endbr\n",
			   *(const u32 *)rules_vmlinux_refs[0] == RULES_ENDBR ? "begins" : "does not begin");
	seq_printf(m, "optional reference is %s\n", rules_vmlinux_refs[2] ? "there" : "0");
	rules_show_sites(m);
	return 0;
}

__attribute__((section(".text.rules_shown"), used)) static int rules_shown(char *buffer, const struct kernel_param *kp)
{
	int hidden;

	asm volatile(".weak \".klp.sym.rules_target.rules_hidden,0\"\n"
		     "movl \".klp.sym.rules_target.rules_hidden,0\"(%%rip), %0"
		     : "=r"(hidden));
	return sprintf(buffer, "patched %d\n", hidden);
}

__attribute__((section(".text.rules_twin"), used)) static int rules_twin(char *buffer, const struct kernel_param *kp)
{
	void *helper;

	asm(".weak \".klp.sym.rules_target.rules_helper,0\"\n"
	    "leaq \".klp.sym.rules_target.rules_helper,0\"(%%rip), %0"
	    : "=r"(helper));
	return sprintf(buffer, "patched %d\n", helper != NULL);
}

static int rules_spare __attribute__((section(".data.rules_spare"), used)) = 1;

static const struct klp_func_record rules_records[] __attribute__((section(KLP_FUNCS_SECTION), used)) = {
	{KLP_VMLINUX, "version_proc_show", rules_version, 0},
	{"rules_target", "rules_show", rules_shown, 0},
	{"rules_target", "rules_other", rules_twin, 0},
};
